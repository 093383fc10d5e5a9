// SPDX-License-Identifier: Apache-2.0
// What happens when the bus or a descriptor is wrong: an error interrupt that says where, nothing left on the
// bus, and the next job runs.
#include <cstring>

#include "models/accelerator/geometry.h"
#include "tests/rtl/two_jobs.h"

namespace tandem::rtl_test {
namespace {

using accelerator::ConvJob;
using accelerator::Form;

ConvJob dense() { return layer_shape(40, 8, 20, 3, 1, 1); }
ConvJob raw() {
  ConvJob job = dense();
  job.raw = true;
  return job;
}
ConvJob folded() {
  ConvJob job = layer_shape(3, 20, 20, 5, 2, 2);
  job.form = Form::folded;
  return job;
}
ConvJob grouped() {
  ConvJob job = layer_shape(40, 10, 40, 3, 1, 1);
  job.form = Form::grouped;
  return job;
}

struct Shape {
  const char* name;
  ConvJob (*job)();
};

class BusErrors : public TwoJobs, public testing::WithParamInterface<Shape> {
 protected:
  BusErrors() : TwoJobs(GetParam().job()) {}

  // Beats of which the first job touches every one.
  struct Beats {
    std::uint64_t begin;
    std::int64_t a_plane;
    std::int64_t planes = 1, stride = 0;

