// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/split_search.h"

#include <algorithm>

namespace tandem::plan {

namespace {
constexpr std::size_t kBeside = 2;  // splits measured on each side of the crossing and of the fastest
}

std::optional<std::size_t> SplitSearch::next() const {
  for (const std::size_t end : {guess_, std::size_t{0}, count_ - 1}) {
    if (!known_.contains(end)) return end;
  }
  std::size_t low = 0, high = count_ - 1;  // the cores end last at `low`, the accelerator at `high`
  for (const auto& [split, point] : known_) {
    if (is_inner(split) && point.lead < Picoseconds(0)) low = split;
  }
  for (const auto& [split, point] : known_) {
    if (split > low && is_inner(split) && point.lead >= Picoseconds(0)) {
      high = split;
      break;
    }
  }
  if (const auto between = inside(low, high)) return between;
  for (const std::size_t middle : {low, fastest()}) {
    for (std::size_t step = 1; step <= kBeside; ++step) {
      if (middle >= step && open(middle - step)) return middle - step;
      if (open(middle + step)) return middle + step;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> SplitSearch::inside(std::size_t low, std::size_t high) const {
  if (high - low < 2) return std::nullopt;
  const bool low_is_end = !is_inner(low), high_is_end = !is_inner(high);
  if (low_is_end && high_is_end) return std::clamp(guess_, low + 1, high - 1);
  if (!low_is_end && !high_is_end) return low + (high - low) / 2;
  // Away from the guess in doubling steps.
  std::size_t step = 1;
  for (const auto& [split, point] : known_) step += is_inner(split) ? step : 0;
  return low_is_end ? std::max(low + 1, high - std::min(high, step)) : std::min(high - 1, low + step);
}

std::size_t SplitSearch::fastest() const {
  return std::min_element(known_.begin(), known_.end(),
                          [](const auto& a, const auto& b) { return a.second.time < b.second.time; })
      ->first;
}

}  // namespace tandem::plan
