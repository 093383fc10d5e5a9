// SPDX-License-Identifier: Apache-2.0
#include "models/network/kernels/fp32_tiles.h"

namespace tandem::network {

Fp32Tile fp32_tile(int width) {
#if defined(TANDEM_X86_TILES)
  if (__builtin_cpu_supports("avx512f")) return fp32_tile_avx512(width);
  if (__builtin_cpu_supports("avx2")) return fp32_tile_avx2(width);
#endif
  return fp32_tile_baseline(width);
}

}  // namespace tandem::network
