// SPDX-License-Identifier: Apache-2.0
// The sets of layers that can be done while the rest is not: a layer only with all it reads (the order ideals
// of the graph). Stages of a pipeline are the differences of growing ideals, and every convex cut is one. A
// chain has one more than layers; parallel branches multiply, so past a limit only the prefixes of the
// topological order are kept, and what is optimal over them is not proved to be so over all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dse/pipeline/cost_table.h"

namespace tandem::pipeline {

inline constexpr std::size_t kIdealLimit = 3000;

class Ideals {
 public:
  explicit Ideals(const CostTable& table, std::size_t limit = kIdealLimit);

  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] int size() const { return count_; }  // sorted by number of layers: first none, last all
  [[nodiscard]] bool has(int ideal, int layer) const {
    return ((*word(ideal, layer / 64)) >> (layer % 64) & 1U) != 0;
  }
  [[nodiscard]] bool within(int small, int large) const;  // every layer of the one is in the other
  [[nodiscard]] std::vector<int> layers_between(int small, int large) const;
  // Layers of it that some layer outside reads.
  [[nodiscard]] const std::vector<int>& open(int ideal) const {
    return open_[static_cast<std::size_t>(ideal)];
  }
  // Whether a layer of `large` that is not in `small` reads `layer`.
  [[nodiscard]] bool read_between(int layer, int small, int large) const;

 private:
  using Mask = std::vector<std::uint64_t>;
  [[nodiscard]] const std::uint64_t* word(int ideal, int index) const {
    return &masks_[static_cast<std::size_t>(ideal) * words_ + static_cast<std::size_t>(index)];
  }
  bool enumerate(const CostTable& table, std::size_t limit);
  void take_prefixes(const CostTable& table);
  void append(const Mask& mask);

  std::size_t words_ = 1;
  int count_ = 0;
  bool complete_ = true;
  std::vector<std::uint64_t> masks_;
  std::vector<std::vector<int>> readers_;  // by layer
  std::vector<std::vector<int>> open_;
};

}  // namespace tandem::pipeline
