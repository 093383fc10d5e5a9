// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/combinations.h"

namespace tandem::pipeline {

Combinations::Combinations(const CostTable& table) {
  for (const ResourceType& type : table.types) {
    counts_.push_back(type.count);
    strides_.push_back(size_);
    size_ *= type.count + 1;
  }
}

std::vector<int> Combinations::usage_of(int combination) const {
  std::vector<int> usage;
  usage.reserve(counts_.size());
  for (const int count : counts_) {
    usage.push_back(combination % (count + 1));
    combination /= count + 1;
  }
  return usage;
}

int Combinations::units_of(int combination) const {
  int units = 0;
  for (const int count : counts_) {
    units += combination % (count + 1);
    combination /= count + 1;
  }
  return units;
}

int Combinations::offset_of(const Group& group) const {
  int offset = 0;
  for (std::size_t type = 0; type < strides_.size(); ++type) offset += group.usage[type] * strides_[type];
  return offset;
}

// Counted up digit by digit: dividing for every combination would take longer than planning.
std::vector<int> Combinations::with_room_for(const Group& group) const {
  std::vector<int> found, usage(counts_.size(), 0);
  int crowded = 0;  // types with too few units free
  const auto is_crowded = [&](std::size_t type) { return usage[type] + group.usage[type] > counts_[type]; };
  for (std::size_t type = 0; type < usage.size(); ++type) crowded += is_crowded(type);
  for (int combination = 0; combination < size_; ++combination) {
    if (crowded == 0) found.push_back(combination);
    for (std::size_t type = 0; type < usage.size(); ++type) {
      crowded -= is_crowded(type);
      usage[type] = usage[type] == counts_[type] ? 0 : usage[type] + 1;
      crowded += is_crowded(type);
      if (usage[type] != 0) break;
    }
  }
  return found;
}

}  // namespace tandem::pipeline
