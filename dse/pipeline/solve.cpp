// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/solve.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "dse/pipeline/bound.h"
#include "dse/pipeline/pipeit.h"

namespace tandem::pipeline {

namespace {

constexpr double kPicosecondsPerSecond = 1e12;

std::optional<Plan> best_plan(const CostTable& table, const Exact& exact, const Goal& goal) {
  const std::int64_t limit = goal.limit.value_or(kNever);
  switch (goal.objective) {
    case Objective::latency:
      return exact.least(Sum::latency, limit);
    case Objective::energy:
      return least_energy(table, exact, limit);
    case Objective::throughput:
      break;
  }
  Plan plan = exact.least_period();
  if (plan.period > limit) return std::nullopt;
  return plan;
}

std::int64_t bound_of(const CostTable& table, Objective objective) {
  switch (objective) {
    case Objective::throughput:
      return lower_bound(table).period;
    case Objective::latency:
      return least_latency_sum(table);
    case Objective::energy:
      return least_energy_sum(table);
  }
  return 0;
}

struct Background {
  Exact exact;
  Solution solution;
};

// All of an answer but which plan it is: `answer.plan` is the best one.
Background look_at(const CostTable& table, const Goal& goal, bool needs_energy) {
  if (const std::string reason = too_large(table); !reason.empty()) throw std::invalid_argument(reason);
  if (needs_energy && !table.knows_energy())
    throw std::invalid_argument(
        "the table has no energies; allowed are the objectives throughput and latency");
  Background found{Exact(table), {}};
  const Exact& exact = found.exact;
  found.solution.ideals = exact.ideals().size();
  found.solution.space = design_space(table);
  const std::optional<Plan> best = best_plan(table, exact, goal);
  if (!best) {
    const std::int64_t fastest = exact.least_period().period;
    throw std::invalid_argument(
        fmt::format("no pipeline of the planner's makes {:.4g} images a second; the fastest makes {:.4g}",
                    kPicosecondsPerSecond / static_cast<double>(std::max<std::int64_t>(1, *goal.limit)),
                    kPicosecondsPerSecond / static_cast<double>(std::max<std::int64_t>(1, fastest))));
  }
  Answer& answer = found.solution.answer;
  answer = {goal, *best, 0, exact.proves()};
  answer.bound = exact.proves() ? answer.value() : bound_of(table, goal.objective);
  return found;
}

void finish(const CostTable& table, Background& found) {
  Answer& answer = found.solution.answer;
  answer.proved = answer.value() == answer.bound;
  found.solution.notation = notation(table, answer.plan);
  found.solution.certificate = certificate(table, found.exact, answer);
}

}  // namespace

Solution solve(const CostTable& table, Method method, const Goal& goal, bool with_front) {
  Background found = look_at(table, goal, goal.objective == Objective::energy || with_front);
  if (method == Method::published) {
    PipeitAnswer published = pipeit(table);
    if (goal.limit && published.plan.period > *goal.limit) {
      throw std::invalid_argument("pipeit finds no pipeline that fast; the planner exact does");
    }
    found.solution.pipelines_tried = published.pipelines_tried;
    found.solution.answer.plan = std::move(published.plan);
  }
  finish(table, found);
  if (with_front) found.solution.front = pareto_front(found.exact);
  return std::move(found.solution);
}

Solution judged(const CostTable& table, const Goal& goal, Plan plan) {
  Background found = look_at(table, goal, goal.objective == Objective::energy);
  found.solution.answer.plan = std::move(plan);
  finish(table, found);
  return std::move(found.solution);
}

}  // namespace tandem::pipeline
