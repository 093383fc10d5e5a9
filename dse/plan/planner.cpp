// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/planner.h"

#include "dse/plan/kernels.h"
#include "dse/plan/pipeline_planner.h"
#include "models/lowering/resources.h"

namespace tandem::plan {

std::vector<std::string> allowed_core_groups(const spec::Platform& platform,
                                             const std::vector<std::string>& asked,
                                             const std::string& where) {
  std::vector<std::string> groups = asked;
  if (groups.empty()) {
    for (const spec::Cluster& cluster : platform.clusters) {
      groups.push_back(lowering::core_group_name(cluster, cluster.cores));
    }
    return groups;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto found = lowering::find_resource(platform, groups[i]);
    if (!found || found->cluster < 0) {
      std::vector<std::string> names;
      for (const spec::Cluster& cluster : platform.clusters) {
        names.push_back(lowering::core_group_name(cluster, 1) + " to " +
                        lowering::core_group_name(cluster, cluster.cores));
      }
      throw InputError(
          {where, 0, 0}, "schedule.cores",
          "\"" + groups[i] + "\" is no core group of " + platform.name + "; allowed is " + join(names));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (lowering::find_resource(platform, groups[j])->cluster == found->cluster) {
        throw InputError(
            {where, 0, 0}, "schedule.cores",
            "\"" + groups[j] + "\" and \"" + groups[i] + "\" are of one cluster; give one group of each");
      }
    }
  }
  return groups;
}

namespace {

spec::Schedule plan(spec::Planner planner, const Problem& problem, const Measure& measure) {
  switch (planner) {
    case spec::Planner::accelerator_only:
      return plan_accelerator_only(problem);
    case spec::Planner::cpu_only:
      return plan_cpu_only(problem);
    case spec::Planner::cosched:
      return plan_cosched(problem);
    case spec::Planner::oracle:
      return plan_oracle(problem, measure);
    case spec::Planner::kernel_parallel:
      return plan_kernel_parallel(problem);
    case spec::Planner::pipeit:
    case spec::Planner::exact:
    case spec::Planner::joint:
      return plan_pipeline(planner, problem).schedule;
  }
  throw std::logic_error("unknown planner");
}

}  // namespace

spec::Schedule make_schedule(spec::Planner planner, const Problem& problem, const Measure& measure) {
  const bool needs_accelerator = planner == spec::Planner::accelerator_only ||
                                 planner == spec::Planner::cosched || planner == spec::Planner::oracle;
  if (needs_accelerator && problem.platform.accelerators.empty()) {
    throw InputError({problem.where, 0, 0}, "schedule.planner",
                     std::string("\"") + to_string(planner) + "\" needs an accelerator and platform " +
                         problem.platform.name +
                         " has none; allowed is cpu-only, kernel-parallel, pipeit, exact or joint");
  }
  if (needs_accelerator && problem.model.precision == network::Precision::fp32) {
    throw InputError({problem.where, 0, 0}, "precision",
                     "is fp32, but the accelerator computes int8; give \"int8\", or the planner cpu-only, "
                     "kernel-parallel, pipeit or exact");
  }
  spec::Schedule schedule = plan(planner, problem, measure);
  name_kernels(schedule, problem);
  return schedule;
}

}  // namespace tandem::plan
