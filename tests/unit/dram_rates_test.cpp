// SPDX-License-Identifier: Apache-2.0
// What each memory sustains when its queue is never empty, against the closed form of its timing.
#include "models/memory/dram_rates.h"

#include <gtest/gtest.h>

namespace tandem::memory {
namespace {

constexpr int kAccesses = 20'000;
constexpr std::uint64_t kSeed = 7;

struct DramRate : testing::TestWithParam<std::string> {
  const DramSpec& part = *find_dram(GetParam());
  const DramRates implied = implied_rates(part);
};

TEST_P(DramRate, StreamTakesAllThatRefreshLeaves) {
  const DramRates simulated = simulated_rates(part, far_looking_queue(part), kAccesses, kSeed);
  EXPECT_NEAR(simulated.stream_share, implied.stream_share, 0.01 * implied.stream_share);
}

TEST_P(DramRate, OrdinaryQueueStreamsAtMostOfPeak) {
  const DramRates simulated = simulated_rates(part, SchedulerSpec{}, kAccesses, kSeed);
  EXPECT_GE(simulated.stream_share, 0.85);
  EXPECT_LE(simulated.stream_share, 1.01 * implied.stream_share);
}

TEST_P(DramRate, RandomRowsComeAsFastAsActivatesAndBanksAllow) {
  const DramRates simulated = simulated_rates(part, SchedulerSpec{}, kAccesses, kSeed);
  EXPECT_NEAR(simulated.random_per_second, implied.random_per_second, 0.02 * implied.random_per_second);
}

INSTANTIATE_TEST_SUITE_P(Every, DramRate, testing::ValuesIn(dram_names()),
                         [](const auto& each) { return each.param; });

TEST(DramRates, ImpliedByHand) {
  DramSpec dram;
  dram.clock = Clock(Hertz(1'000'000'000));
  dram.channels = 2;
  dram.banks = 4;
  dram.timing = {};
  dram.timing.burst_length = 8;  // 4 ns
  dram.timing.rcd = Picoseconds{13'000};
  dram.timing.rp = Picoseconds{17'000};
  dram.timing.rp_all = Picoseconds{19'000};
  dram.timing.ras = Picoseconds{41'000};
  dram.timing.rtp = Picoseconds{8'000};
  dram.timing.rrd = Picoseconds{5'000};
  dram.timing.faw = Picoseconds{29'000};
  dram.timing.rfc = Picoseconds{130'000};
  dram.timing.refi = Picoseconds{4'000'000};
  const double usable = 1.0 - (4.0 + 19.0 + 130.0 + 13.0) / 4000.0;
  EXPECT_DOUBLE_EQ(implied_rates(dram).stream_share, usable);
  // Four banks of 58 ns each: 14.5 ns an access, on two channels.
  EXPECT_DOUBLE_EQ(implied_rates(dram).random_per_second, 2 * usable / 14.5e-9);
  dram.banks = 16;  // four ACTIVATEs in 29 ns
  EXPECT_DOUBLE_EQ(implied_rates(dram).random_per_second, 2 * usable / 7.25e-9);
  dram.timing.faw = Picoseconds{8'000};  // one in 5 ns
  EXPECT_DOUBLE_EQ(implied_rates(dram).random_per_second, 2 * usable / 5e-9);
  dram.timing.burst_length = 32;  // 16 ns
  EXPECT_NEAR(implied_rates(dram).random_per_second, 2 * (usable + 4.0 / 4000) / 16e-9, 1.0);
}

}  // namespace
}  // namespace tandem::memory
