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

namespace {

spec::Schedule plan_cores(const Problem& problem, const char* name, ScheduleBuilder::Deal deal) {
  ScheduleBuilder builder(problem, name, ScheduleBuilder::Beside::nothing);
  for (const network::LayerId layer : builder.layers()) builder.add_cores(layer, deal);
  return builder.finish();
}

}  // namespace

spec::Schedule plan_cpu_only(const Problem& problem) {
  return plan_cores(problem, "cpu-only", ScheduleBuilder::Deal::by_rate);
}
// As the library's scheduler deals: it does not know that threads differ, and the slowest decides.
spec::Schedule plan_kernel_parallel(const Problem& problem) {
  return plan_cores(problem, "kernel-parallel", ScheduleBuilder::Deal::by_threads);
}

}  // namespace tandem::plan
