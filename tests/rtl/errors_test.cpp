// SPDX-License-Identifier: Apache-2.0
// What happens when the bus or the descriptor is wrong: an error interrupt that says where, nothing left on
// the bus, and the next job runs. Also the queue behind the running job and the soft reset.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "models/regs/accelerator_registers.h"
#include "tests/rtl/bench.h"
#include "tests/rtl/random_job.h"

namespace tandem::rtl_test {
namespace {

namespace regs = tandem::regs::accelerator;

constexpr std::int64_t kLimit = 2'000'000;

class Errors : public testing::Test {
 protected:
  Errors() : variant_(load_variant("8x32")), memory_(0x40000000, std::size_t{1} << 20), random_(7) {
    first_ = place(layer_shape(70, 12, 24, 3, 1, 1), variant_.array, memory_, offset_, random_);
    second_ = place(layer_shape(40, 9, 16, 1, 1, 0), variant_.array, memory_, offset_, random_);
  }

  // Both jobs' outputs, as execute() makes them.
  void expect_output(const PlacedJob& placed) {
    Memory expected = memory_;
    accelerator::execute(placed.job, variant_.array, expected);
    const auto difference =
        std::mismatch(memory_.data().begin(), memory_.data().end(), expected.data().begin());
    EXPECT_EQ(difference.first, memory_.data().end())
        << "first difference at "
        << memory_.base() + static_cast<std::uint64_t>(difference.first - memory_.data().begin())
        << ", output at " << placed.job.output;
  }
  void start(Bench& bench) {
    bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
    bench.ring(first_.descriptor);
  }
  void expect_failure(Bench& bench, std::uint32_t engine, Response response, std::uint64_t begin,
                      std::uint64_t end) {
    ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
    EXPECT_EQ(bench.reads_outstanding() + bench.writes_outstanding(), 0u);
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusErrorMask);
    const std::uint32_t info = bench.read_register(regs::kErrorInfoOffset).data;
    EXPECT_EQ(info & regs::kErrorInfoEngineMask, engine);
    EXPECT_EQ((info & regs::kErrorInfoResponseMask) >> regs::kErrorInfoResponseShift,
              static_cast<std::uint32_t>(response));
    const std::uint64_t address = bench.read_register(regs::kErrorAddrLoOffset).data |
                                  std::uint64_t{bench.read_register(regs::kErrorAddrHiOffset).data} << 32;
    EXPECT_GE(address + 256, begin);  // the burst's address: at most 16 beats before the one that failed
    EXPECT_LT(address, end);
    EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 0u);
  }
  // The interrupt falls, and both jobs run.
  void expect_recovery(Bench& bench) {
    bench.forget_faults();
    bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusErrorMask);
    EXPECT_FALSE(bench.pins().irq_o);
    for (const PlacedJob* const placed : {&second_, &first_}) {
      bench.ring(placed->descriptor);
      ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
      EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
      EXPECT_EQ(bench.read_register(regs::kLastJobOffset).data, placed->job.id);
      bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
      expect_output(*placed);
    }
    EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 2u);
    for (const std::string& violation : bench.violations()) ADD_FAILURE() << violation;
  }
  void expect_bus_fault(std::uint32_t engine, std::uint64_t begin, std::int64_t bytes, bool write) {
    for (const Response response : {Response::slave_error, Response::decode_error}) {
      for (const int stall : {0, 40}) {
        Timing timing;
        timing.jitter = stall;
        timing.stall_percent = stall;
        timing.interleave = stall != 0;
        SCOPED_TRACE(stall);
        Bench bench(variant_, memory_, timing, 3);
        const std::uint64_t end = begin + static_cast<std::uint64_t>(bytes);
        bench.inject({begin, end, !write, write, response});
        start(bench);
        expect_failure(bench, engine, response, begin, end);
        expect_recovery(bench);
      }
    }
  }

  Variant variant_;
  Memory memory_;
  Random random_;
  std::uint64_t offset_ = 0;
  PlacedJob first_, second_;
};

TEST_F(Errors, ABadDescriptorReadIsReported) { expect_bus_fault(0, first_.descriptor, 128, false); }
TEST_F(Errors, ABadFeatureReadIsReported) { expect_bus_fault(1, first_.job.input + 1024, 16, false); }
TEST_F(Errors, ABadWeightReadIsReported) { expect_bus_fault(2, first_.job.weights + 4096, 64, false); }
TEST_F(Errors, ABadTableReadIsReported) { expect_bus_fault(3, first_.job.quant + 128, 16, false); }
TEST_F(Errors, ABadWriteIsReported) { expect_bus_fault(4, first_.job.output + 512, 16, true); }