    [[nodiscard]] std::uint64_t address(std::int64_t beat) const {
      return begin + static_cast<std::uint64_t>(beat / a_plane * stride + beat % a_plane * 16);
    }
  };
  [[nodiscard]] Beats beats_of(Engine engine) const {
    const ConvJob& job = first_.job;
    const accelerator::Geometry g = accelerator::geometry_of(job, variant_.array);
    switch (engine) {
      case kDescriptor:
        return {first_.descriptor, accelerator::kJobBytes / 16};
      case kFeatures:
        return {job.input, job.in_h * job.in_w * g.in_block / 16, g.in_planes, job.in_plane_stride};
      case kWeights:
        return {job.weights, accelerator::packed_weight_bytes(job, variant_.array) / 16};
      case kTable:
        return {job.quant, std::int64_t{g.groups} * variant_.array.tm};
      default:
        return {job.output, job.out_h * job.out_w * accelerator::out_pixel_bytes(job, g) / 16,
                g.written_planes, job.out_plane_stride};
    }
  }
};

TEST_P(BusErrors, OfAnyBeatOfAnyEngineAreReportedAndTheNextJobsRun) {
  for (const Engine engine : {kDescriptor, kFeatures, kWeights, kTable, kOutput}) {
    const Beats beats = beats_of(engine);
    const std::int64_t count = beats.a_plane * beats.planes;
    for (int i = 0; i < 6; ++i) {
      Timing timing;
      timing.jitter = i % 2 == 0 ? 0 : 40;
      timing.stall_percent = i % 3 == 0 ? 0 : 40;
      timing.interleave = i % 2 == 1;
      const Response response = i % 2 == 0 ? Response::slave_error : Response::decode_error;
      // The first beat, the last one, and others.
      const std::int64_t beat = i == 0 ? 0 : i == 1 ? count - 1 : random_.between(0, count - 1);
      const std::uint64_t address = beats.address(beat);
      SCOPED_TRACE("engine " + std::to_string(engine) + " beat " + std::to_string(beat));
      Bench bench(variant_, memory_, timing, static_cast<std::uint64_t>(i));
      bench.inject({address, address + 16, engine != kOutput, engine == kOutput, response});
      start(bench);
      expect_failure(bench, engine, response, kBadResponse, address, address + 16);
      expect_recovery(bench);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, BusErrors,
                         testing::Values(Shape{"Dense", dense}, Shape{"Raw", raw}, Shape{"Folded", folded},
                                         Shape{"Grouped", grouped}),
                         [](const testing::TestParamInfo<Shape>& one) {
                           return std::string(one.param.name);
                         });

class Errors : public TwoJobs {
 protected:
  // A word of the first job's descriptor that must be refused.
  void expect_refusal(std::size_t word, std::uint32_t clear, std::uint32_t set) {
    SCOPED_TRACE("word " + std::to_string(word));
    Bench bench(variant_, memory_, Timing{}, 1);
    const auto good = accelerator::encode(first_.job, variant_.array);
    auto bad = good;
    bad[word] = (bad[word] & ~clear) | set;
    std::memcpy(memory_.at(first_.descriptor, 128), bad.data(), 128);
    start(bench);
    expect_failure(bench, kDescriptor, Response::okay, kBadDescriptor, first_.descriptor,
                   first_.descriptor + 1);
    std::memcpy(memory_.at(first_.descriptor, 128), good.data(), 128);
    expect_recovery(bench);
  }
};

TEST_F(Errors, ADescriptorThatIsNoneOrForAnotherArrayIsRefused) {
  expect_refusal(0, 0xffff, 2);         // another version
  expect_refusal(0, 0xffff0000, 0);     // no mark
  expect_refusal(26, 0xff, 16);         // another Tm
  expect_refusal(26, 0xff00, 16 << 8);  // another Tn
  expect_refusal(26, 0xff0000, 8 << 16);
  expect_refusal(26, 0, 1 << 24);            // folded, with many planes
  expect_refusal(26, 0, 1 << 24 | 1 << 25);  // folded and grouped
}

// Of a folded job, whose one plane would do for a grouped one, too.
TEST_F(Errors, AJobBothFoldedAndGroupedIsRefused) {
  accelerator::ConvJob job = layer_shape(3, 12, 24, 3, 1, 1);
  job.form = accelerator::Form::folded;
  place_jobs(job);
  expect_refusal(26, 0, 1 << 25);
}

TEST_F(Errors, ADescriptorWithABoundOfZeroIsRefused) {
  struct Bound {
    std::size_t word;
    std::uint32_t mask;
  };
  constexpr std::uint32_t kLow = 0xffff;
  constexpr std::uint32_t kHigh = 0xffff0000;
  for (const Bound& bound : {Bound{12, kLow}, Bound{13, kLow}, Bound{13, kHigh}, Bound{14, kHigh},
                             Bound{15, kHigh}, Bound{16, 0xff}, Bound{19, kLow}, Bound{19, kHigh},
                             Bound{20, kLow}, Bound{20, kHigh}, Bound{21, kLow}, Bound{21, kHigh},
                             Bound{22, kLow}, Bound{23, kLow}, Bound{23, kHigh}, Bound{28, 0xff}}) {
    expect_refusal(bound.word, bound.mask, 0);
  }
}

TEST_F(Errors, UnalignedAddressesAreRefused) {
  for (const std::size_t word : {2, 4, 6, 8, 10, 11}) expect_refusal(word, 0, 8);
}

TEST_F(Errors, WhatCanNeverFitIsRefusedInsteadOfWaitedFor) {
  expect_refusal(21, 0, 0xfff);  // chunks, so words of a band
  expect_refusal(23, 0, 0x3ff);  // words of a slice
}

// A job of several slices, whose partial sums wait in the accumulators.
TEST_F(Errors, ABandOfMorePixelsThanAccumulatorsIsRefusedWhenSumsMustWait) {
  const auto sliced = [](int size, int band_rows) {
    ConvJob job = layer_shape(70, size, 8, 1, 1, 0);
    job.chunks_per_slice = 1;
    job.band_rows = band_rows;
    return job;
  };
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  place_jobs(sliced(32, 32));  // as many as there are
  expect_done(bench, first_);
  place_jobs(sliced(33, 31));
  expect_done(bench, first_);
  place_jobs(sliced(33, 32));
  bench.ring(first_.descriptor);
  ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
  EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusErrorMask);
  expect_error_info(bench, kDescriptor, Response::okay, kBadDescriptor);
}

// What the hardware counts with 32 bits.
TEST_F(Errors, ABandWhoseWordsOrBytesOverflowIsRefused) {
  ConvJob wide = first_.job;
  wide.in_h = wide.in_w = wide.out_h = wide.out_w = wide.row_end = wide.band_rows = 512;
  wide.kernel_h = wide.kernel_w = 1;
  wide.pad_top = wide.pad_left = 0;
  wide.chunks_per_slice = 3;  // all
  auto many_chunks = accelerator::encode(wide, variant_.array);
  many_chunks[21] = (many_chunks[21] & 0xffff0000) | 0x8000;  // 2^17 beats each

  ConvJob high = wide;
  high.form = Form::folded;
  high.in_channels = 3;
  high.chunks_per_slice = 1;
  high.in_h = high.out_h = high.row_end = 65535;
  high.in_w = 20000;
  high.out_w = 8;
  high.row_begin = 65534;  // the last row alone would fit
  high.band_rows = 1;
  for (const auto& words : {many_chunks, accelerator::encode(high, variant_.array)}) {
    std::memcpy(memory_.at(first_.descriptor, 128), words.data(), 128);
    Bench bench(variant_, memory_, Timing{}, 1);
    start(bench);
    ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusErrorMask);
    expect_error_info(bench, kDescriptor, Response::okay, kBadDescriptor);
  }
}

TEST_F(Errors, AnUnalignedDoorbellIsRefused) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  bench.ring(first_.descriptor + 16);
  expect_failure(bench, kDescriptor, Response::okay, kBadDescriptor, first_.descriptor + 16,
                 first_.descriptor + 17);
  expect_recovery(bench);
}

TEST_F(Errors, TheQueuedJobStillRunsAfterAnError) {
  for (const Engine engine : {kDescriptor, kFeatures, kWeights, kTable, kOutput}) {
    SCOPED_TRACE(engine);
    Bench bench(variant_, memory_, Timing{}, 1);
    const std::uint64_t at[] = {first_.descriptor, first_.job.input, first_.job.weights, first_.job.quant,
                                first_.job.output};
    bench.inject({at[engine], at[engine] + 16, engine != kOutput, engine == kOutput, Response::slave_error});
    start(bench);
    bench.ring(second_.descriptor);
    ASSERT_TRUE(bench.wait_until_idle(kLimit));
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data,
              regs::kIrqStatusDoneMask | regs::kIrqStatusErrorMask);
    EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 1u);
    expect_error_info(bench, engine, Response::slave_error, kBadResponse);
    expect_output(second_);
    expect_clean(bench);
  }
}

