// SPDX-License-Identifier: Apache-2.0
#include "models/network/kernels/fp32_tile_loop.h"

namespace tandem::network {

// As wide as the rows, so that few columns are computed for nothing; as many sums as fit the registers.
Fp32Tile fp32_tile_baseline(int width) {
  return width == 1 ? tile<8, 1>() : width <= 8 ? tile<4, 8>() : tile<2, 16>();
}

}  // namespace tandem::network
