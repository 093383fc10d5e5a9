// SPDX-License-Identifier: Apache-2.0
// The search for one layer's fastest split by measuring few of them.
//
// With more channels the accelerator takes longer and the cores take less, so the fastest split lies where
// the side that ends last changes. That crossing is bracketed: from a first guess in doubling steps, then by
// halves. The splits beside it are measured too, and those beside the fastest one until none of them is
// faster, because neither side's time grows by equal steps (a kernel pads its columns, an array its
// channels). Both ends, one side alone, are measured always: they save what working together costs.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "models/core/quantity.h"

namespace tandem::plan {

class SplitSearch {
 public:
  struct Point {
    Picoseconds time{0};
    Picoseconds lead{0};  // by so much the cores ended before the accelerator; negative: after it
  };

  // Splits are numbered 0 (cores alone) to `count` - 1 (accelerator alone).
  SplitSearch(std::size_t count, std::size_t guess) : count_(count), guess_(guess) {}

  // The split to be measured next; none when the fastest is known.
  [[nodiscard]] std::optional<std::size_t> next() const;
  void measured(std::size_t split, const Point& point) { known_[split] = point; }
  // Of those measured; of equals the one with the fewest channels on the accelerator.
  [[nodiscard]] std::size_t fastest() const;
  [[nodiscard]] Picoseconds time_of(std::size_t split) const { return known_.at(split).time; }  // measured
  [[nodiscard]] std::size_t guess() const { return guess_; }

 private:
  [[nodiscard]] bool is_inner(std::size_t split) const { return split > 0 && split + 1 < count_; }
  [[nodiscard]] bool open(std::size_t split) const { return is_inner(split) && !known_.contains(split); }
  [[nodiscard]] std::optional<std::size_t> inside(std::size_t low, std::size_t high) const;

  std::size_t count_, guess_;
  std::map<std::size_t, Point> known_;
};

}  // namespace tandem::plan
