// SPDX-License-Identifier: Apache-2.0
// The oracle on the simulated platform: as good as simulating everything, and times that do not depend on
// whether tensors are computed.
#include <gtest/gtest.h>

#include <algorithm>

#include "dse/plan/builder.h"
#include "models/core/random.h"
#include "tests/platform/child_run.h"
#include "tests/unit/sketch.h"

namespace tandem::sim {
namespace {

using network::LayerId;
using test::conv;
using test::square;

// Simulates in child processes, without tensors, as the command line does.
class OnPlatform {
 public:
  OnPlatform(const network::Model& model, const spec::Platform& platform)
      : problem_{model, platform, plan::allowed_core_groups(platform, {}, "test"), {}, "test"} {}

  [[nodiscard]] const plan::Problem& problem() const { return problem_; }

  std::vector<plan::Measured> measure(const std::vector<spec::Schedule>& schedules) {
    std::vector<plan::Measured> all;
    for (const spec::Schedule& schedule : schedules) {
      ++simulations;
      all.push_back(measured_in_child(schedule));
    }
    return all;
  }
  spec::Schedule oracle() {
    return plan::plan_oracle(problem_,
                             [this](const auto& schedules, plan::Effort) { return measure(schedules); });
  }
  Picoseconds latency(const spec::Schedule& schedule) { return measure({schedule}).front().latency; }

  int simulations = 0;

 private:
  plan::Measured measured_in_child(const spec::Schedule& schedule) {
    return plan::read_measured(text_from_child([&] {
      MachineOptions options;
      options.rtl = false;
      options.values = false;
      options.timeline = true;
      const spec::RunResult result = simulate(problem_.platform, problem_.model, schedule, 1, options);
      return plan::write_measured(plan::measured_of(result, *problem_.model.network));
    }));
  }

