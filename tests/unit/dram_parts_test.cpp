// SPDX-License-Identifier: Apache-2.0
// Every gate of every part from both sides. The clocks were worked out by hand from the standards' times and,
// where a board's boot code programs them, agree with its registers (dram_parts_*.cpp names both).
#include <algorithm>

#include "tests/unit/dram_gates.h"

namespace tandem::memory::test {
namespace {

struct PartClocks {
  const char* name;
  int rcd, rp, rp_all, ras, rrd, rrd_in_group, faw;
  int column, column_in_group;                               // of one direction
  int read_to_precharge, write_to_precharge;                 // command to command
  int read_to_write, write_to_read, write_to_read_in_group;  // command to command
  int read_to_data, write_to_data;
  int rfc;
  std::int64_t refi_ns;
};

constexpr PartClocks kParts[] = {
    {"lpddr4_1066_x32", 10, 10, 12, 23, 6, 6, 22, 8, 8, 8, 27, 18, 25, 25, 14, 8, 96, 3904},
    {"lpddr4_3216_x32", 29, 29, 34, 68, 17, 17, 65, 8, 8, 13, 54, 32, 42, 42, 32, 16, 451, 3904},
    {"lpddr4x_3733_4x16", 34, 34, 40, 79, 19, 19, 75, 8, 8, 14, 59, 33, 44, 44, 32, 16, 523, 3904},
    {"lpddr3_1600_2x32", 15, 15, 17, 34, 8, 8, 40, 4, 4, 6, 23, 16, 17, 17, 12, 6, 168, 3900},
    {"lpddr3_1866_2x32", 17, 17, 20, 40, 10, 10, 47, 4, 4, 7, 27, 17, 20, 20, 14, 8, 122, 3900},
    {"ddr4_2133_x64", 15, 15, 15, 36, 6, 7, 32, 4, 6, 8, 34, 7, 21, 26, 15, 14, 278, 7800},
    {"ddr4_2133_8x8", 15, 15, 15, 36, 4, 6, 32, 4, 6, 8, 34, 7, 21, 26, 15, 14, 278, 7800},
    {"ddr3_1066_x32", 7, 7, 7, 20, 6, 6, 24, 4, 4, 4, 18, 7, 14, 14, 7, 6, 86, 7800},
};

std::string test_name(const testing::TestParamInfo<PartClocks>& info) { return info.param.name; }

struct DramPart : testing::TestWithParam<PartClocks> {
  const PartClocks& is = GetParam();
  const DramSpec& part = *find_dram(is.name);
  DramChannel channel{part};
  Picoseconds tick = part.clock.period();
  Picoseconds start = tick * 10'000;
  // Banks of kA's group and, where there are groups, of another.
  Bank same_group{static_cast<std::uint32_t>(part.groups)};
  Bank apart = part.groups > 1 ? kB : Bank{2};

