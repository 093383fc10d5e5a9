// SPDX-License-Identifier: Apache-2.0
// The oracle: every split of every layer is simulated, the fastest is taken. One simulated image tries one
// split of each layer, so the number of simulations is the largest number of splits of a layer. A layer's
// time depends a little on its neighbours' splits (what a cache holds, whose output needs maintenance), and
// the search runs at fidelity `model`, so the composed schedule is simulated at the run's fidelity against
// the planners' own, and the best wins.
#include <algorithm>

#include "dse/plan/builder.h"

namespace tandem::plan {

namespace {

// A schedule from one split a layer.
spec::Schedule compose(const Problem& problem, const std::vector<int>& splits) {
  ScheduleBuilder builder(problem, "oracle");
  for (std::size_t i = 0; i < builder.layers().size(); ++i) builder.add_split(builder.layers()[i], splits[i]);
  return builder.finish();
}

}  // namespace

spec::Schedule plan_oracle(const Problem& problem, const Measure& measure) {
  const ScheduleBuilder builder(problem, "oracle");
  const std::vector<network::LayerId>& layers = builder.layers();
  std::vector<std::vector<int>> points;
  std::size_t most = 0;
  for (const network::LayerId layer : layers) {
    points.push_back(builder.split_points(layer));
    most = std::max(most, points.back().size());
  }
  std::vector<spec::Schedule> trials;
  for (std::size_t trial = 0; trial < most; ++trial) {
    std::vector<int> splits;
    // A layer with fewer splits repeats its last one (all on the accelerator, or all on the cores).
    for (const auto& own : points) splits.push_back(own[std::min(trial, own.size() - 1)]);
    trials.push_back(compose(problem, splits));
  }
  const std::vector<Measured> measured = measure(trials, Effort::search);

  std::vector<int> best;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto id = static_cast<std::size_t>(layers[i]);
    std::size_t chosen = 0;
    for (std::size_t trial = 1; trial < points[i].size(); ++trial) {
      if (measured[trial].layers[id] < measured[chosen].layers[id]) chosen = trial;
    }
    best.push_back(points[i][chosen]);
  }
  std::vector<spec::Schedule> finalists = {compose(problem, best), plan_cosched(problem),
                                           plan_accelerator_only(problem), plan_cpu_only(problem)};
  const std::vector<Measured> finals = measure(finalists, Effort::final);
  std::size_t winner = 0;
  for (std::size_t i = 1; i < finals.size(); ++i) {
    if (finals[i].latency < finals[winner].latency) winner = i;
  }
  finalists[winner].planner = "oracle";
  return finalists[winner];
}

}  // namespace tandem::plan
