// SPDX-License-Identifier: Apache-2.0
// The life of jobs: the queue and its prefetch, abort, soft reset, the interrupt's enable, the counters.
#include "tests/rtl/two_jobs.h"

namespace tandem::rtl_test {
namespace {

class Control : public TwoJobs {
 protected:
  static void abort(Bench& bench) {
    bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlAbortMask);
  }
  static void reset(Bench& bench) {
    bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlSoftResetMask);
  }
  static std::uint32_t jobs_done(Bench& bench) { return bench.read_register(regs::kJobsDoneOffset).data; }

  // Everything as after power on.
  void expect_reset(Bench& bench) {
    ASSERT_TRUE(bench.wait_until_idle(20'000));
    EXPECT_FALSE(bench.pins().irq_o);
    EXPECT_EQ(bench.reads_outstanding() + bench.writes_outstanding(), 0u);
    EXPECT_EQ(bench.read_counter(regs::kReadBeatsLoOffset), 0u);
    EXPECT_EQ(bench.read_register(regs::kStatusOffset).data, 0u);
    EXPECT_EQ(bench.read_register(regs::kErrorInfoOffset).data, 0u);
    EXPECT_EQ(jobs_done(bench), 0u);
    expect_recovery(bench);
  }

  // One or two jobs, and an abort in between: every job either ends done and exact or is the aborted one.
  // Returns how many were aborted.
  std::uint32_t abort_after(Bench& bench, int cycles, bool queued) {
    start(bench);
    if (queued) bench.ring(second_.descriptor);
    for (int i = 0; i < cycles; ++i) bench.cycle();
    abort(bench);
    EXPECT_TRUE(bench.wait_until_idle(kLimit));
    EXPECT_EQ(bench.reads_outstanding() + bench.writes_outstanding(), 0u);
    const bool aborted = (bench.read_register(regs::kIrqStatusOffset).data & regs::kIrqStatusErrorMask) != 0;
    EXPECT_EQ(jobs_done(bench) + (aborted ? 1 : 0), queued ? 2u : 1u);
    const bool was_second = aborted && error_address(bench) == second_.descriptor;
    if (aborted) {
      expect_error_info(bench, kDescriptor, Response::okay, kAbort);
    }
    if (!aborted || was_second) expect_output(first_);
    if (queued && !was_second) expect_output(second_);
    expect_recovery(bench);
    return aborted ? 1 : 0;
  }
};

TEST_F(Control, OneJobWaitsBehindTheRunningOneAndAThirdIsRefused) {
  Bench bench(variant_, memory_, Timing{}, 1);
  start(bench);
  for (int i = 0; i < 20; ++i) bench.cycle();
  bench.ring(second_.descriptor);
  EXPECT_EQ(bench.read_register(regs::kStatusOffset).data,
            regs::kStatusBusyMask | regs::kStatusQueueFullMask);
  EXPECT_EQ(bench.write_register(regs::kDoorbellLoOffset, static_cast<std::uint32_t>(first_.descriptor)),
            Response::slave_error);
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  EXPECT_EQ(jobs_done(bench), 2u);
  EXPECT_EQ(bench.read_register(regs::kLastJobOffset).data, second_.job.id);
  expect_output(first_);
  expect_output(second_);
}

// Also when the second one's descriptor has been fetched, and no doorbell is left in the register.
TEST_F(Control, AThirdIsRefusedWhereverTheSecondHasGot) {
  for (const int wait : {0, 2, 5, 20, 60, 120, 300}) {
    SCOPED_TRACE(wait);
    Bench bench(variant_, memory_, Timing{}, 1);
    start(bench);
    for (int i = 0; i < 300; ++i) bench.cycle();
    bench.ring(second_.descriptor);
    for (int i = 0; i < wait; ++i) bench.cycle();
    EXPECT_EQ(bench.read_register(regs::kStatusOffset).data,
              regs::kStatusBusyMask | regs::kStatusQueueFullMask);
    EXPECT_EQ(bench.write_register(regs::kDoorbellLoOffset, static_cast<std::uint32_t>(first_.descriptor)),
              Response::slave_error);
    ASSERT_TRUE(bench.wait_until_idle(kLimit));
    EXPECT_EQ(jobs_done(bench), 2u);
    expect_clean(bench);
  }
}

TEST_F(Control, AnInterruptBitIsClearedByWritingOneAndByNothingElse) {
  Bench bench(variant_, memory_, Timing{}, 1);
  start(bench);
  ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
  for (const std::uint32_t value : {0u, static_cast<std::uint32_t>(regs::kIrqStatusErrorMask)}) {
    bench.write_register(regs::kIrqStatusOffset, value);
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask) << value;
    EXPECT_TRUE(bench.pins().irq_o);
  }
  bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusDoneMask, 0);
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask) << "no strobe";
  bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, 0u);
  EXPECT_FALSE(bench.pins().irq_o);
  expect_clean(bench);
}

// The second descriptor is there long before its turn: from the last response of one job to the first address
// of the next pass only the cycles of the hand-over.
TEST_F(Control, TheQueuedJobFollowsAtOnce) {
  for (const int latency : {20, 200}) {
    Timing timing;
    timing.read_latency = latency;
    Bench bench(variant_, memory_, timing, 1);
    start(bench);
    bench.ring(second_.descriptor);
    std::int64_t first_ended = 0;
    const std::uint64_t begin = second_.job.input;
    const std::uint64_t end = second_.job.output;
    while (!(bench.pins().m_arvalid_o && bench.pins().m_araddr_o >= begin && bench.pins().m_araddr_o < end)) {
      ASSERT_LT(bench.now(), kLimit);
      if (bench.pins().irq_o && first_ended == 0) first_ended = bench.now();
      bench.cycle();
    }
    ASSERT_GT(first_ended, 0);
    EXPECT_LE(bench.now() - first_ended, 14) << "with a latency of " << latency;
    ASSERT_TRUE(bench.wait_until_idle(kLimit));
    expect_output(first_);
    expect_output(second_);
    expect_clean(bench);
  }
}

