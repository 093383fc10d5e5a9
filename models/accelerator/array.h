// SPDX-License-Identifier: Apache-2.0
// The accelerator's parameters: what a platform file gives and the RTL reports in its capability register.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "models/core/quantity.h"

namespace tandem::accelerator {

inline constexpr int kWordBytes = 16;   // what all runs of bytes in memory and all buffers are made of
inline constexpr int kFoldedBlock = 4;  // channels of a plane that a folded job reads

// Tm output channels x Tn input channels a cycle; one row of Tn MACs is what the papers call a PE.
struct Array {
  int tm = 16;
  int tn = 16;
  int bus_bytes = kWordBytes;               // AXI data width; the RTL knows 8, too
  std::int64_t feature_bytes = 256 * 1024;  // ring of input bands, all banks together
  std::int64_t weight_bytes = 64 * 1024;    // half of the ring of weight slices: the largest slice
  std::int64_t accumulators = 1024;         // output pixels whose Tm partial sums (int32) fit

  // Channels of a plane in memory (network::BlockedLayout::block) that this array reads and writes.
  [[nodiscard]] constexpr int block() const { return std::min({tm, tn, 16}); }
  // Pixels across whose (at most kFoldedBlock) channels make one chunk of a folded job; below 2: no folding.
  [[nodiscard]] constexpr int folded_pixels() const { return tn / kFoldedBlock; }
  [[nodiscard]] constexpr bool can_fold() const { return folded_pixels() >= 2; }
  [[nodiscard]] constexpr std::int64_t macs() const { return std::int64_t{tm} * tn; }
  // Bytes of weights that one cycle of the array uses, as they lie in memory (never less than a word).
  [[nodiscard]] constexpr std::int64_t step_bytes() const {
    return std::max<std::int64_t>(macs(), kWordBytes);
  }
  [[nodiscard]] constexpr std::int64_t on_chip_bytes() const {
    return feature_bytes + 2 * weight_bytes + accumulators * tm * 4;
  }
  bool operator==(const Array&) const = default;
};

// "8x32", with buffers of at most 512 KiB in all and weight slices that hold an 11x11 kernel; nullopt-like tm
// == 0 when the text is not of that form or a size is not allowed.
Array parse_array(const std::string& text);
std::string to_string(const Array& array);
inline constexpr const char* kAllowedArrays = "TmxTn with Tm in {2, 4, 8, 16, 32} and Tn in {4, 8, 16, 32}";

}  // namespace tandem::accelerator
