// SPDX-License-Identifier: Apache-2.0
// What ends a job before its time, and the job behind it: the same at both fidelities.
#include <gtest/gtest.h>

#include "tests/sim/accelerator_bench.h"

namespace tandem::sim::test {
namespace {

constexpr Picoseconds kPeriod{5'000};         // of the bench's accelerator
constexpr std::uint32_t kNobody = 0x10'0000;  // an address that no target has

class ControlAtEachFidelity : public testing::TestWithParam<Fidelity> {};
INSTANTIATE_TEST_SUITE_P(Control, ControlAtEachFidelity, testing::Values(Fidelity::model, Fidelity::rtl),
                         [](const auto& fidelity) { return to_string(fidelity.param); });

std::uint32_t cause(std::uint32_t info) {
  return (info & regs::kErrorInfoCauseMask) >> regs::kErrorInfoCauseShift;
}
std::uint32_t engine(std::uint32_t info) {
  return (info & regs::kErrorInfoEngineMask) >> regs::kErrorInfoEngineShift;
}
constexpr std::uint32_t kWatchdogCause = 2, kAbortCause = 3;

void pause(Picoseconds time) { sc_core::wait(to_sc_time(time)); }
constexpr Picoseconds operator""_us(unsigned long long us) {
  return Picoseconds{static_cast<std::int64_t>(us) * 1'000'000};
}

// Until `bits` of IRQ_STATUS are up; the line may be up for another reason.
void wait_for(Host& host, std::uint32_t bits) {
  while ((host.read(regs::kIrqStatusOffset) & bits) != bits) pause(1_us);
}

void run_and_compare(AcceleratorBench& bench, Host& host, const PlacedJob& placed,
                     const std::vector<std::uint8_t>& expected) {
  host.doorbell(placed.descriptor);
  host.wait_interrupt();
  EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusDoneMask);
  EXPECT_EQ(host.read(regs::kLastJobOffset), placed.job.id);
  EXPECT_EQ(bench.bytes(placed.job.output, placed.output_bytes), expected);
}

const BusRecord* first_at(const AcceleratorBench& bench, std::uint64_t address) {
  for (const BusRecord& record : bench.records)
    if (record.address == address) return &record;
  return nullptr;
}

TEST_P(ControlAtEachFidelity, QueuedDescriptorIsFetchedWhileTheFirstJobRunsSoThatTheNextBeginsAtOnce) {
  AcceleratorBench bench(GetParam());
  const PlacedJob first = bench.place(32, 16, 16, 3, 1, 2);
  const PlacedJob second = bench.place(16, 10, 8, 1, 1, 3);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(first.descriptor);
    host.doorbell(second.descriptor);
    host.wait_interrupt();
    while (host.read(regs::kJobsDoneOffset) < 2) pause(1_us);
  });
  ASSERT_TRUE(bench.finished);
  const BusRecord* const descriptor = first_at(bench, second.descriptor);
  const BusRecord* const features = first_at(bench, second.job.input);
  ASSERT_TRUE(descriptor != nullptr && features != nullptr);
  const Picoseconds interrupt = bench.interrupt_times.front();
  EXPECT_LT(descriptor->end, interrupt);
  // 12 cycles to the address, one for it (rtl/accelerator/job_control.sv, loader.sv).
  EXPECT_EQ(features->begin - interrupt, kPeriod * 13);
}

