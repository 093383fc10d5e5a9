// SPDX-License-Identifier: Apache-2.0
// Private to the fp32_tile_*.cpp, which the compiler translates for one instruction set each: nothing but
// loops here, so that no inline function of another file comes out of them for the wrong host.
#pragma once

#include "models/network/kernels/fp32_tiles.h"

namespace tandem::network {
namespace {

template <std::size_t Channels, std::size_t Columns>
void run_tile(const float* panel, std::size_t panel_width, const float* const* weights, std::size_t depth,
              float* sums) {
  float local[Channels][Columns] = {};
  for (std::size_t kk = 0; kk < depth; ++kk) {
    const float* const line = panel + kk * panel_width;
    for (std::size_t k = 0; k < Channels; ++k) {
      const float weight = weights[k][kk];
      for (std::size_t x = 0; x < Columns; ++x) local[k][x] += weight * line[x];
    }
  }
  for (std::size_t k = 0; k < Channels; ++k) {
    for (std::size_t x = 0; x < Columns; ++x) sums[k * Columns + x] = local[k][x];
  }
}

template <std::size_t Channels, std::size_t Columns>
constexpr Fp32Tile tile() {
  return {Channels, Columns, run_tile<Channels, Columns>};
}

}  // namespace
}  // namespace tandem::network
