// SPDX-License-Identifier: Apache-2.0
// Which of a pipeline's images count as its steady state: not those that fill it and not those that drain it,
// while some stages have nothing to do yet or any more. A run too short for that counts as a whole.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "models/core/quantity.h"

namespace tandem::sim {

class SteadyState {
 public:
  SteadyState(int images, int stages) : first_(stages - 1), last_(images - stages) {
    if (first_ < last_) return;
    first_ = 0;
    last_ = images - 1;
  }

  // Mean time from one image's end to the next one's; 0 of a single image.
  [[nodiscard]] Picoseconds interval(const std::vector<Picoseconds>& ends) const {
    if (last_ <= first_) return Picoseconds(0);
    return (ends[static_cast<std::size_t>(last_)] - ends[static_cast<std::size_t>(first_)]) /
           (last_ - first_);
  }

  [[nodiscard]] Picoseconds mean(const std::vector<Picoseconds>& times) const {
    Picoseconds sum{0};
    for (int i = first_; i <= last_; ++i) sum += times[static_cast<std::size_t>(i)];
    return sum / (last_ - first_ + 1);
  }

 private:
  int first_, last_;
};

}  // namespace tandem::sim
