// SPDX-License-Identifier: Apache-2.0
// Bank groups: what is longer within one, from both sides, and how the scheduler makes use of two.
#include <map>

#include "tests/unit/dram_gates.h"

namespace tandem::memory::test {
namespace {

// Two groups: banks 0 and 2 in one, bank 1 in the other. Within a group every gate is longer.
struct DramGroupGate : DramGate {
  static constexpr Bank kSame{2}, kOtherGroup{1};
  DramGroupGate() {
    DramSpec dram = spec();
    dram.groups = 2;
    dram.timing.ccd_l = Picoseconds{5'500};  // 6 clocks, the burst is 4
    dram.timing.rrd_l = Picoseconds{7'000};
    dram.timing.wtr_l = Picoseconds{12'000};
    dram.timing.write_slack = 0;
    channel = DramChannel(dram);
  }
  void open_all() {
    channel.activate(kA, kRow, kStart);
    channel.activate(kOtherGroup, kRow, kStart + ns(20));
    channel.activate(kSame, kRow, kStart + ns(40));
  }
};

TEST_F(DramGroupGate, BanksOfAGroupAreGroupsApart) {
  EXPECT_EQ(channel.group(kA), channel.group(kSame));
  EXPECT_NE(channel.group(kA), channel.group(kOtherGroup));
}

TEST_F(DramGroupGate, CcdIsLongerWithinAGroup) {
  open_all();
  for (const Access access : {Access::read, Access::write}) {
    const Picoseconds at = kStart + ns(access == Access::read ? 100 : 200);
    channel.column(kA, access, at);
    expect_gate(column(kA, access), at + ns(6));
    expect_gate(column(kSame, access), at + ns(6));
    expect_gate(column(kOtherGroup, access), at + ns(4));
  }
}

TEST_F(DramGroupGate, RrdIsLongerWithinAGroup) {
  channel.activate(kA, kRow, kStart);
  expect_gate(activate(kSame), kStart + ns(7));
  expect_gate(activate(kOtherGroup), kStart + ns(5));
}

TEST_F(DramGroupGate, WtrIsLongerWithinAGroup) {
  open_all();
  channel.column(kA, Access::write, kStart + ns(100));
  expect_gate(column(kA, Access::read), kStart + ns(100 + 7 + 4 + 12));
  expect_gate(column(kSame, Access::read), kStart + ns(100 + 7 + 4 + 12));
  expect_gate(column(kOtherGroup, Access::read), kStart + ns(100 + 7 + 4 + 9));
}

TEST_F(DramGroupGate, ReadToWriteKnowsNoGroups) {
  open_all();
  channel.column(kA, Access::read, kStart + ns(100));
  expect_gate(column(kSame, Access::write), kStart + ns(100 + 11 + 3 + 4 - 7 + 2));
  expect_gate(column(kOtherGroup, Access::write), kStart + ns(100 + 11 + 3 + 4 - 7 + 2));
}

TEST_F(DramGroupGate, WriteSlackStandsBeforeWriteRecovery) {
  open_all();
  channel.column(kA, Access::write, kStart + ns(100));
  expect_gate(precharge(kA), kStart + ns(100 + 7 + 4 + 15));
}

// When each run's data begin and end, by token.
std::map<std::uint64_t, Interval> data_times(DramScheduler& scheduler, Picoseconds from) {
  std::map<std::uint64_t, Interval> times;
  Picoseconds time = from;
  while (!scheduler.empty()) {
    if (const auto served = scheduler.step(time)) times[served->run.token] = served->data;
    if (scheduler.next()) time = *scheduler.next();
  }
  return times;
}

TEST(DramGroupOrder, RunsOfTwoBankGroupsTakeTurns) {
  DramSpec grouped = spec();
  grouped.groups = 2;
  grouped.timing.ccd_l = ns(6);
  const auto last_data = [&](Bank second) {
    DramScheduler scheduler(grouped, SchedulerSpec{});
    for (std::uint64_t i = 0; i < 2; ++i) {
      memory::Run each = run(i, i == 0 ? kA : second, kRow);
      each.accesses = 4;
      scheduler.reserve(each.access, each.accesses);
      scheduler.push(each);
    }
    const auto times = data_times(scheduler, kStart);
    EXPECT_EQ(times.size(), 2u);
    EXPECT_EQ(times.at(0).begin, kStart + ns(13 + 11));
    EXPECT_EQ(scheduler.channel().counters().row_hits, 6);
    EXPECT_EQ(scheduler.channel().counters().reads, 8);
    EXPECT_TRUE(scheduler.has_room(Access::read, SchedulerSpec{}.read_queue)) << "all room given back";
    return times.at(1).end;
  };
  // One group: a column every tCCD_L. Two: the second run's first column when its row is open, tRRD after the
  // first's; from then on a column every burst, in turns.
  EXPECT_EQ(last_data(Bank{2}), kStart + ns(13 + 7 * 6 + 11 + 4));
  EXPECT_EQ(last_data(kB), kStart + ns(13 + 5 + 6 * 4 + 11 + 4));
}

// JESD79-4C gives DDR4-2133 x16 in clocks too.
TEST(DramParts, GatesOfDdr4AreTheStandardsClocks) {
  const DramSpec& part = *find_dram("ddr4_2133_x64");
  const auto clocks = [&](Picoseconds time) { return time / part.clock.period(); };
  const Picoseconds start = part.clock.period() * 10'000;
  constexpr Bank kSame{2}, kOtherGroup{1};
  DramChannel channel(part);
  channel.activate(kA, kRow, start);
  EXPECT_EQ(clocks(channel.earliest_activate(kOtherGroup, start) - start), 6);
  EXPECT_EQ(clocks(channel.earliest_activate(kSame, start) - start), 7);
  EXPECT_EQ(clocks(channel.earliest_precharge(kA, start) - start), 36);
  EXPECT_EQ(clocks(channel.earliest_column(kA, Access::read, start) - start), 15);
  const Picoseconds later = start + part.clock.period() * 100;
  channel.activate(kSame, kRow, later);
  channel.activate(kOtherGroup, kRow, later + part.clock.period() * 10);
  const Picoseconds write = later + part.clock.period() * 100;
  EXPECT_EQ(clocks(channel.column(kA, Access::write, write).begin - write), 14);
  EXPECT_EQ(clocks(channel.earliest_column(kSame, Access::write, write) - write), 6);
  EXPECT_EQ(clocks(channel.earliest_column(kOtherGroup, Access::write, write) - write), 4);
  EXPECT_EQ(clocks(channel.earliest_column(kSame, Access::read, write) - write), 14 + 4 + 8);
  EXPECT_EQ(clocks(channel.earliest_column(kOtherGroup, Access::read, write) - write), 14 + 4 + 3);
  EXPECT_EQ(clocks(channel.earliest_precharge(kA, write) - write), 14 + 4 + 16);
}

}  // namespace
}  // namespace tandem::memory::test
