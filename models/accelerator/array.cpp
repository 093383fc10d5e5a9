// SPDX-License-Identifier: Apache-2.0
#include "models/accelerator/array.h"

#include <charconv>

namespace tandem::accelerator {

namespace {

bool is_power_of_two(int value, int low, int high) {
  return value >= low && value <= high && (value & (value - 1)) == 0;
}

}  // namespace

Array parse_array(const std::string& text) {
  Array none;
  none.tm = 0;
  const std::size_t cross = text.find('x');
  if (cross == std::string::npos) return none;
  Array array;
  const char* const begin = text.data();
  const char* const middle = begin + cross;
  const char* const end = begin + text.size();
  const auto first = std::from_chars(begin, middle, array.tm);
  const auto second = std::from_chars(middle + 1, end, array.tn);
  if (first.ec != std::errc{} || first.ptr != middle || second.ec != std::errc{} || second.ptr != end) {
    return none;
  }
  if (!is_power_of_two(array.tm, 2, 32) || !is_power_of_two(array.tn, 4, 32)) return none;
  // A slice must hold the 121 steps of an 11x11 kernel. The largest array pays for that, and for its wide
  // accumulators, with half the feature buffer: the whole stays at 512 KiB.
  if (array.macs() > 256) array.weight_bytes = 128 * array.macs();
  if (array.macs() > 512) array.feature_bytes = 128 * 1024;
  return array;
}

std::string to_string(const Array& array) {
  return std::to_string(array.tm) + "x" + std::to_string(array.tn);
}

}  // namespace tandem::accelerator
