// SPDX-License-Identifier: Apache-2.0
// What a run's energy is made of, and what wait policy and operating points change in its time and energy.
#include <gtest/gtest.h>

#include <vector>

#include "models/energy/power_fit.h"
#include "tests/platform/child_run.h"

namespace tandem::sim {
namespace {

Bench accelerated() {
  return make_bench("ultra96", "tiny", network::Precision::int8, spec::Planner::accelerator_only);
}

MachineOptions with_model() {
  MachineOptions options;
  options.rtl = false;
  return options;
}

ChildResult waiting(Bench bench, spec::WaitPolicy wait, int images = 2) {
  bench.schedule.wait = wait;
  return run_in_child(bench, images, with_model());
}

TEST(RunEnergy, IsTheSumOfItsParts) {
  const ChildResult run = run_in_child(accelerated(), 2, with_model());
  ASSERT_EQ(run.failure, "");
  double sum = 0;
  for (const auto& [name, energy] : run.parts) {
    EXPECT_GT(energy.raw(), 0.0) << name;
    sum += energy.raw();
  }
  EXPECT_DOUBLE_EQ(sum, run.energy.raw());
  for (const char* name : {"a53", "a53_l2", "accelerator0", "board", "dram", "interconnect"})
    EXPECT_EQ(run.parts.count(name), 1u) << name;
}

TEST(RunEnergy, OfTheSameRunIsTheSameToTheLastBit) {
  const ChildResult one = run_in_child(accelerated(), 1, with_model());
  const ChildResult other = run_in_child(accelerated(), 1, with_model());
  EXPECT_EQ(one.parts, other.parts);
}

// Simulated board power against the measured one, at the top operating point; results/power has all.
TEST(RunEnergy, PowersTheMeasuredBoardWithinFifteenPercent) {
  const energy::PowerData data = energy::read_power_data();
  std::vector<double> board;
  for (const energy::PartPower& part : data.parts) board.push_back(part.measured_mw);
  Bench bench = make_bench("rk3399pro", "squeezenet", network::Precision::fp32, spec::Planner::cpu_only);
  for (const energy::InferencePower& run : energy::inferences(data, board)) {
    const bool top = run.megahertz == (run.cluster == "a72x2" ? 1800 : 1416);
    if (run.network != "squeezenet" || !top) continue;
    const plan::Problem problem{bench.model, bench.platform, {run.cluster}, {}, "test"};
    bench.schedule = plan::make_schedule(spec::Planner::cpu_only, problem, {});
    const ChildResult own = run_in_child(bench, 1, {});
    ASSERT_EQ(own.failure, "");
    const double simulated_mw = to_millijoules(own.energy) / to_milliseconds(own.total) * 1e3;
    const double measured_mw = run.measured_mj / run.milliseconds * 1e3;
    EXPECT_NEAR(simulated_mw, measured_mw, 0.15 * measured_mw) << run.cluster;
  }
}

TEST(WaitPolicy, PollingSeesTheEndSoonerAndKeepsCoresAndBusBusy) {
  const ChildResult asleep = waiting(accelerated(), spec::WaitPolicy::interrupt);
  const ChildResult awake = waiting(accelerated(), spec::WaitPolicy::polling);
  ASSERT_EQ(asleep.failure + awake.failure, "");
  EXPECT_EQ(awake.output_sha256, asleep.output_sha256);
  EXPECT_LT(awake.total, asleep.total);
  EXPECT_GT(awake.parts.at("a53").raw(), asleep.parts.at("a53").raw());
  EXPECT_GT(awake.parts.at("interconnect").raw(), asleep.parts.at("interconnect").raw());
}

TEST(WaitPolicy, PollingSavesEnergyOnShortJobsAndCostsItOnLongOnes) {
  const Bench fast = accelerated();
  EXPECT_LT(waiting(fast, spec::WaitPolicy::polling).energy.raw(),
            waiting(fast, spec::WaitPolicy::interrupt).energy.raw())
      << "the board is done sooner";
  Bench slow = accelerated();
  slow.platform.accelerators[0].clock = Hertz(10'000'000);
  EXPECT_GT(waiting(slow, spec::WaitPolicy::polling).energy.raw(),
            waiting(slow, spec::WaitPolicy::interrupt).energy.raw())
      << "the core burns for as long as the job lasts";
}

TEST(WaitPolicy, PollingRarelyIsSlowerThanTheInterrupt) {
  Bench bench = accelerated();
  bench.platform.runtime.poll_interval = Picoseconds(50'000'000);
  EXPECT_GT(waiting(bench, spec::WaitPolicy::polling).total,
            waiting(bench, spec::WaitPolicy::interrupt).total);
}

TEST(WaitPolicy, PollingWorksOnTheRtlAsOnTheModel) {
  Bench bench = accelerated();
  bench.schedule.wait = spec::WaitPolicy::polling;
  const ChildResult rtl = run_in_child(bench, 1, {});
  ASSERT_EQ(rtl.failure, "");
  const ChildResult model = run_in_child(bench, 1, with_model());
  EXPECT_EQ(rtl.output_sha256, model.output_sha256);
  EXPECT_EQ(rtl.output_sha256, reference_sha256(bench.model, 1));
  EXPECT_NEAR(to_microseconds(rtl.total), to_microseconds(model.total), 0.05 * to_microseconds(model.total));
}

TEST(WaitPolicy, PollingForAJobThatIsNeverStartedEndsTheRun) {
  Bench bench = accelerated();
  bench.schedule.wait = spec::WaitPolicy::polling;
  MachineOptions options = with_model();
  options.tamper = [](lowering::Program& program) {
    change_commands(program, [](lowering::Command& command) {
      if (command.opcode == lowering::Opcode::start_accelerator)
        command = {.opcode = lowering::Opcode::clean};
    });
  };
  const std::string failure = run_in_child(bench, 1, options).failure;
  EXPECT_NE(failure.find("accelerator0 is idle, with 0 of 0 jobs done"), std::string::npos) << failure;
}

constexpr Hertz kLow{1'018'000'000};

Bench two_clusters(Picoseconds transition) {
  Bench bench = make_bench("hikey970", "tiny", network::Precision::fp32, spec::Planner::cpu_only);
  for (spec::Cluster& cluster : bench.platform.clusters) cluster.transition = transition;
  return bench;
}

MachineOptions pinned() {
  MachineOptions options;
  options.frequency = {{"a73", kLow}, {"a53", kLow}};
  return options;
}

// Both clusters go down with the first layer.
void go_down(Bench& bench) {
  const std::string first = bench.schedule.items.front().layer;
  bench.schedule.points = {{first, "a73", kLow}, {first, "a53", kLow}};
}

double microseconds(const ChildResult& run) { return to_microseconds(run.total); }

TEST(OperatingPoint, APinnedLowPointTakesLongerAndLessCoreEnergy) {
  const ChildResult high = run_in_child(two_clusters(Picoseconds(0)), 1, {});
  const ChildResult low = run_in_child(two_clusters(Picoseconds(0)), 1, pinned());
  EXPECT_GT(low.total, high.total);
  EXPECT_LT(low.parts.at("a73").raw(), high.parts.at("a73").raw());
}

TEST(OperatingPoint, AChangeWithTheFirstLayerIsAsGoodAsAPin) {
  Bench bench = two_clusters(Picoseconds(0));
  const ChildResult pin = run_in_child(bench, 2, pinned());
  go_down(bench);
  const ChildResult change = run_in_child(bench, 2, {});
  ASSERT_EQ(change.failure, "");
  EXPECT_EQ(change.output_sha256, pin.output_sha256);
  EXPECT_NEAR(microseconds(change), microseconds(pin), 0.02 * microseconds(pin));
  EXPECT_NEAR(change.parts.at("a73").raw(), pin.parts.at("a73").raw(), 0.02 * pin.parts.at("a73").raw());
}

TEST(OperatingPoint, EveryChangeTakesItsTransition) {
  Bench at_once = two_clusters(Picoseconds(0));
  Bench slowly = two_clusters(Picoseconds(300'000'000));
  go_down(at_once);
  go_down(slowly);
  const double difference =
      microseconds(run_in_child(slowly, 2, {})) - microseconds(run_in_child(at_once, 2, {}));
  // Down, back for the second image, down.
  EXPECT_NEAR(difference, 3 * 300.0, 5.0);
}

TEST(OperatingPoint, AChangeTowardsTheEndLeavesTheBeginningAlone) {
  Bench bench = two_clusters(Picoseconds(0));
  const double high = microseconds(run_in_child(bench, 1, {}));
  const double low = microseconds(run_in_child(bench, 1, pinned()));
  // The last layers are too small to show it.
  const std::string late_layer = bench.schedule.items[bench.schedule.items.size() * 3 / 4].layer;
  bench.schedule.points = {{late_layer, "a73", kLow}, {late_layer, "a53", kLow}};
  const double late = microseconds(run_in_child(bench, 1, {}));
  EXPECT_GT(late, high);
  EXPECT_LT(late, (high + low) / 2);
}

}  // namespace
}  // namespace tandem::sim