TEST_P(ControlAtEachFidelity, ErrorOfTheQueuedDescriptorComesInItsTurn) {
  AcceleratorBench bench(GetParam());
  const PlacedJob good = bench.place(32, 16, 16, 3, 1, 4);
  const auto expected = bench.expected_output(good);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(good.descriptor);
    host.doorbell(kNobody);
    host.wait_interrupt();
    EXPECT_EQ(bench.bytes(good.job.output, good.output_bytes), expected);
    wait_for(host, regs::kIrqStatusErrorMask);
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusDoneMask | regs::kIrqStatusErrorMask);
    EXPECT_EQ(host.read(regs::kErrorInfoOffset), 3u << regs::kErrorInfoResponseShift);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), kNobody);
    EXPECT_EQ(host.read(regs::kLastJobOffset), 0u);  // no descriptor, no id
    EXPECT_EQ(host.read(regs::kJobsDoneOffset), 1u);
    host.clear_interrupt();
    run_and_compare(bench, host, good, expected);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(ControlAtEachFidelity, JobQueuedBehindOneThatFailsRuns) {
  AcceleratorBench bench(GetParam());
  const PlacedJob good = bench.place(32, 16, 16, 3, 1, 4);
  PlacedJob bad = bench.place(32, 16, 16, 3, 1, 5);
  bad.job.weights = kNobody;
  bench.write_descriptor(bad);
  const auto expected = bench.expected_output(good);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(bad.descriptor);
    host.doorbell(good.descriptor);
    wait_for(host, regs::kIrqStatusErrorMask | regs::kIrqStatusDoneMask);
    EXPECT_EQ(engine(host.read(regs::kErrorInfoOffset)), 2u);
    EXPECT_EQ(host.read(regs::kLastJobOffset), good.job.id);
  });
  EXPECT_TRUE(bench.finished);
  EXPECT_EQ(bench.bytes(good.job.output, good.output_bytes), expected);
}

// The queued job fails while the first one's error is still up, and is told when it has drained.
TEST_P(ControlAtEachFidelity, ErrorInfoAndLastJobAreOfTheErrorThatIsTold) {
  AcceleratorBench bench(GetParam());
  bench.slow.delay = [](const AxiPayload&) { return 40_us; };
  PlacedJob first = bench.place(32, 16, 16, 3, 1, 4);
  first.job.weights = kNobody;
  bench.write_descriptor(first);
  PlacedJob second = bench.place(8, 8, 8, 1, 1, 5);
  second.job.input = kSlow;
  second.job.quant = kNobody + 0x1000;
  bench.write_descriptor(second);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(first.descriptor);
    host.doorbell(second.descriptor);
    host.wait_interrupt();
    pause(10_us);
    EXPECT_EQ(host.read(regs::kStatusOffset), regs::kStatusBusyMask | regs::kStatusDrainingMask);
    EXPECT_EQ(host.read(regs::kLastJobOffset), first.job.id);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), kNobody);
    host.clear_interrupt();
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);
    EXPECT_LT(now(), 40_us);
    host.wait_interrupt();
    EXPECT_EQ(engine(host.read(regs::kErrorInfoOffset)), 3u);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), kNobody + 0x1000);
    EXPECT_EQ(host.read(regs::kLastJobOffset), second.job.id);
  });
  EXPECT_TRUE(bench.finished);
}

