// SPDX-License-Identifier: Apache-2.0
// The latency models of the co-scheduling study (Kim, Kong and Munir, IEEE Access 2020), with coefficients
// from linear regression over layers measured on one platform:
//
//  accelerator  L = L_compute + L_transfer
//               L_compute  = (a * filter size + b) * output elements of a channel * ceil(channels / PEs)
//               L_transfer = a * bytes + b        inputs, weights and results; the start of a job is in b
//  coherence    L = a * lines + b                 of the inputs dropped, of the cores' results written back
//  cores        linear in what the layer's descriptor says: MACs, elements of the unrolled input (filter size
//               times output pixels), results, weights, and 1
//
// A split layer takes as long as its slower side. Unlike layer_timing.h it knows no contention, no threads
// that start late, no stairs but the array's and no kernels: that is what it is compared for.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/accelerator/array.h"
#include "models/core/quantity.h"
#include "models/network/graph.h"

namespace tandem::latency {

struct LayerDescriptor {
  double filter = 0;    // MACs of an output element
  double pixels = 0;    // output elements of a channel
  double channels = 0;  // of the output that are computed
  double input_bytes = 0, input_lines = 0;
};
// `channels` of the layer's output; int8.
LayerDescriptor descriptor_of(const network::Network& network, network::LayerId layer, int channels);

struct PublishedModel {
  std::string platform, cores;  // "ultra96", "a53x4"
  accelerator::Array array;
  std::array<double, 4> unit{};       // seconds: a filter and output, an output, a byte, a job
  std::array<double, 2> coherence{};  // seconds: a line, a layer
  std::array<double, 5> core{};       // seconds: a MAC, an unrolled element, a result, a weight, a layer
  double unit_residual = 0, coherence_residual = 0, core_residual = 0;  // percent, mean, of the layers fitted
  double unit_error = 0, core_error = 0;                                // and of others
  int fitted = 0, others = 0;                                           // layers

  [[nodiscard]] double unit_seconds(const LayerDescriptor& layer) const;
  [[nodiscard]] double core_seconds(const LayerDescriptor& layer) const;
  [[nodiscard]] double coherence_seconds(double lines) const;
  // [0, split) channels on the accelerator, the rest on the cores.
  [[nodiscard]] Picoseconds split_layer(const network::Network& network, network::LayerId layer, int split,
                                        bool coherent) const;
};

// One measured layer, whole on one side.
struct PublishedSample {
  LayerDescriptor layer;
  double unit_seconds = 0, core_seconds = 0;  // without coherence
  double lines = 0, coherence_seconds = 0;
};
// Coefficients and errors; `others` are not fitted. Residuals weigh relatively: a short layer counts as a
// long one.
void fit(PublishedModel& model, const std::vector<PublishedSample>& fitted,
         const std::vector<PublishedSample>& others);

std::string write_published_model(const PublishedModel& model);
PublishedModel read_published_model(const std::string& path);

}  // namespace tandem::latency