  plan::Problem problem_;
};

std::vector<int> splits_of(const spec::Schedule& schedule, const plan::ScheduleBuilder& builder,
                           const network::Network& network) {
  std::vector<int> splits;
  for (const LayerId id : builder.layers()) {
    int split = 0;
    for (const spec::WorkItem& item : schedule.items) {
      if (item.layer == network.layer(id).name && item.resource == "accelerator0") split = item.k1;
    }
    splits.push_back(split);
  }
  return splits;
}

spec::Schedule with_splits(const plan::Problem& problem, const std::vector<int>& splits) {
  plan::ScheduleBuilder builder(problem, "test");
  for (std::size_t i = 0; i < splits.size(); ++i) builder.add_split(builder.layers()[i], splits[i]);
  return builder.finish();
}

// No layer of the oracle's schedule gets faster by another split while the others stay as they are.
void expect_no_better_split(OnPlatform& bench) {
  const plan::Problem& problem = bench.problem();
  const plan::ScheduleBuilder builder(problem, "test");
  const spec::Schedule found = bench.oracle();
  const int searched = bench.simulations;
  const Picoseconds least = bench.latency(found);
  const std::vector<int> splits = splits_of(found, builder, *problem.model.network);
  int all = 1;
  for (std::size_t i = 0; i < splits.size(); ++i) {
    for (const int split : builder.split_points(builder.layers()[i])) {
      std::vector<int> other = splits;
      other[i] = split;
      EXPECT_GE(bench.latency(with_splits(problem, other)), least)
          << problem.model.network->layer(builder.layers()[i]).name << " " << split << " instead of "
          << splits[i];
      ++all;
    }
  }
  testing::Test::RecordProperty("simulations", searched);
  testing::Test::RecordProperty("of", all);
}

class OracleOn : public testing::TestWithParam<const char*> {};

TEST_P(OracleOn, TinyIsAsFastAsWithAnyOtherSplitOfALayer) {
  const spec::Platform platform = spec::read_platform(GetParam());
  const network::Model model = network::sized_model(
      std::make_shared<const network::Network>(network::read_network("tiny")), network::Precision::int8);
  OnPlatform bench(model, platform);
  expect_no_better_split(bench);
}

INSTANTIATE_TEST_SUITE_P(Platforms, OracleOn, testing::Values("ultra96", "zedboard", "edge_soc"));

// Random convolutions, each a network of its own, so that every split can be simulated.
class OracleOnRandomLayer : public testing::TestWithParam<int> {};

TEST_P(OracleOnRandomLayer, FindsWhatSimulatingEverySplitFinds) {
  Random random(static_cast<std::uint64_t>(GetParam()), "layer");
  const std::vector<std::string> boards = {"ultra96", "zedboard", "zcu104", "zcu106"};
  spec::Platform platform = spec::read_platform(boards[random.below(boards.size())]);
  platform.accelerators[0].array = accelerator::parse_array(std::to_string(2 << random.below(3)) + "x32");
  const int kernel = 1 + 2 * static_cast<int>(random.below(2));
  const int size = 7 + static_cast<int>(random.below(22));
  const int in = 16 << random.below(3);
  const int out = 12 + static_cast<int>(random.below(60));
  test::Sketch sketch({in, size, size});
  sketch.add(conv("conv", out, square(kernel, 1 + static_cast<int>(random.below(2)), kernel / 2)));
  const network::Model model = network::sized_model(sketch.build(), network::Precision::int8);
  OnPlatform bench(model, platform);
  expect_no_better_split(bench);
}

INSTANTIATE_TEST_SUITE_P(Thirty, OracleOnRandomLayer, testing::Range(1, 31));

// With rows shared, against every division into channels of whole steps and rows: the search looks at three
// numbers of channels, and what it leaves is little.
class OracleOfRows : public testing::TestWithParam<int> {};

TEST_P(OracleOfRows, IsNeverBehindThePlannersAndNearTheBestOfAll) {
  Random random(static_cast<std::uint64_t>(GetParam()), "rows");
  spec::Platform platform = spec::read_platform(random.below(2) == 0 ? "ultra96" : "zedboard");
  platform.accelerators[0].array = accelerator::parse_array(std::to_string(4 << random.below(2)) + "x32");
  const int size = 9 + static_cast<int>(random.below(8));
  test::Sketch sketch({64 << random.below(3), size, size});
  sketch.add(conv("conv", 20 + static_cast<int>(random.below(40)), square(3, 1, 1)));
  const network::Model model = network::sized_model(sketch.build(), network::Precision::int8);
  OnPlatform bench(model, platform);
  plan::Problem steps = bench.problem(), rows = steps;
  rows.division.share_rows = true;
  const auto oracle = [&](const plan::Problem& problem) {
    return bench.latency(plan::plan_oracle(
        problem, [&](const auto& schedules, plan::Effort) { return bench.measure(schedules); }));
  };
  const Picoseconds found = oracle(rows);
  EXPECT_LE(found, oracle(steps));
  EXPECT_LE(found, bench.latency(plan::plan_cosched(rows)));
  Picoseconds best = found;
  const plan::ScheduleBuilder points(rows, "test");
  for (const int channels : points.split_points(points.layers().front())) {
    for (int row = 0; row < size; ++row) {
      plan::ScheduleBuilder builder(rows, "test");
      builder.add(builder.layers().front(), builder.items_of(builder.layers().front(), {channels, row, 1}));
      best = std::min(best, bench.latency(builder.finish()));
    }
  }
  const double behind = static_cast<double>(found.raw()) / static_cast<double>(best.raw()) - 1;
  RecordProperty("behind_percent", std::to_string(100 * behind));
  EXPECT_LE(behind, 0.02);
}

INSTANTIATE_TEST_SUITE_P(Eight, OracleOfRows, testing::Range(1, 9));

TEST(Times, DoNotDependOnWhetherTensorsAreComputed) {
  for (const char* platform : {"ultra96", "edge_soc"}) {
    const Bench bench = make_bench(platform, "tiny", network::Precision::int8, spec::Planner::cosched);
    MachineOptions options;
    options.rtl = false;
    const ChildResult with = run_in_child(bench, 2, options);
    options.values = false;
    const ChildResult without = run_in_child(bench, 2, options);
    EXPECT_EQ(with.failure + without.failure, "");
    EXPECT_EQ(with.total, without.total);
    EXPECT_EQ(with.energy.raw(), without.energy.raw());
    EXPECT_EQ(with.output_sha256, reference_sha256(bench.model, 2));
    EXPECT_EQ(without.output_sha256, "none");
  }
}

}  // namespace
}  // namespace tandem::sim
