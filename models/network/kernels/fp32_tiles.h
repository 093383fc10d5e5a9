// SPDX-License-Identifier: Apache-2.0
// The innermost loop of the fp32 reference convolution: sums[k][x] = sum over kk of weights[k][kk] *
// panel[kk][x] over a tile held in registers. Every sum ascends in kk, products are rounded before they are
// added: the same bytes whatever the tile's shape and the host's vector width.
#pragma once

#include <cstddef>

namespace tandem::network {

inline constexpr std::size_t kMostTileChannels = 8, kMostTileColumns = 16;

struct Fp32Tile {
  std::size_t channels, columns;
  // panel: [depth][panel_width], the tile's columns first; weights: [channels] lines of `depth`; sums:
  // [channels][columns].
  void (*run)(const float* panel, std::size_t panel_width, const float* const* weights, std::size_t depth,
              float* sums);
};

// For output rows of `width` pixels, on this host.
Fp32Tile fp32_tile(int width);

// One file an instruction set; the baseline runs everywhere.
Fp32Tile fp32_tile_baseline(int width);
Fp32Tile fp32_tile_avx2(int width);
Fp32Tile fp32_tile_avx512(int width);

}  // namespace tandem::network
