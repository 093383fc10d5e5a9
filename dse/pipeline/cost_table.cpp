// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/cost_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::pipeline {

bool CostTable::knows_energy() const {
  return std::all_of(groups.begin(), groups.end(), [](const Group& group) { return !group.energy.empty(); });
}

bool CostTable::is_chain() const {
  for (int layer = 0; layer < size(); ++layer) {
    const std::vector<int> wanted = layer == 0 ? std::vector<int>{} : std::vector<int>{layer - 1};
    if (inputs[static_cast<std::size_t>(layer)] != wanted) return false;
  }
  return true;
}

std::vector<std::string> resource_names(const CostTable& table, const Group& group) {
  std::vector<std::string> names;
  for (std::size_t type = 0; type < table.types.size(); ++type) {
    if (group.usage[type] == 0) continue;
    const ResourceType& own = table.types[type];
    names.push_back(own.is_accelerator ? own.name : fmt::format("{}x{}", own.name, group.usage[type]));
  }
  return names;
}

namespace {

void evaluate(const CostTable& table, Stage& stage) {
  const Group& group = table.group(stage.group);
  std::sort(stage.layers.begin(), stage.layers.end());
  std::vector<bool> own(table.layers.size());
  for (const int layer : stage.layers) own[static_cast<std::size_t>(layer)] = true;
  std::vector<bool> taken(table.layers.size());
  std::int64_t handing = 0;
  bool takes = false;
  stage.time = stage.energy = 0;
  for (const int layer : stage.layers) {
    stage.time += group.time[static_cast<std::size_t>(layer)];
    if (!group.energy.empty()) stage.energy += group.energy[static_cast<std::size_t>(layer)];
    for (const int input : table.inputs[static_cast<std::size_t>(layer)]) {
      const auto from = static_cast<std::size_t>(input);
      if (own[from] || taken[from]) continue;
      taken[from] = true;
      takes = true;
      if (!group.take_in.empty()) handing += group.take_in[from];
    }
  }
  if (takes) handing += group.hand_over;
  stage.time += handing;
  stage.energy += handing * group.power_mw / 1000;
}

}  // namespace

Plan evaluated(const CostTable& table, std::vector<Stage> stages) {
  Plan plan;
  plan.stages = std::move(stages);
  for (Stage& stage : plan.stages) {
    evaluate(table, stage);
    plan.period = std::max(plan.period, stage.time);
    plan.latency += stage.time;
    plan.energy += stage.energy;
  }
  if (table.knows_energy()) plan.energy += background_energy(table, plan.period);
  return plan;
}

}  // namespace tandem::pipeline
