// SPDX-License-Identifier: Apache-2.0
// The exact planner against every pipeline of small tables, and the bounds and the published search against
// it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "dse/pipeline/bound.h"
#include "dse/pipeline/exact.h"
#include "dse/pipeline/pipeit.h"
#include "tests/unit/pipeline_tables.h"

namespace tandem::pipeline {
namespace {

using test::each_pipeline;
using test::random_table;
using Form = test::Shape;

// The rules of cost_table.h, read off a plan.
void expect_feasible(const CostTable& table, const Plan& plan) {
  std::vector<int> used(table.types.size());
  std::vector<bool> done(table.layers.size());
  for (const Stage& stage : plan.stages) {
    EXPECT_FALSE(stage.layers.empty());
    for (std::size_t type = 0; type < used.size(); ++type) used[type] += table.group(stage.group).usage[type];
    for (const int layer : stage.layers) {
      EXPECT_FALSE(done[static_cast<std::size_t>(layer)]);
      for (const int input : table.inputs[static_cast<std::size_t>(layer)])
        EXPECT_TRUE(done[static_cast<std::size_t>(input)]);
      done[static_cast<std::size_t>(layer)] = true;
    }
  }
  EXPECT_EQ(std::count(done.begin(), done.end(), true), table.size());
  for (std::size_t type = 0; type < used.size(); ++type) EXPECT_LE(used[type], table.types[type].count);
}

struct Best {
  std::int64_t period = kNever, latency_then = kNever;     // least latency among the fastest
  std::int64_t floor = 0, latency = kNever;                // least latency with no stage above the floor
  std::int64_t energy = kNever;                            // likewise
  std::set<std::pair<std::int64_t, std::int64_t>> points;  // all (period, energy)
};

Best brute_force(const CostTable& table, std::int64_t floor) {
  Best best;
  best.floor = floor;
  each_pipeline(table, [&](const Plan& plan) {
    best.points.insert({plan.period, plan.energy});
    if (std::tie(plan.period, plan.latency) < std::tie(best.period, best.latency_then)) {
      best.period = plan.period;
      best.latency_then = plan.latency;
    }
    if (plan.period > floor) return;
    best.latency = std::min(best.latency, plan.latency);
    best.energy = std::min(best.energy, plan.energy);
  });
  return best;
}

std::vector<std::pair<std::int64_t, std::int64_t>> front_of(const Best& best) {
  std::vector<std::pair<std::int64_t, std::int64_t>> front;
  for (const auto& point : best.points) {  // ascending periods
    if (front.empty() || point.second < front.back().second) front.push_back(point);
  }
  return front;
}

void agrees_with_brute_force(const CostTable& table, std::int64_t floor) {
  const Best best = brute_force(table, floor);
  const Exact exact(table);
  ASSERT_TRUE(exact.proves());

  const Plan fastest = exact.least_period();
  expect_feasible(table, fastest);
  ASSERT_EQ(fastest.period, best.period);
  ASSERT_EQ(fastest.latency, best.latency_then);

  const auto quickest = exact.least(Sum::latency, floor);
  ASSERT_EQ(quickest.has_value(), best.latency != kNever);
  const auto frugal = least_energy(table, exact, floor);
  ASSERT_EQ(frugal.has_value(), best.latency != kNever);
  if (quickest) {
    expect_feasible(table, *quickest);
    ASSERT_EQ(quickest->latency, best.latency);
    ASSERT_LE(quickest->period, floor);
    expect_feasible(table, *frugal);
    ASSERT_EQ(frugal->energy, best.energy);
    ASSERT_LE(frugal->period, floor);
  }

  std::vector<std::pair<std::int64_t, std::int64_t>> front;
  for (const Plan& plan : pareto_front(exact)) {
    expect_feasible(table, plan);
    front.emplace_back(plan.period, plan.energy);
  }
  ASSERT_EQ(front, front_of(best));

  const int last = exact.ideals().size() - 1;
  const auto reaches_the_end = [&](std::int64_t period) {
    for (const std::vector<int>& reached : exact.reached_below(period)) {
      if (!reached.empty() && reached.back() == last) return true;
    }
    return false;
  };
  ASSERT_FALSE(reaches_the_end(best.period));
  ASSERT_TRUE(reaches_the_end(best.period + 1));
  ASSERT_LE(lower_bound(table).period, best.period);

  bool has_cores = false;
  for (const Group& group : table.groups) {
    if (resource_names(table, group).size() == 1 && !(table.types.size() == 3 && group.usage[2] > 0))
      has_cores = true;
  }
  if (has_cores) {
    const Plan published = pipeit(table).plan;
    expect_feasible(table, published);
    ASSERT_GE(published.period, best.period);
  }
}

void many(Form form, int layers, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const CostTable table = random_table(random, layers, form);
    agrees_with_brute_force(table, random.between(0, 100));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(ExactPipeline, IsOptimalOnTwoThousandRandomChains) { many(Form::chain, 6, 1, 2000); }
TEST(ExactPipeline, IsOptimalOnTwoThousandRandomGraphs) { many(Form::branches, 5, 10'000, 2000); }

// Three branches of three layers each: 4^3 ideals and the two ends.
CostTable three_branches() {
  CostTable table;
  table.types = {{"a", 2, false}};
  for (int layer = 0; layer < 11; ++layer) {
    table.layers.push_back(fmt::format("l{}", layer));
    if (layer == 0) {
      table.inputs.emplace_back();
    } else if (layer == 10) {
      table.inputs.push_back({3, 6, 9});
    } else {
      table.inputs.push_back({layer % 3 == 1 ? 0 : layer - 1});
    }
  }
  Group group;
  group.usage = {1};
  group.time.assign(11, 10);
  table.groups = {group};
  return table;
}

TEST(Ideals, ParallelBranchesMultiply) {
  const Ideals ideals(three_branches());
  EXPECT_TRUE(ideals.complete());
  EXPECT_EQ(ideals.size(), 1 + 4 * 4 * 4 + 1);
  EXPECT_EQ(ideals.layers_between(0, ideals.size() - 1).size(), 11u);
  for (int ideal = 1; ideal + 1 < ideals.size(); ++ideal) {
    EXPECT_TRUE(ideals.within(0, ideal));
    EXPECT_FALSE(ideals.open(ideal).empty());
  }
}

TEST(Ideals, PastTheLimitThePrefixesRemainAndProveNothing) {
  const CostTable table = three_branches();
  const Exact all(table, 66);
  const Exact few(table, 65);
  EXPECT_TRUE(all.proves());
  EXPECT_FALSE(few.proves());
  EXPECT_EQ(few.ideals().size(), 12);
  EXPECT_EQ(few.least_period().period, 60);  // 6 and 5 of the 11 layers
  EXPECT_EQ(lower_bound(table).period, 55);
}

TEST(Bound, PricesFindTheRatesOfTwoTypes) {
  // One core of a does a layer in 10, one of b in 30: together 40 layers take 300 at best.
  CostTable table;
  table.types = {{"a", 1, false}, {"b", 1, false}};
  for (int layer = 0; layer < 40; ++layer) {
    table.layers.push_back(fmt::format("l{}", layer));
    table.inputs.push_back(layer == 0 ? std::vector<int>{} : std::vector<int>{layer - 1});
  }
  Group a;
  a.usage = {1, 0};
  a.time.assign(40, 10);
  Group b;
  b.usage = {0, 1};
  b.time.assign(40, 30);
  table.groups = {a, b};
  EXPECT_EQ(lower_bound(table).period, 300);
  EXPECT_EQ(Exact(table).least_period().period, 300);
  table.groups[0].time[7] = 1000;
  table.groups[1].time[7] = 900;
  EXPECT_EQ(lower_bound(table).period, 900);
  EXPECT_TRUE(lower_bound(table).prices.empty());
}

TEST(ExactPipeline, TooLargeATableIsRefusedWithItsNumbers) {
  CostTable table;
  table.types = {{"a", 64, false}, {"b", 64, false}, {"c", 64, false}};
  table.layers.assign(100, "l");
  for (int layer = 0; layer < 100; ++layer)
    table.inputs.push_back(layer == 0 ? std::vector<int>{} : std::vector<int>{layer - 1});
  table.groups.resize(3);
  EXPECT_NE(too_large(table).find("274625 combinations"), std::string::npos);
  table.types.pop_back();
  EXPECT_EQ(too_large(table), "");
}

// Eleven branches can be done in 2^11 orders, each a place to cut at: what counts is not the layers.
TEST(ExactPipeline, BranchesCountAsTheCutsTheyMake) {
  CostTable table;
  table.types = {{"a", 16, false}, {"b", 16, false}, {"c", 16, false}};
  table.layers.assign(13, "l");
  table.inputs.assign(13, {0});
  table.inputs.front().clear();
  table.inputs.back() = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  table.groups.resize(3);
  EXPECT_NE(too_large(table).find("2050 places to cut 13 layers at"), std::string::npos) << too_large(table);
  table.types.pop_back();
  EXPECT_EQ(too_large(table), "");
}

}  // namespace
}  // namespace tandem::pipeline
