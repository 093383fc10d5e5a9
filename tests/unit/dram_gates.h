// SPDX-License-Identifier: Apache-2.0
// A DRAM of round figures for tests of its gates, and what a gate is.
#pragma once

#include <gtest/gtest.h>

#include "models/memory/dram_scheduler.h"

namespace tandem::memory::test {

inline constexpr Bank kA{0}, kB{1};
inline constexpr Row kRow{3}, kOther{4};

// A clock of 1 ns and gates that all differ, so that no gate can stand in for another.
inline DramSpec spec() {
  DramSpec dram;
  dram.name = "test";
  dram.clock = Clock(Hertz(1'000'000'000));
  dram.timing.burst_length = 8;
  dram.timing.read_latency = 11;
  dram.timing.write_latency = 7;
  dram.timing.rcd = Picoseconds{13'000};
  dram.timing.rp = Picoseconds{17'000};
  dram.timing.rp_all = Picoseconds{19'000};
  dram.timing.ras = Picoseconds{41'000};
  dram.timing.rrd = Picoseconds{5'000};
  dram.timing.faw = Picoseconds{29'000};
  dram.timing.rtp = Picoseconds{8'000};
  dram.timing.wr = Picoseconds{15'000};
  dram.timing.wtr = Picoseconds{9'000};
  dram.timing.dqsck = Picoseconds{2'500};
  dram.timing.rfc = Picoseconds{130'000};
  dram.timing.refi = Picoseconds{3'900'000};
  return dram;
}

constexpr Picoseconds ns(std::int64_t value) { return Picoseconds{value * 1000}; }
inline constexpr Picoseconds kStart = ns(1000);

// `earliest(from)` is a gate that opens at `open`: asked a clock before it says `open`, asked at it or later,
// then.
template <class Earliest>
void expect_gate(Earliest&& earliest, Picoseconds open, Picoseconds clock = ns(1)) {
  EXPECT_EQ(earliest(open - clock), open) << "not allowed a clock before";
  EXPECT_EQ(earliest(open), open) << "allowed at its time";
  EXPECT_EQ(earliest(open + clock * 5), open + clock * 5) << "and after";
}

struct DramGate : testing::Test {
  DramChannel channel{spec()};
  auto column(Bank bank, Access access) {
    return [this, bank, access](Picoseconds from) { return channel.earliest_column(bank, access, from); };
  }
  auto activate(Bank bank) {
    return [this, bank](Picoseconds from) { return channel.earliest_activate(bank, from); };
  }
  auto precharge(Bank bank) {
    return [this, bank](Picoseconds from) { return channel.earliest_precharge(bank, from); };
  }
};

inline Run run(std::uint64_t token, Bank bank, Row row, Access access = Access::read,
               Picoseconds arrival = kStart) {
  return {token, access, bank, row, 1, arrival};
}

}  // namespace tandem::memory::test
