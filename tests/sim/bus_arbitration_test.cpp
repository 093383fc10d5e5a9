// SPDX-License-Identifier: Apache-2.0
// Who gets through, when, and how much at once.
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/sim/bus_bench.h"

namespace tandem::sim::test {
namespace {

TEST(Arbitration, MastersThatAlwaysWantTakeTurns) {
  Bench bench(fabric(3, 1));
  for (std::uint64_t i = 0; i < 20; ++i)
    for (std::size_t m = 0; m < 3; ++m) bench.issue(m, BusCommand::read, kBase + (m << 20) + i * 64);
  run_simulation(kLong);
  const auto& seen = bench.targets[0]->seen;
  ASSERT_EQ(seen.size(), 60u);
  for (std::size_t i = 0; i + 3 <= seen.size(); i += 3) {
    EXPECT_NE(seen[i].master, seen[i + 1].master);
    EXPECT_NE(seen[i].master, seen[i + 2].master);
    EXPECT_NE(seen[i + 1].master, seen[i + 2].master);
  }
}

TEST(Arbitration, HigherQosGoesFirst) {
  const InterconnectSpec spec = fabric(2, 1);
  EventQueue queue("queue");
  Interconnect bus("bus", queue, spec);
  BusMaster low("low", queue, {64, 64, 0});
  BusMaster high("high", queue, {64, 64, 7});
  ScriptedTarget target("target", queue);
  low.socket.bind(bus.master_port(0));
  high.socket.bind(bus.master_port(1));
  bus.target_port(0).bind(target.socket);
  for (std::uint64_t i = 0; i < 8; ++i)
    for (BusMaster* master : {&low, &high}) {
      BusRequest request;
      request.address = kBase + i * 64;
      request.bytes = 64;
      master->issue(std::move(request));
    }
  run_simulation(kLong);
  ASSERT_EQ(target.seen.size(), 16u);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(target.seen[i].master, 1u) << i;
}

TEST(Arbitration, APortsQosRaisesItsPayloads) {
  InterconnectSpec spec = fabric(2, 1);
  spec.masters[1].qos = 7;
  Bench bench(spec);
  for (std::uint64_t i = 0; i < 8; ++i)
    for (std::size_t m = 0; m < 2; ++m) bench.issue(m, BusCommand::read, kBase + (m << 20) + i * 64);
  run_simulation(kLong);
  const auto& seen = bench.targets[0]->seen;
  ASSERT_EQ(seen.size(), 16u);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(seen[i].master, 1u) << i;
}

TEST(Arbitration, OneAddressACycleAtTheTarget) {
  Bench bench(fabric(2, 1));
  for (std::uint64_t i = 0; i < 4; ++i)
    for (std::size_t m = 0; m < 2; ++m) bench.issue(m, BusCommand::read, kBase + (m << 20) + i * 64);
  run_simulation(kLong);
  const auto& seen = bench.targets[0]->seen;
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_EQ((seen[i].when - seen[i - 1].when).raw(), 1000) << i;
}

TEST(Arbitration, LongPayloadHoldsTheAddressChannelForItsBursts) {
  Bench bench(fabric(2, 1));
  bench.issue(0, BusCommand::read, kBase, 4096);  // 16 bursts of 16 beats of 16 bytes
  bench.issue(1, BusCommand::read, kBase + 0x10000, 64);
  run_simulation(kLong);
  const auto& seen = bench.targets[0]->seen;
  ASSERT_EQ(seen.size(), 2u);
  const std::size_t longer = seen[0].bytes == 4096 ? 0 : 1;
  ASSERT_EQ(longer, 1u) << "round robin starts behind master 0";
  EXPECT_EQ((seen[1].when - seen[0].when).raw(), 1000);
  EXPECT_EQ(bench.bus.master_counters(0).read_bursts, 16);
  EXPECT_EQ(bench.bus.target_counters(0).address_read_busy.raw(), 17'000);
}

TEST(Outstanding, MasterPortLimitHolds) {
  Bench bench([] {
    InterconnectSpec spec = fabric(1, 1);
    spec.masters[0].max_reads = 3;
    return spec;
  }());
  bench.targets[0]->delay = [](const AxiPayload&) { return Picoseconds{500'000}; };
  for (std::uint64_t i = 0; i < 12; ++i) bench.issue(0, BusCommand::read, kBase + i * 64);
  run_simulation(kLong);
  EXPECT_EQ(bench.targets[0]->most_outstanding, 3);
  EXPECT_EQ(bench.done[0].size(), 12u);
}

TEST(Outstanding, TargetPortLimitIsSharedByTheMasters) {
  Bench bench([] {
    InterconnectSpec spec = fabric(3, 1);
    spec.targets[0].max_reads = 4;
    return spec;
  }());
  bench.targets[0]->delay = [](const AxiPayload&) { return Picoseconds{500'000}; };
  for (std::uint64_t i = 0; i < 8; ++i)
    for (std::size_t m = 0; m < 3; ++m) bench.issue(m, BusCommand::read, kBase + (m << 20) + i * 64);
  run_simulation(kLong);
  EXPECT_EQ(bench.targets[0]->most_outstanding, 4);
  for (const auto& done : bench.done) EXPECT_EQ(done.size(), 8u);
}

TEST(Outstanding, BusMasterLimitCountsReadsAndWritesApart) {
  Bench bench(fabric(1, 1), {2, 5, 0});
  bench.targets[0]->delay = [](const AxiPayload&) { return Picoseconds{500'000}; };
  for (std::uint64_t i = 0; i < 10; ++i) {
    bench.issue(0, BusCommand::read, kBase + i * 64);
    bench.issue(0, BusCommand::write, kBase + 0x10000 + i * 64);
  }
  run_simulation(kLong);
  EXPECT_EQ(bench.masters[0]->counters().most_reads, 2);
  EXPECT_EQ(bench.masters[0]->counters().most_writes, 5);
  EXPECT_EQ(bench.targets[0]->most_outstanding, 7);
  EXPECT_EQ(bench.done[0].size(), 20u);
  EXPECT_TRUE(bench.masters[0]->idle());
}

TEST(Outstanding, TargetThatStallsItsAddressChannelSlowsTheGrants) {
  Bench bench(fabric(2, 1));
  bench.targets[0]->address_stall = Picoseconds{10'000};
  for (std::uint64_t i = 0; i < 4; ++i)
    for (std::size_t m = 0; m < 2; ++m) bench.issue(m, BusCommand::read, kBase + (m << 20) + i * 64);
  run_simulation(kLong);
  const auto& seen = bench.targets[0]->seen;
  ASSERT_EQ(seen.size(), 8u);
  for (std::size_t i = 1; i < seen.size(); ++i)
    EXPECT_GE((seen[i].when - seen[i - 1].when).raw(), 10'000) << i;
}

TEST(Outstanding, StalledReadsDoNotHoldUpWrites) {
  Bench bench(fabric(1, 1));
  bench.targets[0]->delay = [](const AxiPayload& payload) {
    return Picoseconds{payload.is_read() ? 100'000'000 : 1000};
  };
  for (std::uint64_t i = 0; i < 4; ++i) bench.issue(0, BusCommand::read, kBase + i * 64);
  bench.issue(0, BusCommand::write, kBase + 0x1000);
  run_simulation(kLong);
  EXPECT_EQ(bench.done[0].front().address, kBase + 0x1000);
  EXPECT_LT(bench.done[0].front().when.raw(), 100'000);
}

}  // namespace
}  // namespace tandem::sim::test
