// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/stage_times.h"

#include "dse/plan/layer_search.h"

namespace tandem::plan {

StageTimes::StageTimes(const Problem& problem, const std::vector<std::string>& core_groups,
                       bool with_accelerator) {
  Problem own = problem;
  own.core_groups = core_groups;
  own.division.all_clusters = true;  // of those the stage has
  own.published = nullptr;
  ScheduleBuilder builder(
      own, "stage",
      with_accelerator ? ScheduleBuilder::Beside::accelerator : ScheduleBuilder::Beside::nothing);
  for (const network::LayerId layer : builder.layers()) {
    Split split{0, 0, static_cast<int>(core_groups.size())};
    if (with_accelerator) split = LayerSearch(own, builder, Price(), layer).run();
    const ScheduleBuilder::Items items = builder.items_of(layer, split);
    const latency::LayerTime timed = builder.time_of(layer, items);
    layers_[layer] = {items, timed.time, builder.energy_of(items, timed)};
    builder.add(layer, items);
  }
}

}  // namespace tandem::plan
