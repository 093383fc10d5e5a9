// SPDX-License-Identifier: Apache-2.0
// Every gate of a DRAM channel from both sides: one clock too early it is not allowed, at its time it is.
#include <set>

#include "tests/unit/dram_gates.h"

namespace tandem::memory::test {
namespace {

TEST_F(DramGate, RcdFromActivateToColumn) {
  channel.activate(kA, kRow, kStart);
  expect_gate(column(kA, Access::read), kStart + ns(13));
  expect_gate(column(kA, Access::write), kStart + ns(13));
}

TEST_F(DramGate, RasFromActivateToPrecharge) {
  channel.activate(kA, kRow, kStart);
  expect_gate(precharge(kA), kStart + ns(41));
}

TEST_F(DramGate, RpFromPrechargeToActivate) {
  channel.activate(kA, kRow, kStart);
  channel.precharge(kA, kStart + ns(60));
  expect_gate(activate(kA), kStart + ns(60 + 17));
}

TEST_F(DramGate, RcBetweenActivatesOfOneBank) {
  channel.activate(kA, kRow, kStart);
  channel.precharge(kA, kStart + ns(41));
  expect_gate(activate(kA), kStart + ns(41 + 17));
}

TEST_F(DramGate, RrdBetweenActivatesOfTwoBanks) {
  channel.activate(kA, kRow, kStart);
  expect_gate(activate(kB), kStart + ns(5));
}

TEST_F(DramGate, FawHoldsBackTheFifthActivate) {
  for (std::uint32_t i = 0; i < 4; ++i) channel.activate(Bank{i}, kRow, kStart + ns(5 * i));
  expect_gate(activate(Bank{4}), kStart + ns(29));
  channel.activate(Bank{4}, kRow, kStart + ns(29));
  expect_gate(activate(Bank{5}), kStart + ns(5 + 29));
}

TEST_F(DramGate, BurstBetweenColumnsOfOneDirection) {
  channel.activate(kA, kRow, kStart);
  channel.column(kA, Access::read, kStart + ns(100));
  expect_gate(column(kA, Access::read), kStart + ns(104));
  channel.column(kA, Access::write, kStart + ns(200));
  expect_gate(column(kA, Access::write), kStart + ns(204));
}

TEST_F(DramGate, RtpFromReadToPrecharge) {
  channel.activate(kA, kRow, kStart);
  channel.column(kA, Access::read, kStart + ns(100));
  expect_gate(precharge(kA), kStart + ns(108));
}

TEST_F(DramGate, WrFromTheLastWriteDataToPrecharge) {
  channel.activate(kA, kRow, kStart);
  channel.column(kA, Access::write, kStart + ns(100));
  expect_gate(precharge(kA), kStart + ns(100 + 7 + 1 + 4 + 15));
}

TEST_F(DramGate, WtrFromTheLastWriteDataToRead) {
  channel.activate(kA, kRow, kStart);
  channel.column(kA, Access::write, kStart + ns(100));
  expect_gate(column(kA, Access::read), kStart + ns(100 + 7 + 1 + 4 + 9));
}

TEST_F(DramGate, ReadToWriteTurnsTheBusRound) {
  channel.activate(kA, kRow, kStart);
  channel.column(kA, Access::read, kStart + ns(100));
  // RL + tDQSCK (2.5 ns: 3 clocks) + burst - WL + 2
  expect_gate(column(kA, Access::write), kStart + ns(100 + 11 + 3 + 4 - 7 + 2));
}

TEST_F(DramGate, TurnaroundHoldsAcrossBanks) {
  channel.activate(kA, kRow, kStart);
  channel.activate(kB, kRow, kStart + ns(5));
  channel.column(kA, Access::write, kStart + ns(100));
  expect_gate(column(kB, Access::read), kStart + ns(121));
}

TEST_F(DramGate, RfcAfterARefreshOfClosedBanks) {
  EXPECT_EQ(channel.refresh(kStart), kStart + ns(130));
  expect_gate(activate(kA), kStart + ns(130));
  expect_gate(activate(kB), kStart + ns(130));
}

TEST_F(DramGate, RefreshClosesOpenBanksFirst) {
  channel.activate(kA, kRow, kStart);
  // Asked for right away it waits for tRAS, then precharges all banks.
  EXPECT_EQ(channel.refresh(kStart + ns(1)), kStart + ns(41 + 19 + 130));
  EXPECT_EQ(channel.open_row(kA), Row::none);
}

TEST_F(DramGate, DataFollowTheColumnByItsLatency) {
  channel.activate(kA, kRow, kStart);
  const Interval read = channel.column(kA, Access::read, kStart + ns(100));
  EXPECT_EQ(read.begin, kStart + ns(111));
  EXPECT_EQ(read.end, kStart + ns(115));
  const Interval write = channel.column(kA, Access::write, kStart + ns(200));
  EXPECT_EQ(write.begin, kStart + ns(207));
  EXPECT_EQ(write.end, kStart + ns(211));
}

TEST_F(DramGate, GatesAreWholeClocks) {
  DramSpec odd = spec();
  odd.timing.rcd = Picoseconds{13'001};
  DramChannel rounded(odd);
  rounded.activate(kA, kRow, kStart);
  EXPECT_EQ(rounded.earliest_column(kA, Access::read, kStart), kStart + ns(14));
}

// Steps until everything is served; the order of the tokens.
std::vector<std::uint64_t> serve(DramScheduler& scheduler, Picoseconds from) {
  std::vector<std::uint64_t> order;
  Picoseconds time = from;
  while (!scheduler.empty()) {
    if (const auto served = scheduler.step(time)) order.push_back(served->run.token);
    if (scheduler.next()) time = *scheduler.next();
  }
  return order;
}

DramScheduler with(std::vector<Run> runs, const SchedulerSpec& scheduler = {}) {
  DramScheduler result(spec(), scheduler);
  for (const Run& each : runs) {
    result.reserve(each.access, each.accesses);
    result.push(each);
  }
  return result;
}

TEST(DramSchedulerOrder, RowHitOvertakesAnOlderMiss) {
  DramScheduler scheduler = with({run(1, kA, kRow), run(2, kA, kOther), run(3, kA, kRow)});
  EXPECT_EQ(serve(scheduler, kStart), (std::vector<std::uint64_t>{1, 3, 2}));
  EXPECT_EQ(scheduler.channel().counters().row_hits, 1);
  EXPECT_EQ(scheduler.channel().counters().activates, 2);
}

TEST(DramSchedulerOrder, OverTheAgeLimitTheMissGoesFirst) {
  SchedulerSpec strict;
  strict.age_limit = ns(10);
  DramScheduler scheduler = with({run(1, kA, kRow), run(2, kA, kOther), run(3, kA, kRow)}, strict);
  EXPECT_EQ(serve(scheduler, kStart), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(DramSchedulerOrder, RowsAreClosedForAgeOncePerGap) {
  SchedulerSpec strict;
  strict.age_limit = ns(10);
  const auto activates = [&](int gap) {
    strict.forced_gap = gap;
    std::vector<memory::Run> runs;
    for (std::uint64_t i = 0; i < 16; ++i) runs.push_back(run(i, kA, i % 2 == 0 ? kRow : kOther));
    DramScheduler scheduler = with(runs, strict);
    serve(scheduler, kStart + ns(100));  // all of them old
    return scheduler.channel().counters().activates;
  };
  EXPECT_EQ(activates(1), 16);  // strictly by age: a row each
  // 0 | 1 3 5 7 | 2 4 6 8 | 9 11 13 15 | 10 12 14
  EXPECT_EQ(activates(4), 5);
  EXPECT_EQ(activates(64), 3);  // 0 | all of the other row | the rest of the first
}

TEST(DramSchedulerOrder, BanksAreOpenedSideBySide) {
  DramScheduler one_bank = with({run(1, kA, kRow), run(2, kA, kOther)});
  DramScheduler two_banks = with({run(1, kA, kRow), run(2, kB, kOther)});
  const auto last_data = [](DramScheduler& scheduler) {
    Picoseconds time = kStart, end{0};
    while (!scheduler.empty()) {
      if (const auto served = scheduler.step(time)) end = served->data.end;
      if (scheduler.next()) time = *scheduler.next();
    }
    return end;
  };
  // ACT, ACT after tRRD, READ after tRCD, data.
  EXPECT_EQ(last_data(two_banks), kStart + ns(5 + 13 + 11 + 4));
  // ACT, tRAS, tRP, tRCD, data.
  EXPECT_EQ(last_data(one_bank), kStart + ns(41 + 17 + 13 + 11 + 4));
}

TEST(DramSchedulerOrder, WritesWaitForReadsUntilTheMark) {
  SchedulerSpec marks;
  marks.write_high = 3;
  marks.write_low = 1;
  const auto order_with_writes = [&](int writes) {
    std::vector<memory::Run> runs;
    for (int i = 0; i < writes; ++i)
      runs.push_back(run(100 + static_cast<std::uint64_t>(i), kB, kRow, Access::write));
    for (std::uint64_t i = 0; i < 2; ++i) runs.push_back(run(i, kA, kRow));
    DramScheduler scheduler = with(runs, marks);
    return serve(scheduler, kStart);
  };
  EXPECT_EQ(order_with_writes(2), (std::vector<std::uint64_t>{0, 1, 100, 101}));
  EXPECT_EQ(order_with_writes(3), (std::vector<std::uint64_t>{100, 101, 0, 1, 102}));
}

TEST(DramSchedulerOrder, RefreshComesOncePerInterval) {
  DramScheduler scheduler(spec(), SchedulerSpec{});
  const Picoseconds refi = spec().timing.refi;
  for (std::int64_t i = 0; i < 10; ++i) {
    const Picoseconds at = refi * (2 * i) + ns(10);
    scheduler.reserve(Access::read, 1);
    scheduler.push(run(0, kA, kRow, Access::read, at));
    serve(scheduler, at);
  }
  EXPECT_EQ(scheduler.channel().counters().refreshes, 18);
  EXPECT_EQ(scheduler.channel().counters().row_hits, 0) << "every row was closed by a refresh in between";
}

TEST(DramSchedulerRoom, QueueTakesItsLengthAndAnyLengthWhenEmpty) {
  SchedulerSpec small;
  small.read_queue = 8;
  DramScheduler scheduler(spec(), small);
  EXPECT_TRUE(scheduler.has_room(Access::read, 64));
  scheduler.reserve(Access::read, 5);
  EXPECT_TRUE(scheduler.has_room(Access::read, 3));
  EXPECT_FALSE(scheduler.has_room(Access::read, 4));
  EXPECT_TRUE(scheduler.has_room(Access::write, 4));
}

TEST(DramAddress, EveryByteHasItsOwnPlace) {
  for (const std::string& name : dram_names()) {
    const DramSpec& dram = *find_dram(name);
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::int64_t, std::int64_t>> places;
    const std::uint64_t step = 32, bytes = 1u << 20;
    for (std::uint64_t offset = 0; offset < bytes; offset += step) {
      const Location at = locate(dram, offset);
      EXPECT_LT(at.channel, static_cast<std::uint32_t>(dram.channels));
      EXPECT_LT(static_cast<int>(at.bank), dram.banks);
      EXPECT_LT(at.column, dram.row_bytes);
      places.emplace(at.channel, static_cast<std::uint32_t>(at.bank), static_cast<std::int64_t>(at.row),
                     at.column);
    }
    EXPECT_EQ(places.size(), bytes / step) << name;
  }
}

TEST(DramAddress, XorSpreadsARowStrideOverTheBanks) {
  DramSpec dram = *find_dram("lpddr4_1066_x32");
  const auto stride = static_cast<std::uint64_t>(dram.row_bytes) * static_cast<std::uint64_t>(dram.banks);
  const auto banks_touched = [&] {
    std::set<std::uint32_t> banks;
    for (std::uint64_t i = 0; i < 8; ++i)
      banks.insert(static_cast<std::uint32_t>(locate(dram, i * stride).bank));
    return banks.size();
  };
  EXPECT_EQ(banks_touched(), 1u);
  dram.xor_banks = true;
  EXPECT_EQ(banks_touched(), 8u);
}

TEST(DramParts, PeakIsWhatTheDataSheetsSay) {
  // Transfers a second times bytes; the clock's period is rounded to a picosecond.
  const std::pair<const char*, double> parts[] = {
      {"lpddr4_1066_x32", 1066e6 * 4},    // Ultra96
      {"lpddr4_3216_x32", 3216e6 * 4},    // Khadas VIM3
      {"lpddr4x_3733_4x16", 3732e6 * 8},  // HiKey 970: 29.8 GB/s
      {"lpddr3_1600_2x32", 1600e6 * 8},   // RK3399Pro: 12.8 GB/s
      {"lpddr3_1866_2x32", 1866e6 * 8},   // Odroid XU3: 14.9 GB/s
      {"ddr4_2133_x64", 2133e6 * 8},      // ZCU104
      {"ddr4_2133_8x8", 2133e6 * 8},      // ZCU106
      {"ddr3_1066_x32", 1066e6 * 4},      // ZedBoard
  };
  for (const auto& [name, bytes_per_second] : parts)
    EXPECT_NEAR(find_dram(name)->peak_bytes_per_second(), bytes_per_second, 1e-3 * bytes_per_second) << name;
  EXPECT_EQ(std::size(parts), dram_names().size());
  EXPECT_EQ(find_dram("ddr9"), nullptr);
}

}  // namespace
}  // namespace tandem::memory::test
