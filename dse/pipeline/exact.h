// SPDX-License-Identifier: Apache-2.0
// The best pipeline there is, by dynamic programming over (layers done, resources used): every convex cut,
// every order of stages, every available group, hand-overs included. Layers done are ideals (ideals.h); over
// all of them the answer is optimal, else it is the best of contiguous pieces of the topological order.
//
// Of equally good plans the choice is fixed: least period first, then least latency, then fewest resources,
// for `least_period`; for sums, least sum, then least period, then fewest resources.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dse/pipeline/combinations.h"
#include "dse/pipeline/ideals.h"

namespace tandem::pipeline {

enum class Sum { latency, energy };  // energy without the background

class Exact {
 public:
  explicit Exact(const CostTable& table, std::size_t ideal_limit = kIdealLimit);

  [[nodiscard]] bool proves() const { return ideals_.complete(); }
  [[nodiscard]] const Ideals& ideals() const { return ideals_; }

  [[nodiscard]] Plan least_period() const;
  // Of the plans none of whose stages takes longer than `period`; nothing when there is none.
  [[nodiscard]] std::optional<Plan> least(Sum sum, std::int64_t period = kNever) const;

  // Of plans with stages shorter than `period`: per combination of used resources the ideals that are
  // reached. The last ideal is among none of them exactly when no plan has such a period.
  [[nodiscard]] std::vector<std::vector<int>> reached_below(std::int64_t period) const;

  [[nodiscard]] const Combinations& combinations() const { return combinations_; }

 private:
  struct State {
    std::int64_t first = kNever, second = kNever;
    int from = -1, group = -1;
  };
  // Calls visit(to, group, time, energy) for every stage that begins where `from` ends.
  template <class Visit>
  void for_each_stage(int from, Visit visit) const;
  // States of all ideals and combinations; combine(state, time, energy) gives the successor's two values.
  template <class Combine>
  std::vector<State> search(std::int64_t period, bool shrinking, Combine combine) const;
  [[nodiscard]] std::optional<Plan> best_of(const std::vector<State>& states) const;

  const CostTable& table_;
  Ideals ideals_;
  Combinations combinations_;
  std::vector<int> offset_;                  // by group: what it adds to a combination
  std::vector<std::vector<int>> fits_;       // by group: combinations it can be added to, ascending
  std::vector<std::int64_t> time_, energy_;  // [ideal][group]: sums over its layers
};

// What is too much for it, "" when nothing: states and steps that memory and minutes would not hold.
std::string too_large(const CostTable& table);

// All plans that no other beats in both period and energy, fastest first. Energy must be known.
std::vector<Plan> pareto_front(const Exact& exact);
// The least energy of an image, background included, of plans with no stage above `period`.
std::optional<Plan> least_energy(const CostTable& table, const Exact& exact, std::int64_t period = kNever);

}  // namespace tandem::pipeline
