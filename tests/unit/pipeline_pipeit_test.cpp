// SPDX-License-Identifier: Apache-2.0
// The published search: what it starts from, moves and merges; its notation; the space it avoids.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "dse/pipeline/design_space.h"
#include "dse/pipeline/exact.h"
#include "dse/pipeline/pipeit.h"
#include "models/core/random.h"

namespace tandem::pipeline {
namespace {

// `big` and `little` cores; every layer takes time[layer] on one big core, `slower` times that on a LITTLE
// one; n cores are n * efficiency^(n-1) times as fast.
CostTable big_little(int big, int little, const std::vector<std::int64_t>& time, int slower,
                     double efficiency) {
  CostTable table;
  table.types = {{"a53", little, false}, {"a73", big, false}};  // the faster type need not come first
  for (std::size_t layer = 0; layer < time.size(); ++layer) {
    table.layers.push_back(fmt::format("l{}", layer));
    table.inputs.push_back(layer == 0 ? std::vector<int>{} : std::vector<int>{static_cast<int>(layer) - 1});
  }
  for (int type = 0; type < 2; ++type) {
    double speed = 1;
    for (int cores = 1; cores <= table.types[static_cast<std::size_t>(type)].count; ++cores) {
      Group group;
      group.usage = type == 0 ? std::vector<int>{cores, 0} : std::vector<int>{0, cores};
      for (const std::int64_t one : time) {
        group.time.push_back(
            static_cast<std::int64_t>(static_cast<double>(one * (type == 0 ? slower : 1)) / (cores * speed)));
      }
      table.groups.push_back(group);
      speed *= efficiency;
    }
  }
  return table;
}

std::vector<std::int64_t> even(int layers) {
  return std::vector<std::int64_t>(static_cast<std::size_t>(layers), 1'000'000);
}

TEST(Pipeit, KeepsOneCoreAStageWhereMoreCoresDoNotHelp) {
  // 12 equal layers on 2 + 2 cores; a LITTLE core takes twice as long; two cores are no faster than one.
  const CostTable table = big_little(2, 2, even(12), 2, 0.5);
  const PipeitAnswer answer = pipeit(table);
  EXPECT_EQ(notation(table, answer.plan), "B1-B1-s1-s1");
  // 4, 4, 2 and 2 layers would fit into 4 ms. But 5 and 4 on neighbouring big cores count as balanced,
  // although a LITTLE core further on has room: what looking at pairs costs.
  EXPECT_EQ(answer.plan.period, 5'000'000);
  EXPECT_EQ(Exact(table).least_period().period, 4'000'000);
}

TEST(Pipeit, MergesClustersWhereCoresScale) {
  // One heavy layer: only a whole cluster makes it short.
  const CostTable table = big_little(4, 4, {1'000'000, 8'000'000, 1'000'000, 1'000'000}, 2, 1.0);
  const PipeitAnswer answer = pipeit(table);
  EXPECT_EQ(notation(table, answer.plan).substr(0, 2), "B4");
  EXPECT_GT(answer.pipelines_tried, 3);
  EXPECT_EQ(answer.plan.period, 2'250'000);
  EXPECT_EQ(Exact(table).least_period().period, 2'000'000);  // the heavy layer on four big cores
}

TEST(Pipeit, NeverLeavesALayerThatANeighbourWouldBetterHave) {
  tandem::Random random(7);
  for (int i = 0; i < 50; ++i) {
    std::vector<std::int64_t> times;
    for (int layer = 0; layer < 20; ++layer) times.push_back(random.between(100'000, 5'000'000));
    const CostTable table = big_little(4, 4, times, 3, 0.9);
    const Plan plan = pipeit(table).plan;
    for (std::size_t stage = 0; stage + 1 < plan.stages.size(); ++stage) {
      const std::int64_t longer = std::max(plan.stages[stage].time, plan.stages[stage + 1].time);
      for (const bool forward : {true, false}) {
        std::vector<Stage> moved = plan.stages;
        std::vector<int>& from = moved[forward ? stage : stage + 1].layers;
        std::vector<int>& to = moved[forward ? stage + 1 : stage].layers;
        const int layer = forward ? from.back() : from.front();
        from.erase(forward ? from.end() - 1 : from.begin());
        to.insert(forward ? to.begin() : to.end(), layer);
        const Plan other = evaluated(table, moved);
        EXPECT_GE(std::max(other.stages[stage].time, other.stages[stage + 1].time), longer);
      }
    }
  }
}

TEST(Pipeit, BeginsWithTheSmallestCountThereIs) {
  CostTable table = big_little(4, 4, even(8), 2, 1.0);
  std::erase_if(table.groups, [](const Group& group) { return group.usage[1] == 1 || group.usage[1] == 3; });
  const Plan plan = pipeit(table).plan;
  for (const Stage& stage : plan.stages) EXPECT_NE(table.group(stage.group).usage[1] % 2, 1);
}

TEST(DesignSpace, CountsAsThePaperDoes) {
  // 4 + 4 cores: 2^3 ways to cut each cluster; 28 layers: sum over stages of C(6, p - 2) C(27, p - 1) = C(33,
  // 7).
  const DesignSpace space = design_space(big_little(4, 4, even(28), 2, 1.0));
  EXPECT_EQ(space.pipelines, 64);
  EXPECT_EQ(space.points, 4'272'048);
  EXPECT_GT(space.all_points, space.points);
}

TEST(DesignSpace, CountsEveryOrderAndLeftoverCores) {
  // One core each of two types, two layers: a, b, a-b, b-a.
  const DesignSpace space = design_space(big_little(1, 1, even(2), 2, 1.0));
  EXPECT_EQ(space.pipelines, 1);
  EXPECT_EQ(space.points, 1);
  EXPECT_EQ(space.all_points, 4);
}

TEST(Notation, NamesTypesWhereThereAreMoreThanTwo) {
  CostTable table = big_little(1, 1, even(3), 2, 1.0);
  table.types.push_back({"a72", 1, false});
  table.types.push_back({"accelerator0", 1, true});
  for (Group& group : table.groups) group.usage.resize(4);
  Group both;
  both.usage = {0, 0, 1, 1};
  both.time.assign(3, 5);
  table.groups.push_back(both);
  EXPECT_EQ(notation(table, evaluated(table, {{2, {0}, 0, 0}, {0, {1, 2}, 0, 0}})), "a72x1+A-a53x1");
}

}  // namespace
}  // namespace tandem::pipeline
