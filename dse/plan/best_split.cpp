// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/best_split.h"

#include "dse/plan/builder.h"

namespace tandem::plan {

const BestSplit::Steps& BestSplit::steps_of(network::LayerId layer) {
  const auto [found, is_new] = known_.try_emplace(layer);
  Steps& steps = found->second;
  if (!is_new) return steps;
  const auto unit = static_cast<std::size_t>(accelerator_.accelerator);
  const int rows = model_.network->layer(layer).output.h;
  for (const int channels : accelerator_steps(model_, layer, platform_.accelerators[unit].array)) {
    steps.channels.push_back(channels);
    steps.unit_time.push_back(channels == 0 ? Picoseconds(0)
                                            : latency_.compute(layer, accelerator_, {0, channels, 0, rows}));
  }
  return steps;
}

int BestSplit::of(network::LayerId layer, const lowering::Resource& cores) {
  const Steps& steps = steps_of(layer);
  const network::Shape output = model_.network->layer(layer).output;
  std::vector<Picoseconds> core_time;
  std::size_t first = 0;  // where the accelerator begins to be the slower side: near the best
  for (std::size_t i = 0; i < steps.channels.size(); ++i) {
    const int left = steps.channels[i];
    core_time.push_back(left == output.c ? Picoseconds(0)
                                         : latency_.compute(layer, cores, {left, output.c, 0, output.h}));
    if (steps.unit_time[i] < core_time[i]) first = i;
  }
  std::size_t best = first;
  Picoseconds least = latency_.split_layer(layer, accelerator_, cores, steps.channels[first]);
  for (std::size_t i = 0; i < steps.channels.size(); ++i) {
    if (i == first || steps.unit_time[i] > least || core_time[i] > least) continue;
    const Picoseconds time = latency_.split_layer(layer, accelerator_, cores, steps.channels[i]);
    if (time < least || (time == least && i < best)) {
      least = time;
      best = i;
    }
  }
  return steps.channels[best];
}

}  // namespace tandem::plan