// Two slices of 1600 pixels: their partial sums do not fit.
TEST_P(ControlAtEachFidelity, BandOfMorePixelsThanAccumulatorsIsRefusedWhenSumsMustWait) {
  AcceleratorBench bench(GetParam());
  PlacedJob placed = bench.place(64, 40, 8, 1, 1, 6);
  placed.job.chunks_per_slice = 1;
  placed.job.band_rows = 20;
  bench.write_descriptor(placed);
  const auto expected = bench.expected_output(placed);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    run_and_compare(bench, host, placed, expected);
    host.clear_interrupt();
    placed.job.band_rows = 40;
    bench.write_descriptor(placed);
    host.doorbell(placed.descriptor);
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusErrorMask);
    EXPECT_EQ(host.read(regs::kErrorInfoOffset), 1u << regs::kErrorInfoCauseShift);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(ControlAtEachFidelity, AbortEndsTheRunningJobAndTheQueuedOneRuns) {
  AcceleratorBench bench(GetParam());
  const PlacedJob long_one = bench.place(64, 24, 32, 3, 1, 7);
  const PlacedJob queued = bench.place(32, 16, 16, 3, 1, 8);
  const auto expected = bench.expected_output(queued);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(long_one.descriptor);
    host.doorbell(queued.descriptor);
    pause(20_us);
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlAbortMask);
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusErrorMask);
    const std::uint32_t info = host.read(regs::kErrorInfoOffset);
    EXPECT_EQ(info, kAbortCause << regs::kErrorInfoCauseShift);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), static_cast<std::uint32_t>(long_one.descriptor));
    EXPECT_EQ(host.read(regs::kLastJobOffset), long_one.job.id);
    EXPECT_EQ(host.read(regs::kJobsDoneOffset), 0u);
    EXPECT_EQ(host.read(regs::kControlOffset), regs::kControlIrqEnableMask);
    wait_for(host, regs::kIrqStatusDoneMask);
    EXPECT_EQ(host.read(regs::kLastJobOffset), queued.job.id);
    EXPECT_EQ(bench.bytes(queued.job.output, queued.output_bytes), expected);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(ControlAtEachFidelity, AbortOfNothingIsNothing) {
  AcceleratorBench bench(GetParam());
  const PlacedJob placed = bench.place(32, 16, 16, 3, 1, 9);
  const auto expected = bench.expected_output(placed);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlAbortMask);
    pause(5_us);
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);
    EXPECT_EQ(host.read(regs::kStatusOffset), 0u);
    run_and_compare(bench, host, placed, expected);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(ControlAtEachFidelity, AbortGivesUpADescriptorThatDoesNotCome) {
  AcceleratorBench bench(GetParam());
  bench.slow.delay = [](const AxiPayload&) { return 40_us; };
  const PlacedJob placed = bench.place(32, 16, 16, 3, 1, 10);
  const auto expected = bench.expected_output(placed);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(kSlow);
    pause(2_us);
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlAbortMask);
    pause(2_us);
    EXPECT_EQ(host.read(regs::kStatusOffset), regs::kStatusBusyMask | regs::kStatusDrainingMask);
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);  // not before the bus is empty
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kErrorInfoOffset), kAbortCause << regs::kErrorInfoCauseShift);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), static_cast<std::uint32_t>(kSlow));
    host.clear_interrupt();
    run_and_compare(bench, host, placed, expected);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(ControlAtEachFidelity, SoftResetDrainsWhatTheBusStillOwes) {
  AcceleratorBench bench(GetParam());
  bench.slow.delay = [](const AxiPayload&) { return 40_us; };
  const PlacedJob good = bench.place(32, 16, 16, 3, 1, 11);
  PlacedJob stuck = bench.place(32, 16, 16, 3, 1, 12);
  stuck.job.input = kSlow;
  bench.write_descriptor(stuck);
  const auto expected = bench.expected_output(good);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(stuck.descriptor);
    host.doorbell(good.descriptor);
    pause(3_us);
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlSoftResetMask);
    EXPECT_EQ(host.read(regs::kStatusOffset), regs::kStatusBusyMask | regs::kStatusDrainingMask);
    while (host.read(regs::kStatusOffset) != 0) pause(1_us);
    EXPECT_GT(now(), 40_us);
    EXPECT_EQ(host.read(regs::kReadBeatsLoOffset), 0u);
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);
    run_and_compare(bench, host, good, expected);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(ControlAtEachFidelity, WatchdogIsOffAtFirstAndReadsBack) {
  AcceleratorBench bench(GetParam());
  bench.run([&](Host& host) {
    EXPECT_EQ(host.read(regs::kWatchdogOffset), 0u);
    EXPECT_EQ(host.write(regs::kWatchdogOffset, 0x1234'5678), BusStatus::okay);
    EXPECT_EQ(host.read(regs::kWatchdogOffset), 0x1234'5678u);
    host.write(regs::kControlOffset, regs::kControlSoftResetMask);
    EXPECT_EQ(host.read(regs::kWatchdogOffset), 0x1234'5678u);
  });
  EXPECT_TRUE(bench.finished);
}

// A read takes less than 80 cycles here, and never as little as 12; the job takes thousands.
TEST_P(ControlAtEachFidelity, WatchdogCountsSilenceAndNotTheTimeOfAJob) {
  AcceleratorBench bench(GetParam());
  const PlacedJob placed = bench.place(64, 24, 32, 3, 1, 13);
  const auto expected = bench.expected_output(placed);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.write(regs::kWatchdogOffset, 80);
    for (int i = 0; i < 2; ++i) {
      const Picoseconds begin = now();
      run_and_compare(bench, host, placed, expected);
      EXPECT_GT(now() - begin, kPeriod * 3000);
      host.clear_interrupt();
      pause(10_us);  // idle is no silence
    }
    host.write(regs::kWatchdogOffset, 12);
    host.doorbell(placed.descriptor);
    host.wait_interrupt();
    EXPECT_EQ(cause(host.read(regs::kErrorInfoOffset)), kWatchdogCause);
  });
  EXPECT_TRUE(bench.finished);
}

// Whom nobody answers, and which engine the job then waits for.
struct Silence {
  const char* name;
  std::uint32_t engine;
  std::uint64_t accelerator::ConvJob::*pointer;  // null: the descriptor
};

class EachSilence : public testing::TestWithParam<std::tuple<Fidelity, Silence>> {};
INSTANTIATE_TEST_SUITE_P(
    Control, EachSilence,
    testing::Combine(testing::Values(Fidelity::model, Fidelity::rtl),
                     testing::Values(Silence{"descriptor", 0, nullptr},
                                     Silence{"features", 1, &accelerator::ConvJob::input},
                                     Silence{"weights", 2, &accelerator::ConvJob::weights},
                                     Silence{"quant", 3, &accelerator::ConvJob::quant},
                                     Silence{"output", 4, &accelerator::ConvJob::output})),
    [](const auto& each) { return to_string(std::get<0>(each.param)) + "_" + std::get<1>(each.param).name; });

TEST_P(EachSilence, WatchdogTellsAtOnceAndTheNextJobRunsWhenTheBusHasAnswered) {
  const Silence silence = std::get<1>(GetParam());
  AcceleratorBench bench(std::get<0>(GetParam()));
  bench.slow.delay = [](const AxiPayload&) { return 80_us; };
  const PlacedJob good = bench.place(32, 16, 16, 3, 1, 14);
  PlacedJob stuck = bench.place(32, 16, 16, 3, 1, 15);
  if (silence.pointer != nullptr) stuck.job.*silence.pointer = kSlow;
  bench.write_descriptor(stuck);
  if (silence.pointer == nullptr) stuck.descriptor = kSlow;
  const auto expected = bench.expected_output(good);
  constexpr std::uint32_t kCycles = 600;
  Picoseconds last_beat{0};
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.write(regs::kWatchdogOffset, kCycles);
    host.doorbell(stuck.descriptor);
    host.doorbell(good.descriptor);
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusErrorMask);
    const std::uint32_t info = host.read(regs::kErrorInfoOffset);
    EXPECT_EQ(cause(info), kWatchdogCause);
    EXPECT_EQ(engine(info), silence.engine);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), static_cast<std::uint32_t>(stuck.descriptor));
    EXPECT_EQ(host.read(regs::kStatusOffset),
              regs::kStatusBusyMask | regs::kStatusQueueFullMask | regs::kStatusDrainingMask);
    EXPECT_LT(now(), 80_us);
    wait_for(host, regs::kIrqStatusDoneMask);
    EXPECT_GT(now(), 80_us);
    EXPECT_EQ(host.read(regs::kLastJobOffset), good.job.id);
    EXPECT_EQ(host.read(regs::kStatusOffset), 0u);
  });
  ASSERT_TRUE(bench.finished);
  EXPECT_EQ(bench.bytes(good.job.output, good.output_bytes), expected);
  // The silence begins behind the last beat that came, or with the descriptor's address.
  const Picoseconds interrupt = bench.interrupt_times.front();
  for (const BusRecord& record : bench.records)
    if (record.master == 1 && record.end < interrupt) last_beat = std::max(last_beat, record.end);
  if (silence.pointer == nullptr) last_beat = first_at(bench, kSlow)->begin;
  if (silence.pointer != &accelerator::ConvJob::output) {
    EXPECT_GE(interrupt - last_beat, kPeriod * kCycles);
    EXPECT_LE(interrupt - last_beat, kPeriod * (kCycles + 4));
  }
}

}  // namespace
}  // namespace tandem::sim::test
