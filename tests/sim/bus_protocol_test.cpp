// SPDX-License-Identifier: Apache-2.0
// Order, errors, pages and the cycles a transfer takes.
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/sim/bus_bench.h"

namespace tandem::sim::test {
namespace {

TEST(Ordering, SameIdCompletesInOrderOfRequest) {
  Bench bench(fabric(1, 1));
  bench.targets[0]->delay = [](const AxiPayload& payload) {  // the first takes longest
    return Picoseconds{payload.get_address() == kBase ? 300'000 : 5'000};
  };
  for (std::uint64_t i = 0; i < 4; ++i) bench.issue(0, BusCommand::read, kBase + i * 64, 64, 5);
  run_simulation(kLong);
  ASSERT_EQ(bench.done[0].size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(bench.done[0][i].address, kBase + i * 64);
  EXPECT_GE(bench.done[0][1].when.raw(), 300'000);
}

TEST(Ordering, SameIdStaysInOrderAcrossTargets) {
  Bench bench(fabric(1, 2));
  bench.targets[0]->delay = [](const AxiPayload&) { return Picoseconds{200'000}; };
  bench.issue(0, BusCommand::write, kBase, 64, 1);
  bench.issue(0, BusCommand::write, kBase + (1u << 28), 64, 1);
  run_simulation(kLong);
  ASSERT_EQ(bench.done[0].size(), 2u);
  EXPECT_EQ(bench.done[0][0].address, kBase);
}

TEST(Ordering, DifferentIdsPassEachOther) {
  Bench bench(fabric(1, 1));
  bench.targets[0]->delay = [](const AxiPayload& payload) {
    return Picoseconds{axi(payload).id == 0 ? 300'000 : 5'000};
  };
  bench.issue(0, BusCommand::read, kBase, 64, 0);
  bench.issue(0, BusCommand::read, kBase + 64, 64, 1);
  run_simulation(kLong);
  ASSERT_EQ(bench.done[0].size(), 2u);
  EXPECT_EQ(bench.done[0][0].address, kBase + 64);
  EXPECT_LT(bench.done[0][0].when.raw(), 100'000);
}

TEST(Ordering, SameIdOfTwoMastersIsNoOrder) {
  Bench bench(fabric(2, 1));
  bench.targets[0]->delay = [](const AxiPayload& payload) {
    return Picoseconds{axi(payload).master == 0 ? 300'000 : 5'000};
  };
  bench.issue(0, BusCommand::read, kBase, 64, 3);
  bench.issue(1, BusCommand::read, kBase + 64, 64, 3);
  run_simulation(kLong);
  EXPECT_LT(bench.done[1][0].when.raw(), 100'000);
  EXPECT_GE(bench.done[0][0].when.raw(), 300'000);
}

TEST(Errors, UnmappedAddressComesBackAsDecodeError) {
  Bench bench(fabric(1, 1));
  bench.issue(0, BusCommand::read, 0x1000);
  bench.issue(0, BusCommand::write, 0x2000);
  bench.issue(0, BusCommand::read, kBase);
  run_simulation(kLong);
  ASSERT_EQ(bench.done[0].size(), 3u);
  for (const Done& done : bench.done[0])
    EXPECT_EQ(done.status, done.address == kBase ? BusStatus::okay : BusStatus::decode_error) << done.address;
  EXPECT_EQ(bench.targets[0]->seen.size(), 1u);
  EXPECT_EQ(bench.bus.master_counters(0).decode_errors, 2);
  EXPECT_EQ(bench.masters[0]->counters().errors, 2);
}

TEST(Errors, BurstThatLeavesItsRegionIsADecodeError) {
  Bench bench([] {
    InterconnectSpec spec = fabric(1, 1);
    spec.regions[0].size = 0x1020;
    return spec;
  }());
  bench.issue(0, BusCommand::read, kBase + 0x1000, 0x20);
  bench.issue(0, BusCommand::read, kBase + 0x1000, 0x40);
  run_simulation(kLong);
  ASSERT_EQ(bench.done[0].size(), 2u);
  EXPECT_EQ(bench.done[0][0].status, BusStatus::okay);
  EXPECT_EQ(bench.done[0][1].status, BusStatus::decode_error);
}

TEST(Errors, SlaveErrorPassesThrough) {
  Bench bench(fabric(1, 1));
  bench.targets[0]->status = tlm::TLM_GENERIC_ERROR_RESPONSE;
  bench.issue(0, BusCommand::write, kBase);
  run_simulation(kLong);
  ASSERT_EQ(bench.done[0].size(), 1u);
  EXPECT_EQ(bench.done[0][0].status, BusStatus::slave_error);
}

TEST(Errors, DecodeErrorKeepsTheOrderOfItsId) {
  Bench bench(fabric(1, 1));
  bench.targets[0]->delay = [](const AxiPayload&) { return Picoseconds{300'000}; };
  bench.issue(0, BusCommand::read, kBase, 64, 2);
  bench.issue(0, BusCommand::read, 0x1000, 64, 2);
  run_simulation(kLong);
  ASSERT_EQ(bench.done[0].size(), 2u);
  EXPECT_EQ(bench.done[0][0].address, kBase);
}

TEST(Pages, BurstAcrossAPageIsRefusedAndOneUpToItsEndIsNot) {
  Bench bench(fabric(1, 1));
  EXPECT_THROW(bench.issue(0, BusCommand::read, kBase + 4032, 65), SimulationError);
  EXPECT_THROW(bench.issue(0, BusCommand::read, kBase, 4097), SimulationError);
  EXPECT_THROW(bench.issue(0, BusCommand::read, kBase, 0), SimulationError);
  EXPECT_NO_THROW(bench.issue(0, BusCommand::read, kBase + 4032, 64));
}

TEST(Pages, RangeIsCutAtTheLimitAndNowhereElse) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> pieces;
  for_each_burst(4000, 9000, 4096,
                 [&](std::uint64_t address, std::uint32_t bytes) { pieces.emplace_back(address, bytes); });
  const std::vector<std::pair<std::uint64_t, std::uint32_t>> expected = {
      {4000, 96}, {4096, 4096}, {8192, 4096}, {12288, 712}};
  EXPECT_EQ(pieces, expected);
}

// Uncontended read: 2 cycles forward, 20 ns in the target, 2 cycles back, and the beats. A burst passes both
// read data channels, which overlap but for the one beat that a burst is behind itself at the second port.
TEST(Timing, ReadTakesLatencyPlusBeats) {
  Bench bench(fabric(1, 1));
  bench.issue(0, BusCommand::read, kBase, 256);
  run_simulation(kLong);
  EXPECT_EQ(bench.done[0][0].when.raw(), 2'000 + 20'000 + 2'000 + 16'000);
}

TEST(Limits, ReadsInFlightAreCountedInBytesAndWritesAreNot) {
  BusMasterSpec narrow{64, 64, 0};
  narrow.max_read_bytes = 512;
  Bench bench(fabric(1, 1), narrow);
  for (std::uint64_t i = 0; i < 6; ++i) bench.issue(0, BusCommand::read, kBase + i * 256, 256);
  run_simulation(kLong);
  EXPECT_EQ(bench.targets[0]->most_outstanding, 2);
  EXPECT_EQ(bench.masters[0]->counters().most_reads, 2);
  EXPECT_EQ(bench.done[0].size(), 6u);
}

TEST(Limits, AReadLongerThanTheLimitGoesAlone) {
  BusMasterSpec narrow{64, 64, 0};
  narrow.max_read_bytes = 128;
  Bench bench(fabric(1, 1), narrow);
  for (std::uint64_t i = 0; i < 3; ++i) bench.issue(0, BusCommand::read, kBase + i * 256, 256);
  for (std::uint64_t i = 0; i < 4; ++i) bench.issue(0, BusCommand::write, kBase + 4096 + i * 256, 256);
  run_simulation(kLong);
  EXPECT_EQ(bench.masters[0]->counters().most_reads, 1);
  EXPECT_GT(bench.masters[0]->counters().most_writes, 1);
  EXPECT_EQ(bench.done[0].size(), 7u);
}

TEST(Timing, NarrowMasterPortTakesMoreCycles) {
  Bench bench([] {
    InterconnectSpec spec = fabric(1, 1);
    spec.masters[0].width = 4;
    return spec;
  }());
  bench.issue(0, BusCommand::read, kBase, 256);
  run_simulation(kLong);
  EXPECT_EQ(bench.done[0][0].when.raw(), 2'000 + 20'000 + 2'000 + 64'000);
}

TEST(Timing, SlowMasterSeesItsDataOnItsOwnClock) {
  Bench bench([] {
    InterconnectSpec spec = fabric(1, 1);
    spec.masters[0].clock = Clock(Hertz(200'000'000));
    return spec;
  }());
  bench.issue(0, BusCommand::read, kBase, 64);
  run_simulation(kLong);
  EXPECT_EQ(bench.done[0][0].when.raw() % 5000, 0);
  EXPECT_EQ(bench.done[0][0].when.raw(), 25'000 + 4 * 5'000);  // first beat at 24 ns waits for the edge at 25
}

TEST(Timing, WriteWaitsForItsDataAtBothPorts) {
  Bench bench(fabric(1, 1));
  bench.issue(0, BusCommand::write, kBase, 256);
  run_simulation(kLong);
  EXPECT_EQ(bench.done[0][0].when.raw(), 16'000 + 16'000 + 2'000 + 20'000 + 2'000 + 1'000);
}

TEST(Timing, WritesOfOneMasterFillItsDataChannel) {
  Bench bench(fabric(1, 1));
  for (std::uint64_t i = 0; i < 32; ++i) bench.issue(0, BusCommand::write, kBase + i * 256, 256);
  run_simulation(kLong);
  const std::int64_t first = 16'000 + 16'000 + 2'000 + 20'000 + 2'000 + 1'000;
  EXPECT_EQ(bench.done[0].back().when.raw(), first + 31 * 16'000);
  EXPECT_EQ(bench.bus.master_counters(0).write_busy.raw(), 32 * 16'000);
}

TEST(Timing, ReadDataOfTwoTargetsShareTheMastersChannel) {
  Bench bench(fabric(1, 2));
  for (std::uint64_t i = 0; i < 16; ++i) {
    bench.issue(0, BusCommand::read, kBase + i * 256, 256, 0);
    bench.issue(0, BusCommand::read, kBase + (1u << 28) + i * 256, 256, 1);
  }
  run_simulation(kLong);
  EXPECT_GE(bench.done[0].back().when.raw(), 32 * 16'000);
  EXPECT_LE(bench.done[0].back().when.raw(), 32 * 16'000 + 30'000);
}

TEST(Timeline, EveryTransactionIsRecordedOnceInOrderOfItsEnd) {
  Bench bench(fabric(2, 1));
  std::vector<BusRecord> records;
  bench.bus.on_transaction([&](const BusRecord& record) { records.push_back(record); });
  for (std::uint64_t i = 0; i < 6; ++i) {
    bench.issue(0, BusCommand::read, kBase + i * 64);
    bench.issue(1, BusCommand::write, kBase + i * 64, 32);
  }
  run_simulation(kLong);
  ASSERT_EQ(records.size(), 12u);
  std::int64_t bytes[2] = {0, 0};
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_LT(records[i].begin, records[i].end);
    if (i > 0) {
      EXPECT_LE(records[i - 1].end, records[i].end);
    }
    bytes[records[i].master] += records[i].bytes;
  }
  EXPECT_EQ(bytes[0], bench.bus.master_counters(0).read_bytes);
  EXPECT_EQ(bytes[1], bench.bus.master_counters(1).write_bytes);
}

TEST(Map, OverlapAndEmptyRegionAreNamed) {
  const Region good{"dram", 0x1000, 0x1000, 0};
  try {
    MemoryMap map({good, {"registers", 0x1800, 0x100, 0}, {"nothing", 0x4000, 0, 0}});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems().size(), 2u);
    EXPECT_NE(
        std::string(error.what()).find("registers: region at 0x1800 overlaps \"dram\", which ends at 0x2000"),
        std::string::npos);
  }
  EXPECT_NO_THROW(MemoryMap({good, {"next", 0x2000, 0x10, 0}}));
}

TEST(Kernel, ErrorInACallbackEndsTheRunWithItsMessage) {
  Bench bench(fabric(1, 1));
  BusRequest request;
  request.address = kBase;
  request.bytes = 64;
  request.done = [](BusStatus) { throw SimulationError("stale read at 0x1234"); };
  bench.masters[0]->issue(std::move(request));
  try {
    run_simulation(kLong);
    FAIL();
  } catch (const SimulationError& error) {
    EXPECT_STREQ(error.what(), "stale read at 0x1234");
  }
}

}  // namespace
}  // namespace tandem::sim::test