// The descriptor is fetched, and fails, long before its job's turn.
TEST_F(Errors, ABadDescriptorOfTheQueuedJobIsReportedAfterTheRunningOne) {
  for (const int stall : {0, 40}) {
    Timing timing;
    timing.stall_percent = stall;
    timing.interleave = stall != 0;
    Bench bench(variant_, memory_, timing, 5);
    bench.inject({second_.descriptor + 64, second_.descriptor + 80, true, false, Response::decode_error});
    start(bench);
    bench.ring(second_.descriptor);
    ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data & regs::kIrqStatusDoneMask,
              regs::kIrqStatusDoneMask);
    ASSERT_TRUE(bench.wait_until_idle(kLimit));
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data,
              regs::kIrqStatusDoneMask | regs::kIrqStatusErrorMask);
    EXPECT_EQ(bench.read_register(regs::kJobsDoneOffset).data, 1u);
    expect_error_info(bench, kDescriptor, Response::decode_error, kBadResponse);
    EXPECT_EQ(error_address(bench), second_.descriptor);
    EXPECT_EQ(bench.read_register(regs::kLastJobOffset).data, 0u);  // its id did not come
    expect_output(first_);
    expect_recovery(bench);
  }
}

TEST_F(Errors, TheFirstErrorIsKeptUntilItIsCleared) {
  Bench bench(variant_, memory_, Timing{}, 1);
  bench.inject({first_.job.quant, first_.job.quant + 16, true, false, Response::slave_error});
  bench.inject({second_.job.input, second_.job.input + 16, true, false, Response::decode_error});
  start(bench);
  bench.ring(second_.descriptor);
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  expect_error_info(bench, kTable, Response::slave_error, kBadResponse);
  bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusErrorMask);
  bench.ring(second_.descriptor);
  ASSERT_TRUE(bench.wait_until_idle(kLimit));
  expect_error_info(bench, kFeatures, Response::decode_error, kBadResponse);
}

// The second job fails while the host has not cleared the first one's error, and is told after that: whatever
// the cycle of the clearing write, ERROR_INFO and LAST_JOB tell of the job whose error bit is up.
TEST_F(Errors, WhatIsSaidOfAnErrorIsOfTheOneThatIsTold) {
  int before = 0, after = 0;
  for (int wait = 0; after < 3; ++wait) {
    ASSERT_LT(wait, 400);
    SCOPED_TRACE(wait);
    Timing slow;
    slow.read_latency = 60;
    Bench bench(variant_, memory_, slow, 1);
    bench.inject({first_.job.quant, first_.job.quant + 16, true, false, Response::slave_error});
    bench.inject({second_.job.input, second_.job.input + 16, true, false, Response::decode_error});
    start(bench);
    bench.ring(second_.descriptor);
    ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
    // It has drained, so what drains now is the second.
    while ((bench.read_register(regs::kStatusOffset).data & regs::kStatusDrainingMask) == 0) bench.cycle();
    if (wait == 0) {
      EXPECT_EQ(bench.read_register(regs::kLastJobOffset).data, first_.job.id);
      EXPECT_EQ(error_address(bench), first_.job.quant);
    }
    for (int i = 0; i < wait; ++i) bench.cycle();
    bench.write_register(regs::kIrqStatusOffset, regs::kIrqStatusErrorMask);
    ASSERT_TRUE(bench.wait_until_idle(kLimit));
    EXPECT_EQ(bench.read_register(regs::kLastJobOffset).data, second_.job.id);
    if (bench.pins().irq_o) {
      ++before;
      expect_error_info(bench, kFeatures, Response::decode_error, kBadResponse);
      EXPECT_EQ(error_address(bench), second_.job.input);
    } else {
      ++after;
      expect_error_info(bench, kTable, Response::slave_error, kBadResponse);
    }
  }
  EXPECT_GT(before, 0);
}

}  // namespace
}  // namespace tandem::rtl_test
