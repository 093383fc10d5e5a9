// SPDX-License-Identifier: Apache-2.0
// The watchdog: a memory that stops answering ends the job in time and with the right engine, a slow one does
// not; when the memory answers after all, the next job runs.
#include "tests/rtl/two_jobs.h"

namespace tandem::rtl_test {
namespace {

struct Silence {
  const char* name;
  Deaf deaf;
  Engine engine;
  int from;  // cycle from the doorbell on
};

class Watchdog : public TwoJobs, public testing::WithParamInterface<Silence> {
 protected:
  // Cycles from the doorbell to the interrupt.
  std::int64_t run_into(Bench& bench, std::uint32_t watchdog) {
    bench.write_register(regs::kWatchdogOffset, watchdog);
    start(bench);
    const std::int64_t begin = bench.now();
    while (bench.now() < begin + GetParam().from) bench.cycle();
    bench.set_deaf(GetParam().deaf);
    EXPECT_TRUE(bench.wait_for_interrupt(kLimit));
    return bench.now() - begin;
  }
};

TEST_P(Watchdog, TellsInTimeWhoWaits) {
  constexpr std::uint32_t kShort = 700;
  Bench bench(variant_, memory_, Timing{}, 1);
  const std::int64_t first = run_into(bench, kShort);
  const std::int64_t silent = std::min(first, bench.now() - bench.last_beat());
  EXPECT_GE(silent, kShort);
  // The array goes on for a while when results cannot leave; else the last beat was the last that happened.
  if (GetParam().engine != kOutput) {
    EXPECT_LE(silent, kShort + 8);
  }
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusErrorMask);
  expect_error_info(bench, GetParam().engine, Response::okay, kWatchdog);
  EXPECT_EQ(error_address(bench), first_.descriptor);

  // It waits as long as it is told to.
  Bench longer(variant_, memory_, Timing{}, 1);
  EXPECT_EQ(run_into(longer, kShort + 1234) - first, 1234);
}

TEST_P(Watchdog, LetsTheNextJobRunWhenTheMemoryAnswersAfterAll) {
  Bench bench(variant_, memory_, Timing{}, 1);
  run_into(bench, 500);
  bench.ring(second_.descriptor);
  for (int i = 0; i < 3000; ++i) bench.cycle();
  EXPECT_EQ(bench.read_register(regs::kStatusOffset).data & regs::kStatusDrainingMask,
            regs::kStatusDrainingMask);
  EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 0u);
  bench.set_deaf({});
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  EXPECT_EQ(bench.read_register(regs::kStatusOffset).data, 0u);
  EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 1u);
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data,
            regs::kIrqStatusErrorMask | regs::kIrqStatusDoneMask);
  expect_output(second_);
  expect_recovery(bench);
}

TEST_P(Watchdog, IsSilentWhenItIsOff) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.write_register(regs::kWatchdogOffset, 0);
  start(bench);
  for (int i = 0; i < GetParam().from; ++i) bench.cycle();
  bench.set_deaf(GetParam().deaf);
  EXPECT_FALSE(bench.wait_for_interrupt(20'000));
  bench.set_deaf({});
  EXPECT_TRUE(bench.wait_for_interrupt(kLimit));
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
  expect_output(first_);
}

constexpr Deaf no_beats(unsigned id) { return {1u << id, false, false, false, false}; }

INSTANTIATE_TEST_SUITE_P(
    Silences, Watchdog,
    testing::Values(Silence{"NoDescriptor", no_beats(0), kDescriptor, 0},
                    Silence{"NoFeatures", no_beats(1), kFeatures, 0},
                    Silence{"NoWeights", no_beats(2), kWeights, 0},
                    Silence{"NoTable", no_beats(3), kTable, 0},
                    Silence{"NoFirstReadAddress", {0, true, false, false, false}, kDescriptor, 0},
                    Silence{"NoReadAddress", {0, true, false, false, false}, kFeatures, 45},
                    Silence{"NoWriteAddress", {0, false, true, false, false}, kOutput, 0},
                    Silence{"NoWriteData", {0, false, false, true, false}, kOutput, 0},
                    Silence{"NoWriteResponse", {0, false, false, false, true}, kOutput, 0},
                    Silence{"NothingFromTheMiddleOn", {0xf, true, true, true, true}, kOutput, 3000}),
    [](const testing::TestParamInfo<Silence>& one) { return std::string(one.param.name); });

class WatchdogOf : public TwoJobs {};

TEST_F(WatchdogOf, ASlowJobThatLivesDoesNotFire) {
  Timing slow;
  slow.read_latency = 300;
  slow.write_latency = 300;
  slow.stall_percent = 80;
  Bench bench(variant_, memory_, slow, 1);
  bench.write_register(regs::kWatchdogOffset, 450);
  start(bench);
  ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
  expect_output(first_);
}

// 81 steps a pixel, two pixels a beat: while the bus is silent the array is not.
TEST_F(WatchdogOf, AnArrayThatComputesCountsAsAlive) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.write_register(regs::kWatchdogOffset, 120);
  start(bench);
  std::int64_t most = 0;
  for (int i = 0; i < kLimit && !bench.pins().irq_o; ++i) {
    bench.cycle();
    if (bench.last_beat() > 0) most = std::max(most, bench.now() - bench.last_beat());
  }
  EXPECT_GT(most, 150);
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
}

// The first job runs on while nobody answers the second one's descriptor.
TEST_F(WatchdogOf, TheQueuedJobsDescriptorFiresOnlyInItsTurn) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.write_register(regs::kWatchdogOffset, 600);
  start(bench);
  for (int i = 0; i < 60; ++i) bench.cycle();
  bench.set_deaf(no_beats(0));
  bench.ring(second_.descriptor);
  ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
  bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
  expect_output(first_);
  ASSERT_TRUE(bench.wait_for_interrupt(1000));
  expect_error_info(bench, kDescriptor, Response::okay, kWatchdog);
  EXPECT_EQ(error_address(bench), second_.descriptor);
  bench.set_deaf({});
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  expect_recovery(bench);
}

// The bus dies while an abort waits for it.
TEST_F(WatchdogOf, ADrainThatNeverEndsIsTold) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.write_register(regs::kWatchdogOffset, 600);
  start(bench);
  for (int i = 0; i < 80; ++i) bench.cycle();
  bench.set_deaf({0xf, true, true, true, true});
  for (int i = 0; i < 50; ++i) bench.cycle();
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlAbortMask);
  ASSERT_TRUE(bench.wait_for_interrupt(1000));
  expect_error_info(bench, kDescriptor, Response::okay, kAbort);
  EXPECT_EQ(bench.read_register(regs::kStatusOffset).data & regs::kStatusDrainingMask,
            regs::kStatusDrainingMask);
  bench.set_deaf({});
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  expect_recovery(bench);
}

}  // namespace
}  // namespace tandem::rtl_test
