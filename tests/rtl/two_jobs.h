// SPDX-License-Identifier: Apache-2.0
// Two small jobs in one memory, and what the tests of errors, watchdog and control expect of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "models/regs/accelerator_registers.h"
#include "tests/rtl/bench.h"
#include "tests/rtl/random_job.h"

namespace tandem::rtl_test {

namespace regs = tandem::regs::accelerator;

enum Engine : std::uint32_t { kDescriptor = 0, kFeatures = 1, kWeights = 2, kTable = 3, kOutput = 4 };
enum Cause : std::uint32_t { kBadResponse = 0, kBadDescriptor = 1, kWatchdog = 2, kAbort = 3 };

class TwoJobs : public testing::Test {
 protected:
  static constexpr std::int64_t kLimit = 2'000'000;

  TwoJobs() : TwoJobs(layer_shape(70, 12, 24, 3, 1, 1)) {}
  explicit TwoJobs(const accelerator::ConvJob& first)
      : variant_(load_variant("8x32")), memory_(0x40000000, std::size_t{512} << 10), random_(7) {
    place_jobs(first);
  }

  void place_jobs(accelerator::ConvJob first) {
    offset_ = 0;
    first.id = 0x11;
    accelerator::ConvJob second = layer_shape(40, 9, 16, 1, 1, 0);
    second.id = 0x22;
    first_ = place(first, variant_.array, memory_, offset_, random_);
    second_ = place(second, variant_.array, memory_, offset_, random_);
  }

  // All of the memory as it is, and the job's output as execute() makes it.
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
  void start(Bench& bench) const {
    bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
    bench.ring(first_.descriptor);
  }
  static std::uint64_t error_address(Bench& bench) {
    return bench.read_register(regs::kErrorAddrLoOffset).data |
           std::uint64_t{bench.read_register(regs::kErrorAddrHiOffset).data} << 32;
  }
  static void expect_error_info(Bench& bench, Engine engine, Response response, Cause cause) {
    const std::uint32_t info = bench.read_register(regs::kErrorInfoOffset).data;
    EXPECT_EQ((info & regs::kErrorInfoEngineMask) >> regs::kErrorInfoEngineShift, engine);
    EXPECT_EQ((info & regs::kErrorInfoResponseMask) >> regs::kErrorInfoResponseShift,
              static_cast<std::uint32_t>(response));
    EXPECT_EQ((info & regs::kErrorInfoCauseMask) >> regs::kErrorInfoCauseShift, cause);
  }
  // The first job ends with an error whose address lies in [begin, end) or in a burst that reaches it.
  static void expect_failure(Bench& bench, Engine engine, Response response, Cause cause, std::uint64_t begin,
                             std::uint64_t end) {
    ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
    EXPECT_EQ(bench.reads_outstanding() + bench.writes_outstanding(), 0u);
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusErrorMask);
    expect_error_info(bench, engine, response, cause);
    const std::uint64_t address = error_address(bench);
    EXPECT_GE(address + 256, begin);  // the burst's address: at most 16 beats before the one that failed
    EXPECT_LT(address, end);
    EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 0u);
  }
  void expect_done(Bench& bench, const PlacedJob& placed) {
    bench.ring(placed.descriptor);
    ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
    EXPECT_EQ(bench.read_register(regs::kLastJobOffset).data, placed.job.id);
    bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
    expect_output(placed);
  }
  // The interrupt falls, both jobs run, and the rules of the bus were kept all the time.
  void expect_recovery(Bench& bench) {
    bench.forget_faults();
    bench.set_deaf({});
    const std::uint32_t before = bench.read_register(regs::kJobsDoneOffset).data;
    bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusErrorMask | regs::kIrqStatusDoneMask);
    EXPECT_FALSE(bench.pins().irq_o);
    expect_done(bench, second_);
    expect_done(bench, first_);
    EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, before + 2);
    expect_clean(bench);
  }
  static void expect_clean(const Bench& bench) {
    for (const std::string& violation : bench.violations()) ADD_FAILURE() << violation;
  }

  Variant variant_;
  Memory memory_;
  Random random_;
  std::uint64_t offset_ = 0;
  PlacedJob first_, second_;
};

}  // namespace tandem::rtl_test
