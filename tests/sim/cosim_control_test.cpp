// SPDX-License-Identifier: Apache-2.0
// What ends a job before its time, and the job behind it: the same at both fidelities.
#include "tests/sim/control_bench.h"

namespace tandem::sim::test {
namespace {

class ControlAtEachFidelity : public testing::TestWithParam<Fidelity> {};
INSTANTIATE_TEST_SUITE_P(Control, ControlAtEachFidelity, testing::Values(Fidelity::model, Fidelity::rtl),
                         [](const auto& fidelity) { return to_string(fidelity.param); });

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

}  // namespace
}  // namespace tandem::sim::test
