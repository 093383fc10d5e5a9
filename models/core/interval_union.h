// SPDX-License-Identifier: Apache-2.0
// Times at which at least one of several things went on: the union of intervals that come roughly in order.
#pragma once

#include <cstddef>
#include <vector>

#include "models/core/quantity.h"

namespace tandem {

struct TimeSpan {
  Picoseconds begin{0}, end{0};
};

class IntervalUnion {
 public:
  // Cheap when few of the intervals so far end after `begin`.
  void add(Picoseconds begin, Picoseconds end) {
    if (end <= begin) return;
    std::size_t first = spans_.size();  // of those that touch the new one, and of those after them
    std::size_t after = spans_.size();
    while (after > 0 && spans_[after - 1].begin > end) --after;
    first = after;
    while (first > 0 && spans_[first - 1].end >= begin) --first;
    if (first == after) {
      spans_.insert(spans_.begin() + static_cast<std::ptrdiff_t>(first), {begin, end});
      return;
    }
    TimeSpan& merged = spans_[first];
    if (begin < merged.begin) merged.begin = begin;
    if (spans_[after - 1].end > end) end = spans_[after - 1].end;
    merged.end = end;
    spans_.erase(spans_.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                 spans_.begin() + static_cast<std::ptrdiff_t>(after));
  }

  [[nodiscard]] const std::vector<TimeSpan>& spans() const { return spans_; }  // ascending, apart

  // Of the part in [0, until).
  [[nodiscard]] Picoseconds length(Picoseconds until) const {
    Picoseconds sum{0};
    for (const TimeSpan& span : spans_) {
      if (span.begin >= until) break;
      sum += (span.end < until ? span.end : until) - span.begin;
    }
    return sum;
  }

 private:
  std::vector<TimeSpan> spans_;
};

}  // namespace tandem
