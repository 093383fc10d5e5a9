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

}  // namespace

Solution solve(const CostTable& table, Method method, const Goal& goal, bool with_front) {
  if (const std::string reason = too_large(table); !reason.empty()) throw std::invalid_argument(reason);
  const bool wants_energy = goal.objective == Objective::energy || with_front;
  if (wants_energy && !table.knows_energy())
    throw std::invalid_argument(
        "the table has no energies; allowed are the objectives throughput and latency");
  const Exact exact(table);
  Solution solution;
  solution.ideals = exact.ideals().size();
  solution.space = design_space(table);
  const std::optional<Plan> best = best_plan(table, exact, goal);
  if (!best) {
    const std::int64_t fastest = exact.least_period().period;
    throw std::invalid_argument(
        fmt::format("no pipeline of the planner's makes {:.4g} images a second; the fastest makes {:.4g}",
                    kPicosecondsPerSecond / static_cast<double>(std::max<std::int64_t>(1, *goal.limit)),
                    kPicosecondsPerSecond / static_cast<double>(std::max<std::int64_t>(1, fastest))));
  }
  Answer& answer = solution.answer;
  answer = {goal, *best, 0, exact.proves()};
  answer.bound = exact.proves() ? answer.value() : bound_of(table, goal.objective);
  if (method == Method::published) {
    PipeitAnswer published = pipeit(table);
    if (goal.limit && published.plan.period > *goal.limit) {
      throw std::invalid_argument("pipeit finds no pipeline that fast; the planner exact does");
    }
    solution.pipelines_tried = published.pipelines_tried;
    answer.plan = std::move(published.plan);
  }
  answer.proved = answer.value() == answer.bound;
  solution.notation = notation(table, answer.plan);
  solution.certificate = certificate(table, exact, answer);
  if (with_front) solution.front = pareto_front(exact);
  return solution;
}

}  // namespace tandem::pipeline
