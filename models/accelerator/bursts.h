// SPDX-License-Identifier: Apache-2.0
// How the RTL's burst splitters cut a run of beats: at most 16 beats, never across a 4 KiB page.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/accelerator/geometry.h"

namespace tandem::accelerator {

constexpr std::int64_t burst_beats(std::uint64_t address, std::int64_t beats_left) {
  const std::int64_t to_page_end =
      (kPageBytes - static_cast<std::int64_t>(address % static_cast<std::uint64_t>(kPageBytes))) / kBeatBytes;
  return std::min({beats_left, std::int64_t{kBurstBeats}, to_page_end});
}

constexpr std::int64_t beats_of(std::uint64_t address, std::int64_t bytes) {
  const auto head = static_cast<std::int64_t>(address % static_cast<std::uint64_t>(kBeatBytes));
  return divide_up(head + bytes, kBeatBytes);
}

// Calls take(address, beats) for every burst of the run.
template <class Take>
void for_each_burst(std::uint64_t address, std::int64_t beats, Take take) {
  while (beats > 0) {
    const std::int64_t some = burst_beats(address, beats);
    take(address, some);
    address += static_cast<std::uint64_t>(some * kBeatBytes);
    beats -= some;
  }
}

}  // namespace tandem::accelerator