TEST_F(Errors, ADescriptorForAnotherArrayIsRefused) {
  Bench bench(variant_, memory_, Timing{}, 1);
  *memory_.at(first_.descriptor + 4 * 26, 1) = 16;
  start(bench);
  expect_failure(bench, 0, Response::okay, first_.descriptor, first_.descriptor + 1);
  *memory_.at(first_.descriptor + 4 * 26, 1) = 8;
  expect_recovery(bench);
}

TEST_F(Errors, ABandThatCanNeverFitIsRefusedInsteadOfWaitedFor) {
  Bench bench(variant_, memory_, Timing{}, 1);
  const auto good = accelerator::encode(first_.job, variant_.array);
  auto bad = good;
  bad[21] |= 0xfff;  // chunks
  std::memcpy(memory_.at(first_.descriptor, 128), bad.data(), 128);
  start(bench);
  expect_failure(bench, 0, Response::okay, first_.descriptor, first_.descriptor + 1);
  std::memcpy(memory_.at(first_.descriptor, 128), good.data(), 128);
  expect_recovery(bench);
}

TEST_F(Errors, AnUnalignedDoorbellIsRefused) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  bench.ring(first_.descriptor + 16);
  expect_failure(bench, 0, Response::okay, first_.descriptor + 16, first_.descriptor + 17);
  expect_recovery(bench);
}

TEST_F(Errors, OneJobWaitsBehindTheRunningOneAndAThirdIsRefused) {
  Bench bench(variant_, memory_, Timing{}, 1);
  start(bench);
  for (int i = 0; i < 20; ++i) bench.cycle();
  bench.ring(second_.descriptor);
  EXPECT_EQ(bench.read_register(regs::kStatusOffset).data,
            regs::kStatusBusyMask | regs::kStatusQueueFullMask);
  EXPECT_EQ(bench.write_register(regs::kDoorbellLoOffset, static_cast<std::uint32_t>(first_.descriptor)),
            Response::slave_error);
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 2u);
  EXPECT_EQ(bench.read_register(regs::kLastJobOffset).data, second_.job.id);
  expect_output(first_);
  expect_output(second_);
}

TEST_F(Errors, TheQueuedJobStillRunsAfterAnError) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.inject({first_.job.weights, first_.job.weights + 16, true, false, Response::slave_error});
  start(bench);
  bench.ring(second_.descriptor);
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data,
            regs::kIrqStatusDoneMask | regs::kIrqStatusErrorMask);
  EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 1u);
  expect_output(second_);
}

TEST_F(Errors, TheFirstErrorIsKeptUntilItIsCleared) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.inject({first_.job.quant, first_.job.quant + 16, true, false, Response::slave_error});
  bench.inject({second_.job.input, second_.job.input + 16, true, false, Response::decode_error});
  start(bench);
  bench.ring(second_.descriptor);
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  EXPECT_EQ(bench.read_register(regs::kErrorInfoOffset).data & regs::kErrorInfoEngineMask, 3u);
}

TEST_F(Errors, ASoftResetAtAnyTimeLeavesTheBusCleanAndTheNextJobRuns) {
  for (int wait = 0; wait < 3000; wait += 61) {
    Timing timing;
    timing.stall_percent = wait % 2 == 0 ? 0 : 30;
    Bench bench(variant_, memory_, timing, static_cast<std::uint64_t>(wait));
    start(bench);
    bench.ring(second_.descriptor);
    for (int i = 0; i < wait; ++i) bench.cycle();
    bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlSoftResetMask);
    ASSERT_TRUE(bench.wait_until_idle(10'000)) << wait;
    EXPECT_FALSE(bench.pins().irq_o);
    EXPECT_EQ(bench.read_counter(regs::kReadBeatsLoOffset), 0u);
    EXPECT_EQ(bench.read_register(regs::kStatusOffset).data, 0u);
    expect_recovery(bench);
  }
}

TEST_F(Errors, TheInterruptLineFollowsItsEnable) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.ring(second_.descriptor);
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  EXPECT_FALSE(bench.pins().irq_o);
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  EXPECT_TRUE(bench.pins().irq_o);
}

TEST_F(Errors, CountersAddUp) {
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
