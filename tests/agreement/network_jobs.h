// SPDX-License-Identifier: Apache-2.0
// The accelerator jobs of a shipped network's convolutions: what its layers ask of an array.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/accelerator/job.h"

namespace tandem::rtl_test {

struct LayerJob {
  std::string network, layer;
  accelerator::ConvJob job;      // tiled, without addresses
  std::int64_t useful_macs = 0;  // of the layer's definition: no padding of channels or kernels
  int times = 1;                 // jobs of this very shape in the network
  std::string layers;            // all their layers, separated by blanks
};

// Names of configs/networks without "tiny", in alphabetical order.
std::vector<std::string> shipped_networks();

// One entry for each different job of the network's convolutions (not of its fully connected layers), in
// order of appearance. A layer that the array refuses is left out and counted in `refused`.
std::vector<LayerJob> conv_jobs(const std::string& network, const accelerator::Array& array, int& refused);

}  // namespace tandem::rtl_test