  [[nodiscard]] Picoseconds at(std::int64_t clocks) const { return start + tick * clocks; }
  void expect_activate(Bank bank, Picoseconds open) {
    expect_gate([&](Picoseconds from) { return channel.earliest_activate(bank, from); }, open, tick);
  }
  void expect_precharge(Bank bank, Picoseconds open) {
    expect_gate([&](Picoseconds from) { return channel.earliest_precharge(bank, from); }, open, tick);
  }
  void expect_column(Bank bank, Access access, Picoseconds open) {
    expect_gate([&](Picoseconds from) { return channel.earliest_column(bank, access, from); }, open, tick);
  }
  // Three banks open, long enough that only what follows holds anything back.
  void open_three() {
    channel.activate(kA, kRow, at(-1000));
    channel.activate(same_group, kRow, at(-800));
    channel.activate(apart, kRow, at(-600));
  }
};

TEST_P(DramPart, ActivateToColumn) {
  channel.activate(kA, kRow, start);
  expect_column(kA, Access::read, at(is.rcd));
  expect_column(kA, Access::write, at(is.rcd));
}

TEST_P(DramPart, ActivateToPrecharge) {
  channel.activate(kA, kRow, start);
  expect_precharge(kA, at(is.ras));
}

TEST_P(DramPart, PrechargeToActivate) {
  channel.activate(kA, kRow, at(-500));
  channel.precharge(kA, start);
  expect_activate(kA, at(is.rp));
}

TEST_P(DramPart, ActivateToActivateOfOneBank) {
  channel.activate(kA, kRow, start);
  channel.precharge(kA, at(is.ras));
  expect_activate(kA, at(is.ras + is.rp));
}

TEST_P(DramPart, ActivateToActivateOfAnotherBank) {
  channel.activate(kA, kRow, start);
  expect_activate(apart, at(is.rrd));
  expect_activate(same_group, at(is.rrd_in_group));
}

TEST_P(DramPart, TheFifthActivateWaitsForTheFirst) {
  // Consecutive banks are of different groups, so four fit at tRRD. Where four times tRRD is the longer one
  // (LPDDR4: 10 ns against 40 ns, both rounded up), the window has nothing to add.
  for (std::uint32_t i = 0; i < 4; ++i) {
    const Picoseconds when = at(std::int64_t{i} * is.rrd);
    EXPECT_EQ(channel.earliest_activate(Bank{i}, when), when);
    channel.activate(Bank{i}, kRow, when);
  }
  expect_activate(Bank{4}, at(std::max(is.faw, 4 * is.rrd)));
}

TEST_P(DramPart, ColumnToColumnOfOneDirection) {
  for (const Access access : {Access::read, Access::write}) {
    channel = DramChannel(part);
    open_three();
    channel.column(kA, access, start);
    expect_column(apart, access, at(is.column));
    expect_column(kA, access, at(is.column_in_group));
    expect_column(same_group, access, at(is.column_in_group));
  }
}

TEST_P(DramPart, ReadToPrecharge) {
  open_three();
  channel.column(kA, Access::read, start);
  expect_precharge(kA, at(is.read_to_precharge));
}

TEST_P(DramPart, WriteToPrecharge) {
  open_three();
  channel.column(kA, Access::write, start);
  expect_precharge(kA, at(is.write_to_precharge));
}

TEST_P(DramPart, ReadToWrite) {
  open_three();
  channel.column(kA, Access::read, start);
  for (const Bank bank : {kA, same_group, apart}) expect_column(bank, Access::write, at(is.read_to_write));
}

TEST_P(DramPart, WriteToRead) {
  open_three();
  channel.column(kA, Access::write, start);
  expect_column(apart, Access::read, at(is.write_to_read));
  expect_column(kA, Access::read, at(is.write_to_read_in_group));
  expect_column(same_group, Access::read, at(is.write_to_read_in_group));
}

TEST_P(DramPart, ColumnToData) {
  open_three();
  const Interval read = channel.column(kA, Access::read, start);
  EXPECT_EQ(read.begin, at(is.read_to_data));
  EXPECT_EQ(read.end, at(is.read_to_data + is.column));
  const Interval write = channel.column(kA, Access::write, at(500));
  EXPECT_EQ(write.begin, at(500 + is.write_to_data));
  EXPECT_EQ(write.end, at(500 + is.write_to_data + is.column));
}

TEST_P(DramPart, RefreshToActivate) {
  EXPECT_EQ(channel.refresh(start), at(is.rfc));
  expect_activate(kA, at(is.rfc));
  expect_activate(apart, at(is.rfc));
}

TEST_P(DramPart, RefreshAfterPrechargingAllBanks) {
  open_three();
  channel.column(kA, Access::read, start);
  EXPECT_EQ(channel.refresh(start), at(is.read_to_precharge + is.rp_all + is.rfc));
}

TEST_P(DramPart, RefreshComesWhenItIsDueAndNotBefore) {
  const Picoseconds refi = ns(is.refi_ns);
  for (const auto& [when, refreshes] : {std::pair{refi - tick, 0}, std::pair{refi, 1}}) {
    DramScheduler scheduler(part, SchedulerSpec{});
    scheduler.reserve(Access::read, 1);
    scheduler.push(run(0, kA, kRow, Access::read, when));
    scheduler.step(when);
    EXPECT_EQ(scheduler.channel().counters().refreshes, refreshes);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, DramPart, testing::ValuesIn(kParts), test_name);

TEST(DramParts, EveryOneHasItsGatesChecked) {
  const std::vector<std::string> names = dram_names();
  for (const std::string& name : names)
    EXPECT_TRUE(std::any_of(std::begin(kParts), std::end(kParts), [&](const PartClocks& each) {
      return name == each.name;
    })) << name;
  EXPECT_EQ(names.size(), std::size(kParts));
}

}  // namespace
}  // namespace tandem::memory::test