TEST_F(Control, ManyJobsThroughTheQueueAreAllExact) {
  Timing timing;
  timing.jitter = 30;
  timing.stall_percent = 20;
  timing.interleave = true;
  Bench bench(variant_, memory_, timing, 4);
  start(bench);
  for (int i = 0; i < 6; ++i) {
    while (bench.read_register(regs::kStatusOffset).data & regs::kStatusQueueFullMask) bench.cycle();
    bench.ring((i % 2 == 0 ? second_ : first_).descriptor);
  }
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  EXPECT_EQ(jobs_done(bench), 7u);
  expect_output(first_);
  expect_output(second_);
  expect_clean(bench);
}

TEST_F(Control, AnAbortAtAnyTimeEndsOneJobAndTheNextOnesRun) {
  Random random(11);
  std::uint32_t aborted = 0;
  for (int i = 0; i < 40; ++i) {
    // A third of them while a descriptor is fetched.
    const int cycles = static_cast<int>(random.below(i % 3 == 0 ? 60 : 13'000));
    const bool queued = random.below(2) == 0;
    Timing timing;
    timing.stall_percent = i % 2 == 0 ? 0 : 30;
    timing.interleave = i % 4 == 1;
    SCOPED_TRACE("after " + std::to_string(cycles) + " cycles, queued " + std::to_string(queued));
    Bench bench(variant_, memory_, timing, static_cast<std::uint64_t>(i));
    aborted += abort_after(bench, cycles, queued);
  }
  EXPECT_GT(aborted, 20u);
}

// Around the hand-over from one job to the next: only an abort in the one cycle in which the first job ends
// meets no job.
TEST_F(Control, AnAbortBetweenTwoJobsMeetsOneOfThem) {
  place_jobs(layer_shape(32, 4, 8, 1, 1, 0));
  std::int64_t end = 0;
  {
    Bench bench(variant_, memory_, Timing{}, 1);
    start(bench);
    bench.ring(second_.descriptor);
    const std::int64_t begin = bench.now();
    ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
    end = bench.now() - begin;
  }
  int missed = 0;
  for (std::int64_t cycles = end - 16; cycles < end + 16; ++cycles) {
    SCOPED_TRACE(cycles);
    Bench bench(variant_, memory_, Timing{}, 1);
    missed += abort_after(bench, static_cast<int>(cycles), true) == 0 ? 1 : 0;
  }
  EXPECT_LE(missed, 1);
}

TEST_F(Control, AnAbortWithoutAJobDoesNothing) {
  Bench bench(variant_, memory_, Timing{}, 1);
  abort(bench);
  for (int i = 0; i < 50; ++i) bench.cycle();
  EXPECT_FALSE(bench.pins().irq_o);
  EXPECT_EQ(bench.read_register(regs::kStatusOffset).data, 0u);
  EXPECT_EQ(bench.read_register(regs::kErrorInfoOffset).data, 0u);
  expect_recovery(bench);
  abort(bench);
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, 0u);
  EXPECT_EQ(bench.read_register(regs::kStatusOffset).data, 0u);
}

TEST_F(Control, ASoftResetAtAnyTimeLeavesTheBusCleanAndTheNextJobRuns) {
  for (int wait = 0; wait < 3000; wait += 97) {
    SCOPED_TRACE(wait);
    Timing timing;
    timing.stall_percent = wait % 2 == 0 ? 0 : 30;
    Bench bench(variant_, memory_, timing, static_cast<std::uint64_t>(wait));
    start(bench);
    bench.ring(second_.descriptor);
    for (int i = 0; i < wait; ++i) bench.cycle();
    reset(bench);
    expect_reset(bench);
  }
}

TEST_F(Control, ASoftResetDuringAPrefetchForgetsTheDescriptor) {
  place_jobs(layer_shape(70, 6, 16, 3, 1, 1));
  for (int wait = 0; wait < 75; wait += 2) {
    SCOPED_TRACE(wait);
    Bench bench(variant_, memory_, Timing{}, static_cast<std::uint64_t>(wait));
    start(bench);
    for (int i = 0; i < 120; ++i) bench.cycle();
    bench.ring(second_.descriptor);
    for (int i = 0; i < wait; ++i) bench.cycle();
    reset(bench);
    expect_reset(bench);
  }
}

TEST_F(Control, TheInterruptLineFollowsItsEnable) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.ring(second_.descriptor);
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  EXPECT_FALSE(bench.pins().irq_o);
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  EXPECT_TRUE(bench.pins().irq_o);
}

TEST_F(Control, CountersAddUp) {
  Bench bench(variant_, memory_, Timing{}, 1);
  start(bench);
  ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
  const std::uint64_t busy = bench.read_counter(regs::kCyclesBusyLoOffset);
  const std::uint64_t active = bench.read_counter(regs::kMacActiveLoOffset);
  const std::uint64_t stalled = bench.read_counter(regs::kStallFeatureLoOffset) +
                                bench.read_counter(regs::kStallWeightLoOffset) +
                                bench.read_counter(regs::kStallOutputLoOffset);
  EXPECT_EQ(active, 12u * 12 * 3 * 3 * 3 * 3);  // pixels, chunks, kernel, groups
  EXPECT_GT(stalled, 0u);
  EXPECT_LE(active + stalled, busy);
  EXPECT_EQ(bench.read_counter(regs::kWriteBeatsLoOffset), 3u * 12 * 12 * 8 / 16);
}

}  // namespace
}  // namespace tandem::rtl_test
