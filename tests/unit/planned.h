// SPDX-License-Identifier: Apache-2.0
// Schedules of planners for tests: by network and platform, with all core groups allowed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dse/plan/planner.h"
#include "models/lowering/check_schedule.h"
#include "models/lowering/placement.h"
#include "models/network/graph.h"
#include "tests/unit/sketch.h"

namespace tandem::test {

inline std::shared_ptr<const network::Network> named(const std::string& name) {
  return std::make_shared<const network::Network>(network::read_network(name));
}

inline spec::Schedule planned(spec::Planner planner, const network::Model& model,
                              const spec::Platform& platform, const plan::Measure& measure = {}) {
  return plan::make_schedule(
      planner, {model, platform, plan::allowed_core_groups(platform, {}, "run.toml"), {}, "run.toml"},
      measure);
}

inline std::vector<lowering::ProgramItem> resolved(const spec::Schedule& schedule,
                                                   const network::Model& model,
                                                   const spec::Platform& platform) {
  return lowering::resolve_items(schedule, model, platform, lowering::layer_roles(model, platform));
}

}  // namespace tandem::test
