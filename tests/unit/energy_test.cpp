// SPDX-License-Identifier: Apache-2.0
// Energy by hand: each term alone, so that a wrong factor of a thousand cannot hide.
#include "models/energy/energy.h"

#include <gtest/gtest.h>

namespace tandem::energy {
namespace {

constexpr Picoseconds kMillisecond{1'000'000'000};

TEST(Energy, PowerTimesTime) {
  EXPECT_DOUBLE_EQ(to_millijoules(energy_over(Milliwatts(500), kMillisecond)), 0.5)
      << "half a watt for a millisecond";
}

TEST(Energy, DynamicPowerIsCapacitanceTimesFrequencyTimesVoltageSquared) {
  ClusterActivity cluster;
  cluster.dynamic_uw_per_mhz_v2 = 100;
  cluster.frequency = Hertz(2'000'000'000);
  cluster.millivolts = 500;
  EXPECT_DOUBLE_EQ(core_dynamic_power(cluster).raw(), 50.0) << "100 uW x 2000 x 0.25";
}

// Everything zero but what a test sets; the run takes one millisecond.
RunActivity quiet() {
  RunActivity activity;
  activity.duration = kMillisecond;
  return activity;
}

double sum_of(const RunActivity& activity) {
  double sum = 0;
  for (const auto& [part, energy] : energy_by_component(activity)) sum += to_millijoules(energy);
  return sum;
}

double part_of(const RunActivity& activity, const std::string& part) {
  EXPECT_DOUBLE_EQ(sum_of(activity), to_millijoules(energy_by_component(activity).at(part)))
      << "only one part is used";
  return sum_of(activity);
}

TEST(Energy, NothingOnNothingUsed) { EXPECT_EQ(sum_of(quiet()), 0.0); }

TEST(Energy, CoresPayForBeingBusyAndAllForBeingThere) {
  RunActivity activity = quiet();
  // 50 mW while busy: two cores for half the time; 10 mW each of four cores all the time.
  activity.clusters = {{"a53", 100, Hertz(2'000'000'000), 500, 4, Milliwatts(10), kMillisecond}};
  EXPECT_DOUBLE_EQ(part_of(activity, "a53"), 0.05 + 0.04);
}

TEST(Energy, AnAcceleratorPaysByTheMacAndForBeingThere) {
  RunActivity activity = quiet();
  activity.accelerators = {{"accelerator0", 4.0, Milliwatts(300), 1'000'000}};
  EXPECT_DOUBLE_EQ(part_of(activity, "accelerator0"), 0.004 + 0.3);
}

TEST(Energy, BytesPayOnTheirWay) {
  RunActivity activity = quiet();
  activity.bus_bytes = 1'000'000;
  activity.bus_pj_per_byte = 8;
  EXPECT_DOUBLE_EQ(part_of(activity, "interconnect"), 0.008);
  activity = quiet();
  activity.dram_bytes = 1'000'000;
  activity.dram_pj_per_byte = 60;
  activity.dram_background = Milliwatts(100);
  EXPECT_DOUBLE_EQ(part_of(activity, "dram"), 0.06 + 0.1);
  activity = quiet();
  activity.board = Milliwatts(2500);
  EXPECT_DOUBLE_EQ(part_of(activity, "board"), 2.5);
}

}  // namespace
}  // namespace tandem::energy
