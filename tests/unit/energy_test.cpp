// SPDX-License-Identifier: Apache-2.0
// Energy by hand: each term alone, so that a wrong factor of a thousand cannot hide.
#include "models/energy/energy.h"

#include <gtest/gtest.h>

#include <string>

namespace tandem::energy {
namespace {

constexpr Picoseconds kMillisecond{1'000'000'000};

TEST(Energy, PowerTimesTime) {
  EXPECT_DOUBLE_EQ(to_millijoules(energy_over(Milliwatts(500), kMillisecond)), 0.5)
      << "half a watt for a millisecond";
}

PointActivity at_two_gigahertz() {
  PointActivity point;
  point.frequency = Hertz(2'000'000'000);
  point.millivolts = 500;
  point.time = kMillisecond;
  return point;
}

TEST(Energy, DynamicPowerIsCapacitanceTimesFrequencyTimesVoltageSquared) {
  EXPECT_DOUBLE_EQ(core_dynamic_power(100, at_two_gigahertz()).raw(), 50.0) << "100 uW x 2000 x 0.25";
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

// Four cores of 50 mW at two gigahertz and half a volt, their highest point.
RunActivity of_cluster(const PointActivity& point) {
  RunActivity activity = quiet();
  ClusterActivity& cluster = activity.clusters.emplace_back();
  cluster.name = "a53";
  cluster.cores = 4;
  cluster.dynamic_uw_per_mhz_v2 = 100;
  cluster.stall_activity = 0.4;
  cluster.poll_activity = 0.3;
  cluster.highest_millivolts = 500;
  cluster.points = {point};
  return activity;
}

TEST(Energy, NothingOnNothingUsed) { EXPECT_EQ(sum_of(quiet()), 0.0); }

TEST(Energy, SleepingCoresTakeNoDynamicPower) { EXPECT_EQ(sum_of(of_cluster(at_two_gigahertz())), 0.0); }

TEST(Energy, CoresPayByWhatTheyDo) {
  PointActivity point = at_two_gigahertz();
  point.computing = kMillisecond * 2;
  EXPECT_DOUBLE_EQ(part_of(of_cluster(point), "a53"), 0.1) << "two cores all the time";
  point = at_two_gigahertz();
  point.stalled = kMillisecond;
  EXPECT_DOUBLE_EQ(part_of(of_cluster(point), "a53"), 0.05 * 0.4);
  point = at_two_gigahertz();
  point.polling = kMillisecond;
  EXPECT_DOUBLE_EQ(part_of(of_cluster(point), "a53"), 0.05 * 0.3);
}

TEST(Energy, CoresAndWhatTheySharePayForBeingThere) {
  RunActivity activity = of_cluster(at_two_gigahertz());
  activity.clusters[0].core_static = Milliwatts(10);
  EXPECT_DOUBLE_EQ(part_of(activity, "a53"), 0.04);
  activity = of_cluster(at_two_gigahertz());
  activity.clusters[0].cluster_static = Milliwatts(20);
  EXPECT_DOUBLE_EQ(part_of(activity, "a53_l2"), 0.02);
}

TEST(Energy, EveryOperatingPointCountsForItsOwnTime) {
  PointActivity high = at_two_gigahertz(), low = at_two_gigahertz();
  high.time = low.time = kMillisecond / 2;
  low.frequency = Hertz(1'000'000'000);
  low.millivolts = 250;
  high.computing = low.computing = kMillisecond / 2;
  RunActivity activity = of_cluster(high);
  activity.clusters[0].points = {low, high};
  EXPECT_DOUBLE_EQ(part_of(activity, "a53"), 0.025 + 0.025 / 8) << "half the clock, half the voltage";
  activity.clusters[0].points[0].computing = activity.clusters[0].points[1].computing = Picoseconds(0);
  activity.clusters[0].core_static = Milliwatts(10);
  EXPECT_DOUBLE_EQ(part_of(activity, "a53"), 0.02 + 0.01) << "leakage follows the voltage";
}

TEST(Energy, CachesPayByTheLine) {
  RunActivity activity = of_cluster(at_two_gigahertz());
  activity.clusters[0].l2_accesses = 1'000'000;
  activity.clusters[0].l2_access_pj = 300;
  EXPECT_DOUBLE_EQ(part_of(activity, "a53_l2"), 0.3);
}

TEST(Energy, AnAcceleratorPaysByMacWordAndBeatAndForBeingThere) {
  RunActivity activity = quiet();
  AcceleratorActivity& unit = activity.accelerators.emplace_back();
  unit.name = "accelerator0";
  unit.pj_per_mac = 4.0;
  unit.macs = 1'000'000;
  EXPECT_DOUBLE_EQ(part_of(activity, "accelerator0"), 0.004);
  unit.pj_per_buffer_access = 20;
  unit.buffer_accesses = 1'000'000;
  EXPECT_DOUBLE_EQ(part_of(activity, "accelerator0"), 0.024);
  unit.pj_per_beat = 40;
  unit.beats = 1'000'000;
  EXPECT_DOUBLE_EQ(part_of(activity, "accelerator0"), 0.064);
  unit.idle = Milliwatts(300);
  EXPECT_DOUBLE_EQ(part_of(activity, "accelerator0"), 0.364);
}

TEST(Energy, AStepReadsAColumnOfFeaturesAndATileOfWeights) {
  accelerator::Array array;
  array.tm = 8;
  array.tn = 32;
  EXPECT_EQ(buffer_accesses(array, Cycles(10), 0), 10 * (2 + 16));
  EXPECT_EQ(buffer_accesses(array, Cycles(0), 100), 7) << "what the bus brings is written, word by word";
}

TEST(Energy, BytesPayOnTheirWay) {
  RunActivity activity = quiet();
  activity.bus_bytes = 1'000'000;
  activity.bus_pj_per_byte = 8;
  EXPECT_DOUBLE_EQ(part_of(activity, "interconnect"), 0.008);
}

TEST(Energy, MemoryPaysByCommandByByteAndForBeingThere) {
  RunActivity activity = quiet();
  activity.dram.part = {1000, 2000, 3000, 4000, Milliwatts(100)};
  EXPECT_DOUBLE_EQ(part_of(activity, "dram"), 0.1);
  activity.dram.activates = 1'000'000;
  EXPECT_DOUBLE_EQ(part_of(activity, "dram"), 0.1 + 1);
  activity.dram.reads = 1'000'000;
  EXPECT_DOUBLE_EQ(part_of(activity, "dram"), 0.1 + 3);
  activity.dram.writes = 1'000'000;
  EXPECT_DOUBLE_EQ(part_of(activity, "dram"), 0.1 + 6);
  activity.dram.refreshes = 1'000'000;
  EXPECT_DOUBLE_EQ(part_of(activity, "dram"), 0.1 + 10);
  activity.dram.bytes = 1'000'000;
  activity.dram.pj_per_byte = 15;
  activity.dram.background = Milliwatts(30);
  EXPECT_DOUBLE_EQ(part_of(activity, "dram"), 0.13 + 10.015);
}

TEST(Energy, TheBoardPaysForBeingThere) {
  RunActivity activity = quiet();
  activity.board = Milliwatts(2500);
  EXPECT_DOUBLE_EQ(part_of(activity, "board"), 2.5);
}

}  // namespace
}  // namespace tandem::energy
