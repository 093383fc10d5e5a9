// SPDX-License-Identifier: Apache-2.0
// A network with numbers: float parameters (given or synthesised from a seed), batch norm folded, and for
// int8 the quantised parameters of every layer. What the simulator loads into memory and the reference uses.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/network/graph.h"

namespace tandem::network {

enum class Precision { int8, fp32 };
const char* to_string(Precision precision);

// real = scale * (stored - zero_point)
struct TensorQuantization {
  double scale = 1.0;
  int zero_point = 0;  // in [-128, 127]
};

// Of a conv or fully connected layer. acc = sum (x - zx) * w + bias, then requantised; see
// accelerator::requantise for the rounding.
struct QuantizedWeights {
  std::vector<std::int8_t> weights;       // layout of Parameters::weights
  std::vector<std::int32_t> bias;         // [K], in units of scale_x * scale_w[k]
  std::vector<std::int32_t> folded_bias;  // bias - zx * sum(weights of k): padding then counts as zx
  std::vector<std::int32_t> multiplier;   // [K], 2^30 .. 2^31-1 (0 for a dead channel)
  std::vector<std::uint8_t> shift;        // [K], 1..62
};

// A tensor in plain [C][H][W] order; exactly one of the two vectors is in use.
struct Tensor {
  Shape shape;
  std::vector<std::int8_t> q;
  std::vector<float> f;
};

struct Model {
  std::shared_ptr<const Network> network;
  Precision precision = Precision::int8;
  std::uint64_t seed = 0;
  std::vector<Parameters> parameters;            // by layer; float
  std::vector<TensorQuantization> quantization;  // by layer: of its output tensor; int8 only
  std::vector<QuantizedWeights> quantized;       // by layer; int8 only
};

}  // namespace tandem::network
