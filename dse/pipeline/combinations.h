// SPDX-License-Identifier: Apache-2.0
// How many units of each type a plan uses, as one number: the digits of a number whose places are the types.
#pragma once

#include <vector>

#include "dse/pipeline/cost_table.h"

namespace tandem::pipeline {

class Combinations {
 public:
  explicit Combinations(const CostTable& table);

  [[nodiscard]] int size() const { return size_; }                 // every one from none to the whole machine
  [[nodiscard]] std::vector<int> usage_of(int combination) const;  // by type
  [[nodiscard]] int units_of(int combination) const;               // of all types
  // What a group's units add to a combination that leaves them free, and those that do, ascending.
  [[nodiscard]] int offset_of(const Group& group) const;
  [[nodiscard]] std::vector<int> with_room_for(const Group& group) const;

 private:
  std::vector<int> counts_, strides_;  // by type
  int size_ = 1;
};

}  // namespace tandem::pipeline
