// SPDX-License-Identifier: Apache-2.0
// The watchdog and the bus that does not answer: the same at both fidelities.
#include "tests/sim/control_bench.h"

namespace tandem::sim::test {
namespace {

class WatchdogAtEachFidelity : public testing::TestWithParam<Fidelity> {};
INSTANTIATE_TEST_SUITE_P(Watchdog, WatchdogAtEachFidelity, testing::Values(Fidelity::model, Fidelity::rtl),
                         [](const auto& fidelity) { return to_string(fidelity.param); });

TEST_P(WatchdogAtEachFidelity, IsOffAtFirstAndReadsBack) {
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
TEST_P(WatchdogAtEachFidelity, CountsSilenceAndNotTheTimeOfAJob) {
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

// The bus still owes the features when the job fails; nobody may have to wait for them.
TEST_P(WatchdogAtEachFidelity, TellsAnAbortOrAnErrorWhoseBusStaysSilent) {
  AcceleratorBench bench(GetParam());
  bench.slow.delay = [](const AxiPayload&) { return 80_us; };
  PlacedJob stuck = bench.place(8, 8, 8, 1, 1, 16);
  stuck.job.input = kSlow;
  bench.write_descriptor(stuck);
  PlacedJob wrong = bench.place(8, 8, 8, 1, 1, 17);
  wrong.job.input = kSlow;
  wrong.job.quant = kNobody;
  bench.write_descriptor(wrong);
  constexpr std::uint32_t kCycles = 600;
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.write(regs::kWatchdogOffset, kCycles);
    for (const bool aborted : {true, false}) {
      const Picoseconds begin = now();
      host.doorbell(aborted ? stuck.descriptor : wrong.descriptor);
      pause(2_us);
      if (aborted) host.write(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlAbortMask);
      EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);
      host.wait_interrupt();
      EXPECT_GT(now() - begin, kPeriod * kCycles);
      EXPECT_LT(now() - begin, kPeriod * (kCycles + 300));
      EXPECT_EQ(cause(host.read(regs::kErrorInfoOffset)), aborted ? kAbortCause : 0u);
      EXPECT_EQ(host.read(regs::kStatusOffset), regs::kStatusBusyMask | regs::kStatusDrainingMask);
      host.clear_interrupt();
      while (host.read(regs::kStatusOffset) != 0) pause(1_us);
      EXPECT_GT(now() - begin, 80_us);
      EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);  // told once
    }
  });
  EXPECT_TRUE(bench.finished);
}

// The abort finds the array at work; its results cannot leave.
TEST_P(WatchdogAtEachFidelity, TellsAnAbortWhenTheArrayHasComeToItsEnd) {
  AcceleratorBench bench(GetParam());
  bench.slow.delay = [](const AxiPayload&) { return 200_us; };
  PlacedJob stuck = bench.place(64, 24, 32, 3, 1, 19);
  stuck.job.output = kSlow;
  bench.write_descriptor(stuck);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.write(regs::kWatchdogOffset, 600);
    host.doorbell(stuck.descriptor);
    pause(20_us);
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlAbortMask);
    host.wait_interrupt();
    EXPECT_LT(now(), 200_us);
    EXPECT_EQ(cause(host.read(regs::kErrorInfoOffset)), kAbortCause);
    EXPECT_EQ(host.read(regs::kStatusOffset), regs::kStatusBusyMask | regs::kStatusDrainingMask);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(WatchdogAtEachFidelity, SetLateCountsTheSilenceSoFar) {
  AcceleratorBench bench(GetParam());
  bench.slow.delay = [](const AxiPayload&) { return 80_us; };
  PlacedJob stuck = bench.place(8, 8, 8, 1, 1, 18);
  stuck.job.input = kSlow;
  bench.write_descriptor(stuck);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(stuck.descriptor);
    pause(20_us);
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);
    const Picoseconds begin = now();
    host.write(regs::kWatchdogOffset, 600);
    host.wait_interrupt();
    EXPECT_LT(now() - begin, 1_us);
    EXPECT_EQ(cause(host.read(regs::kErrorInfoOffset)), kWatchdogCause);
  });
  EXPECT_TRUE(bench.finished);
}

}  // namespace
}  // namespace tandem::sim::test
