// SPDX-License-Identifier: Apache-2.0
// Random cost tables, and every pipeline of a small one counted out by a rule of their own.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "dse/pipeline/cost_table.h"
#include "models/core/random.h"

namespace tandem::test {

inline void add_groups(pipeline::CostTable& table, Random& random, const std::vector<int>& usage) {
  pipeline::Group group;
  group.usage = usage;
  for (int layer = 0; layer < table.size(); ++layer) {
    group.time.push_back(random.between(0, 40));
    group.energy.push_back(random.between(0, 4000));
    group.take_in.push_back(random.between(0, 6));
  }
  group.hand_over = random.between(0, 5);
  group.power_mw = random.between(0, 3000);
  table.groups.push_back(group);
}

enum class Shape { chain, branches };

// One to `layers` layers on one to three types; each group is there or missing, at least one is there.
inline pipeline::CostTable random_table(Random& random, int layers, Shape shape) {
  pipeline::CostTable table;
  table.network = "random";
  const int types = static_cast<int>(random.between(1, 3));
  for (int type = 0; type < types; ++type) {
    const bool accelerator = type == 2;
    table.types.push_back({accelerator ? "accelerator0" : std::string(1, static_cast<char>('a' + type)),
                           accelerator ? 1 : static_cast<int>(random.between(1, 3)), accelerator});
  }
  const int count = static_cast<int>(random.between(1, layers));
  for (int layer = 0; layer < count; ++layer) {
    table.layers.push_back(fmt::format("l{}", layer));
    std::vector<int> inputs;
    for (int input = 0; input < layer; ++input) {
      const bool reads = shape == Shape::chain ? input == layer - 1 : random.below(3) == 0;
      if (reads) inputs.push_back(input);
    }
    table.inputs.push_back(inputs);
  }
  std::vector<int> usage(table.types.size());
  const std::function<void(std::size_t)> each = [&](std::size_t type) {
    if (type == table.types.size()) {
      const auto used = std::count_if(usage.begin(), usage.end(), [](int n) { return n > 0; });
      // Groups of one type mostly, mixed ones sometimes.
      if (used == 1 ? random.below(5) != 0 : used > 1 && random.below(6) == 0)
        add_groups(table, random, usage);
      return;
    }
    for (int n = 0; n <= table.types[type].count; ++n) {
      usage[type] = n;
      each(type + 1);
    }
    usage[type] = 0;
  };
  each(0);
  if (table.groups.empty()) {
    usage[0] = 1;
    add_groups(table, random, usage);
  }
  table.background_mw = random.between(0, 2) * 20'000;
  return table;
}

// Every feasible pipeline: stage by stage, any set of layers whose inputs are done or in it, on any group
// that the resources left allow. Times are added up here and not by the code under test.
inline void each_pipeline(const pipeline::CostTable& table,
                          const std::function<void(const pipeline::Plan&)>& visit) {
  const int all = (1 << table.size()) - 1;
  pipeline::Plan plan;
  std::vector<int> left;
  for (const pipeline::ResourceType& type : table.types) left.push_back(type.count);
  const std::function<void(int)> extend = [&](int done) {
    if (done == all) {
      pipeline::Plan whole = plan;
      for (const pipeline::Stage& stage : plan.stages) {
        whole.period = std::max(whole.period, stage.time);
        whole.latency += stage.time;
        whole.energy += stage.energy;
      }
      whole.energy += whole.period * table.background_mw / 1000;
      visit(whole);
      return;
    }
    for (int set = 1; set <= all; ++set) {
      if ((set & done) != 0) continue;
      bool closed = true;
      int taken = 0;
      for (int layer = 0; layer < table.size(); ++layer) {
        if ((set >> layer & 1) == 0) continue;
        for (const int input : table.inputs[static_cast<std::size_t>(layer)]) {
          closed = closed && ((done | set) >> input & 1) != 0;
          if ((done >> input & 1) != 0) taken |= 1 << input;
        }
      }
      if (!closed) continue;
      for (std::size_t g = 0; g < table.groups.size(); ++g) {
        const pipeline::Group& group = table.groups[g];
        bool fits = true;
        for (std::size_t type = 0; type < left.size(); ++type) fits = fits && group.usage[type] <= left[type];
        if (!fits) continue;
        pipeline::Stage stage{static_cast<int>(g), {}, 0, 0};
        std::int64_t handing = taken == 0 ? 0 : group.hand_over;
        for (int layer = 0; layer < table.size(); ++layer) {
          const auto i = static_cast<std::size_t>(layer);
          if ((set >> layer & 1) != 0) {
            stage.layers.push_back(layer);
            stage.time += group.time[i];
            stage.energy += group.energy[i];
          }
          if ((taken >> layer & 1) != 0) handing += group.take_in[i];
        }
        stage.time += handing;
        stage.energy += handing * group.power_mw / 1000;
        for (std::size_t type = 0; type < left.size(); ++type) left[type] -= group.usage[type];
        plan.stages.push_back(stage);
        extend(done | set);
        plan.stages.pop_back();
        for (std::size_t type = 0; type < left.size(); ++type) left[type] += group.usage[type];
      }
    }
  };
  extend(0);
}

}  // namespace tandem::test
