// SPDX-License-Identifier: Apache-2.0
// The closed form of published convolution accelerators, for comparison: an array that takes so many output
// channels, input channels and output pixels a cycle, and goes through a layer tile by tile. What its memory
// costs is ignored. tests/agreement/published_test.cpp holds it against published figures.
#pragma once

#include <cstdint>

#include "models/core/quantity.h"

namespace tandem::accelerator {

struct ArrayLoops {
  std::int64_t out_channels = 1, in_channels = 1, pixels = 1;  // a cycle
  // Cycles to fill the pipeline: for each tile of channels (and of pixels, where they are cut), for each
  // layer.
  std::int64_t tile_fill = 0, layer_fill = 0;
  bool cuts_pixels = false;  // a tile is `pixels` output pixels, not all of the layer
};

struct LoopShape {  // of a layer, or of one of its groups
  std::int64_t out_channels = 1, in_channels = 1, out_pixels = 1, taps = 1;  // taps: kernel height x width
};

// Without cut pixels:  ceil(M / Tm) * ceil(N / Tn) * (pixels * taps + tile_fill) + layer_fill
// with them:           ceil(M / Tm) * ceil(pixels / Tp) * (ceil(N / Tn) * taps + tile_fill) + layer_fill
constexpr Cycles loop_cycles(const LoopShape& layer, const ArrayLoops& array) {
  const std::int64_t out_tiles = divide_up(layer.out_channels, array.out_channels);
  const std::int64_t in_tiles = divide_up(layer.in_channels, array.in_channels);
  const std::int64_t pixel_tiles = divide_up(layer.out_pixels, array.pixels);
  const std::int64_t tiles = out_tiles * (array.cuts_pixels ? pixel_tiles : in_tiles);
  const std::int64_t steps = (array.cuts_pixels ? in_tiles : pixel_tiles) * layer.taps;
  return Cycles{tiles * (steps + array.tile_fill) + array.layer_fill};
}

}  // namespace tandem::accelerator
