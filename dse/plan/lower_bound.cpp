// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/lower_bound.h"

#include <algorithm>

#include "dse/plan/builder.h"

namespace tandem::plan {

std::optional<Picoseconds> lower_bound(spec::Planner planner, const Problem& problem) {
  if (planner == spec::Planner::kernel_parallel || problem.division.share_rows) return std::nullopt;
  Problem own = problem;
  own.extensions.contention = own.extensions.cold_inputs = false;
  const ScheduleBuilder builder(own, "bound", ScheduleBuilder::Beside::nothing);
  const int all = static_cast<int>(builder.groups().size());
  Picoseconds sum{0};
  for (const network::LayerId layer : builder.layers()) {
    const auto time_of = [&](const Split& split) {
      return builder.time_at_least(layer, builder.items_of(layer, split)).time;
    };
    Picoseconds least = time_of({0, 0, all});
    for (const int channels : builder.split_points(layer)) {
      for (const int groups : {1, all}) least = std::min(least, time_of({channels, 0, groups}));
    }
    sum += least;
  }
  return sum;
}

}  // namespace tandem::plan
