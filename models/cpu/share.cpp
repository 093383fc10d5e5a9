// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/share.h"

#include <algorithm>

#include "models/core/quantity.h"

namespace tandem::cpu {

std::vector<Share> deal(const Share& area, int threads, int channel_unit, Dealing dealing) {
  const std::int64_t first = area.m0, last = area.m1;
  std::vector<Share> shares;
  const std::int64_t pixel_units = divide_up(last - first, kPixelsPerUnit);
  const std::int64_t channel_units = divide_up(area.k1 - area.k0, channel_unit);
  const auto go_round = [&](std::int64_t own, std::int64_t others) {
    return own >= threads || own >= others;
  };
  const bool by_pixels = dealing == Dealing::pixels ? go_round(pixel_units, channel_units)
                                                    : !go_round(channel_units, pixel_units);
  const std::int64_t units = by_pixels ? pixel_units : channel_units;
  const std::int64_t most = divide_up(units, threads);
  for (std::int64_t begin = 0; static_cast<int>(shares.size()) < threads; begin += most) {
    const std::int64_t end = std::min(units, begin + most);
    Share share = area;
    if (by_pixels) {
      share.m0 = std::min(last, first + begin * kPixelsPerUnit);
      share.m1 = std::max(share.m0, std::min(last, first + end * kPixelsPerUnit));
    } else {
      share.k0 = std::min(area.k1, area.k0 + static_cast<int>(begin) * channel_unit);
      share.k1 = std::max(share.k0, std::min(area.k1, area.k0 + static_cast<int>(end) * channel_unit));
    }
    shares.push_back(share);
  }
  return shares;
}

}  // namespace tandem::cpu
