// SPDX-License-Identifier: Apache-2.0
// Co-scheduling after Kim, Kong and Munir (IEEE Access 2020): each convolution's output channels are split
// between accelerator and cores so that both finish together, by a closed-form latency model, in steps of the
// array. Beyond that, where the run allows it: all core groups beside the accelerator, rows of the channels
// that are left to the cores, and the least energy or the least product of energy and time.
#include <utility>

#include "dse/plan/layer_search.h"

namespace tandem::plan {

namespace {

struct Plan {
  spec::Schedule schedule;
  double time = 0, energy = 0;
};

Plan plan_at(const Problem& problem, const Price& price) {
  ScheduleBuilder builder(problem, "cosched");
  for (const network::LayerId layer : builder.layers()) {
    LayerSearch search(problem, builder, price, layer);
    const Split split = search.run();
    builder.add(layer, builder.items_of(layer, split), search.published_time(split));
  }
  return {builder.finish(), static_cast<double>(builder.time().raw()), builder.energy().raw()};
}

// Where the product is least, a little more time costs as much of it as the energy it saves: time has the
// price of energy over time. From the fastest plan on, that price is paid until it changes nothing.
spec::Schedule plan_least_product(const Problem& problem) {
  constexpr int kRounds = 8;
  Plan best = plan_at(problem, {1, 0});
  Plan last = best;
  for (int round = 0; round < kRounds; ++round) {
    Plan next = plan_at(problem, {last.energy / last.time, 1});
    const bool same = next.schedule == last.schedule;
    if (next.energy * next.time < best.energy * best.time) best = next;
    if (same) break;
    last = std::move(next);
  }
  return best.schedule;
}

// Layers are split one after the other, each at its least; what one leaves in the caches is the next one's,
// so the fastest plan can need a little less than the sum of the least.
spec::Schedule plan_least_energy(const Problem& problem) {
  Plan frugal = plan_at(problem, {0, 1}), fast = plan_at(problem, {1, 0});
  return frugal.energy <= fast.energy ? std::move(frugal.schedule) : std::move(fast.schedule);
}

}  // namespace

spec::Schedule plan_cosched(const Problem& problem) {
  if (problem.objective == spec::Objective::energy) return plan_least_energy(problem);
  if (problem.objective == spec::Objective::edp) return plan_least_product(problem);
  return plan_at(problem, {1, 0}).schedule;
}

}  // namespace tandem::plan
