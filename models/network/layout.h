// SPDX-License-Identifier: Apache-2.0
// How an activation tensor lies in memory: [C/c][H][W][c] blocks of c channels ("planes"), every plane
// starting on a cache line, so that a range of channel blocks is one contiguous range of lines.
// Channels past the last real one (up to the block) exist and hold anything.
#pragma once

#include <cstdint>

#include "models/core/quantity.h"

namespace tandem::network {

inline constexpr std::int64_t kCacheLineBytes = 64;

struct BlockedLayout {
  int channels = 0;  // real channels
  int height = 0;
  int width = 0;
  int block = 8;          // channels a plane: a power of two, 1..16
  int element_bytes = 1;  // 1 for int8, 4 for fp32

  [[nodiscard]] constexpr std::int64_t planes() const { return divide_up(channels, block); }
  [[nodiscard]] constexpr std::int64_t row_bytes() const {
    return std::int64_t{width} * block * element_bytes;
  }
  [[nodiscard]] constexpr std::int64_t plane_bytes() const { return height * row_bytes(); }
  [[nodiscard]] constexpr std::int64_t plane_stride() const {
    return round_up(plane_bytes(), kCacheLineBytes);
  }
  [[nodiscard]] constexpr std::int64_t bytes() const { return planes() * plane_stride(); }
  // Byte offset of element (channel, row, column).
  [[nodiscard]] constexpr std::int64_t offset(int c, int y, int x) const {
    return (c / block) * plane_stride() + ((std::int64_t{y} * width + x) * block + c % block) * element_bytes;
  }
  bool operator==(const BlockedLayout&) const = default;
};

}  // namespace tandem::network
