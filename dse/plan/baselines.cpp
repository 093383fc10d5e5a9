// SPDX-License-Identifier: Apache-2.0
// The two single engines every split is measured against.
#include "dse/plan/builder.h"

namespace tandem::plan {

spec::Schedule plan_accelerator_only(const Problem& problem) {
  ScheduleBuilder builder(problem, "accelerator-only");
  for (const network::LayerId layer : builder.layers())
    builder.add_split(layer, builder.split_points(layer).back());
  return builder.finish();
}

spec::Schedule plan_cpu_only(const Problem& problem) {
  ScheduleBuilder builder(problem, "cpu-only");
  for (const network::LayerId layer : builder.layers())
    builder.add_cores(layer, ScheduleBuilder::Beside::nothing);
  return builder.finish();
}

}  // namespace tandem::plan
