// SPDX-License-Identifier: Apache-2.0
// The same contract for the accelerator's model and for its RTL: started over the bus, bytes, interrupt,
// errors.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/accelerator_bench.h"

namespace tandem::sim::test {
namespace {

class EachFidelity : public testing::TestWithParam<Fidelity> {};
INSTANTIATE_TEST_SUITE_P(Accelerator, EachFidelity, testing::Values(Fidelity::model, Fidelity::rtl),
                         [](const auto& fidelity) { return to_string(fidelity.param); });

TEST_P(EachFidelity, JobWritesWhatExecuteComputesAndInterrupts) {
  AcceleratorBench bench(GetParam());
  const PlacedJob placed = bench.place(40, 12, 20, 3, 1, 1);
  const auto expected = bench.expected_output(placed);
  ASSERT_NE(bench.bytes(placed.job.output, placed.output_bytes), expected);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    EXPECT_EQ(host.read(regs::kStatusOffset), 0u);
    EXPECT_EQ(host.doorbell(placed.descriptor), BusStatus::okay);
    EXPECT_EQ(host.read(regs::kStatusOffset) & regs::kStatusBusyMask, regs::kStatusBusyMask);
    host.wait_interrupt();
    EXPECT_EQ(bench.bytes(placed.job.output, placed.output_bytes), expected);
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusDoneMask);
    EXPECT_EQ(host.read(regs::kJobsDoneOffset), 1u);
    EXPECT_EQ(host.read(regs::kLastJobOffset), placed.job.id);
    EXPECT_EQ(host.read(regs::kStatusOffset), 0u);
    host.clear_interrupt();
  });
  EXPECT_TRUE(bench.finished);
  ASSERT_EQ(bench.interrupt_times.size(), 2u);  // up, and down again
  const AcceleratorCounters counters = bench.accelerator->counters();
  EXPECT_EQ(counters.jobs, 1);
  EXPECT_EQ(counters.errors, 0);
  EXPECT_EQ(counters.mac_active, accelerator::mac_cycles(placed.job, small_array()));
  EXPECT_GT(counters.busy, counters.mac_active);
  EXPECT_EQ(bench.accelerator->traffic().read_bytes, bench.bus.master_counters(1).read_bytes);
}

TEST_P(EachFidelity, IdentifiesItself) {
  AcceleratorBench bench(GetParam());
  bench.run([&](Host& host) {
    EXPECT_EQ(host.read(regs::kIdOffset), regs::kIdValue);
    EXPECT_EQ(host.read(regs::kVersionOffset) >> regs::kVersionMajorShift, 1u);
    const std::uint32_t array = host.read(regs::kCapabilityArrayOffset);
    EXPECT_EQ(array & regs::kCapabilityArrayTmMask, 8u);
    EXPECT_EQ((array & regs::kCapabilityArrayTnMask) >> regs::kCapabilityArrayTnShift, 32u);
    EXPECT_EQ((array & regs::kCapabilityArrayBlockMask) >> regs::kCapabilityArrayBlockShift, 8u);
    const std::uint32_t buffers = host.read(regs::kCapabilityBuffersOffset);
    EXPECT_EQ(buffers & regs::kCapabilityBuffersFeatureKibMask, small_array().feature_bytes / 1024);
    EXPECT_EQ(host.read(regs::kCapabilityLimitsOffset) >> regs::kCapabilityLimitsOutstandingWritesShift, 8u);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(EachFidelity, AccessThatNoRegisterTakesIsASlaveError) {
  AcceleratorBench bench(GetParam());
  bench.run([&](Host& host) {
    host.read(0x0fc);
    EXPECT_EQ(host.last_status, BusStatus::slave_error);
    EXPECT_EQ(host.write(regs::kJobsDoneOffset, 5), BusStatus::slave_error);
    host.read(regs::kIdOffset);
    EXPECT_EQ(host.last_status, BusStatus::okay);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(EachFidelity, OneJobQueuesBehindTheRunningOneAndAThirdIsRefused) {
  AcceleratorBench bench(GetParam());
  const PlacedJob first = bench.place(32, 16, 16, 3, 1, 2);
  const PlacedJob second = bench.place(16, 10, 8, 1, 1, 3);
  const auto expected_first = bench.expected_output(first);
  const auto expected_second = bench.expected_output(second);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    EXPECT_EQ(host.doorbell(first.descriptor), BusStatus::okay);
    EXPECT_EQ(host.doorbell(second.descriptor), BusStatus::okay);
    EXPECT_EQ(host.read(regs::kStatusOffset), regs::kStatusBusyMask | regs::kStatusQueueFullMask);
    EXPECT_EQ(host.doorbell(first.descriptor), BusStatus::slave_error);
    while (host.read(regs::kJobsDoneOffset) < 2) sc_core::wait(sc_core::sc_time(1, sc_core::SC_US));
    EXPECT_EQ(host.read(regs::kLastJobOffset), second.job.id);
  });
  EXPECT_TRUE(bench.finished);
  EXPECT_EQ(bench.bytes(first.job.output, first.output_bytes), expected_first);
  EXPECT_EQ(bench.bytes(second.job.output, second.output_bytes), expected_second);
}

// Where the job's pointers lead nowhere, and which engine says so.
struct Fault {
  const char* name;
  std::uint32_t engine;
  std::uint64_t accelerator::ConvJob::*pointer;
};

class EachFault : public testing::TestWithParam<std::tuple<Fidelity, Fault>> {};
INSTANTIATE_TEST_SUITE_P(Accelerator, EachFault,
                         testing::Combine(testing::Values(Fidelity::model, Fidelity::rtl),
                                          testing::Values(Fault{"features", 1, &accelerator::ConvJob::input},
                                                          Fault{"weights", 2, &accelerator::ConvJob::weights},
                                                          Fault{"quant", 3, &accelerator::ConvJob::quant},
                                                          Fault{"output", 4, &accelerator::ConvJob::output})),
                         [](const auto& each) {
                           return to_string(std::get<0>(each.param)) + "_" + std::get<1>(each.param).name;
                         });

TEST_P(EachFault, DecodeErrorIsLatchedAndTheNextJobRuns) {
  const Fault fault = std::get<1>(GetParam());
  AcceleratorBench bench(std::get<0>(GetParam()));
  const PlacedJob good = bench.place(32, 16, 16, 3, 1, 4);
  PlacedJob bad = bench.place(32, 16, 16, 3, 1, 5);
  bad.job.*fault.pointer = 0x10'0000;
  bench.write_descriptor(bad);
  const auto expected = bench.expected_output(good);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(bad.descriptor);
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusErrorMask);
    EXPECT_EQ(host.read(regs::kErrorInfoOffset), fault.engine | 3u << regs::kErrorInfoResponseShift);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), 0x10'0000u);
    EXPECT_EQ(host.read(regs::kErrorAddrHiOffset), 0u);
    EXPECT_EQ(host.read(regs::kLastJobOffset), bad.job.id);
    EXPECT_EQ(host.read(regs::kJobsDoneOffset), 0u);
    host.clear_interrupt();
    host.doorbell(good.descriptor);
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusDoneMask);
  });
  EXPECT_TRUE(bench.finished);
  EXPECT_EQ(bench.bytes(good.job.output, good.output_bytes), expected);
  EXPECT_GE(bench.accelerator->counters().errors, 1);
}

TEST_P(EachFidelity, DescriptorNowhereIsADecodeErrorOfTheDescriptorEngine) {
  AcceleratorBench bench(GetParam());
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(0x1'0020'0000);
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kErrorInfoOffset), 3u << regs::kErrorInfoResponseShift);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), 0x0020'0000u);
    EXPECT_EQ(host.read(regs::kErrorAddrHiOffset), 1u);
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(EachFidelity, WhatIsNoDescriptorIsRefused) {
  AcceleratorBench bench(GetParam());
  const PlacedJob placed = bench.place(32, 16, 16, 3, 1, 6);
  *bench.dram.at(placed.descriptor, 1) ^= 0xff;  // the mark
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(placed.descriptor);
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusErrorMask);
    EXPECT_EQ(host.read(regs::kErrorInfoOffset), 1u << regs::kErrorInfoCauseShift);
    EXPECT_EQ(host.read(regs::kErrorAddrLoOffset), static_cast<std::uint32_t>(placed.descriptor));
  });
  EXPECT_TRUE(bench.finished);
}

TEST_P(EachFidelity, SoftResetForgetsTheRunningAndTheQueuedJob) {
  AcceleratorBench bench(GetParam());
  const PlacedJob placed = bench.place(64, 24, 32, 3, 1, 7);
  const auto expected = bench.expected_output(placed);
  bench.run([&](Host& host) {
    host.doorbell(placed.descriptor);
    host.doorbell(placed.descriptor);
    sc_core::wait(sc_core::sc_time(5, sc_core::SC_US));
    host.write(regs::kControlOffset, regs::kControlSoftResetMask);
    while (host.read(regs::kStatusOffset) != 0) sc_core::wait(sc_core::sc_time(1, sc_core::SC_US));
    sc_core::wait(sc_core::sc_time(200, sc_core::SC_US));
    EXPECT_EQ(host.read(regs::kJobsDoneOffset), 0u);
    EXPECT_EQ(host.read(regs::kIrqStatusOffset), 0u);
    EXPECT_EQ(host.read(regs::kCyclesBusyLoOffset), 0u);
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    host.doorbell(placed.descriptor);
    host.wait_interrupt();
    EXPECT_EQ(host.read(regs::kJobsDoneOffset), 1u);
  });
  EXPECT_TRUE(bench.finished);
  EXPECT_EQ(bench.bytes(placed.job.output, placed.output_bytes), expected);
}

void two_jobs_with_pauses(AcceleratorBench& bench) {
  const PlacedJob first = bench.place(32, 16, 16, 3, 1, 8);
  const PlacedJob second = bench.place(24, 9, 12, 3, 2, 9);
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    for (const PlacedJob* placed : {&first, &second}) {
      sc_core::wait(sc_core::sc_time(7'123'457, sc_core::SC_PS));
      host.doorbell(placed->descriptor);
      host.wait_interrupt();
      host.clear_interrupt();
    }
  });
  EXPECT_TRUE(bench.finished);
}

std::vector<std::tuple<std::uint32_t, std::uint64_t, std::uint32_t, std::int64_t, std::int64_t>> beats_of(
    const AcceleratorBench& bench) {
  std::vector<std::tuple<std::uint32_t, std::uint64_t, std::uint32_t, std::int64_t, std::int64_t>> all;
  for (const BusRecord& record : bench.records)
    all.emplace_back(record.master, record.address, record.bytes, record.begin.raw(), record.end.raw());
  return all;
}

// A line for each channel that hands something over.
std::string beats_at(std::int64_t cycle, const TandemPins& p) {
  std::string text;
  const auto beat = [&](const char* channel, unsigned valid, unsigned ready, const std::string& what) {
    if (valid != 0 && ready != 0) text += fmt::format("\n{} {} {}", channel, cycle, what);
  };
  beat("AR", p.m_arvalid_o, p.m_arready_i, fmt::format("{:x} {} {}", p.m_araddr_o, p.m_arlen_o, p.m_arid_o));
  beat("R", p.m_rvalid_i, p.m_rready_o, fmt::format("{} {:02x}", p.m_rid_i, fmt::join(p.m_rdata_i, "")));
  beat("AW", p.m_awvalid_o, p.m_awready_i, fmt::format("{:x} {} {}", p.m_awaddr_o, p.m_awlen_o, p.m_awid_o));
  beat("W", p.m_wvalid_o, p.m_wready_i,
       fmt::format("{:04x} {:02x}", p.m_wstrb_o, fmt::join(p.m_wdata_o, "")));
  beat("B", p.m_bvalid_i, p.m_bready_o, fmt::format("{} {}", p.m_bid_i, p.m_bresp_i));
  beat("register AW", p.s_awvalid_i, p.s_awready_o, fmt::format("{:x}", p.s_awaddr_i));
  beat("register W", p.s_wvalid_i, p.s_wready_o, fmt::format("{:x}", p.s_wdata_i));
  beat("register B", p.s_bvalid_o, p.s_bready_i, fmt::format("{}", p.s_bresp_o));
  beat("register AR", p.s_arvalid_i, p.s_arready_o, fmt::format("{:x}", p.s_araddr_i));
  beat("register R", p.s_rvalid_o, p.s_rready_i, fmt::format("{:x}", p.s_rdata_o));
  return text;
}

// sc_stop() ends a process's one simulation, so each of the runs has its own child.
TEST(IdleClock, NeitherStoppingItNorRunningAheadChangesTheTimeOfAnyTransfer) {
  // What crossed the pins in each cycle, every interrupt and every burst at the ports; first the cycles
  // evaluated.
  const auto digest = [](bool keep_clock_running, bool head_start) {
    int pipe_ends[2];
    EXPECT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      AcceleratorBench bench(Fidelity::rtl, keep_clock_running, "", head_start);
      std::string beats;
      dynamic_cast<AcceleratorRtl&>(*bench.accelerator)
          .on_activity([&](std::int64_t cycle, const TandemPins& pins) { beats += beats_at(cycle, pins); });
      two_jobs_with_pauses(bench);
      std::string text = std::to_string(bench.accelerator->counters().evaluated_cycles) + beats;
      for (const auto& [master, address, bytes, begin, end] : beats_of(bench))
        text += fmt::format("\n{} {:x} {} {} {}", master, address, bytes, begin, end);
      for (const Picoseconds time : bench.interrupt_times) text += fmt::format("\nirq {}", time.raw());
      for (std::size_t done = 0; done < text.size();) {
        const ssize_t written = ::write(pipe_ends[1], text.data() + done, text.size() - done);
        if (written <= 0) break;
        done += static_cast<std::size_t>(written);
      }
      _exit(0);
    }
    close(pipe_ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    close(pipe_ends[0]);
    waitpid(child, nullptr, 0);
    return text;
  };
  const std::string stopped = digest(false, true), running = digest(true, true);
  const auto first_line = [](const std::string& text) { return std::stoll(text.substr(0, text.find('\n'))); };
  ASSERT_NE(stopped.find('\n'), std::string::npos);
  EXPECT_EQ(stopped.substr(stopped.find('\n')), running.substr(running.find('\n')));
  EXPECT_LT(first_line(stopped) + 2000, first_line(running));
  EXPECT_EQ(stopped, digest(false, false));
  EXPECT_EQ(running, digest(true, false));
  for (const char* const channel : {"\nAR ", "\nR ", "\nAW ", "\nW ", "\nB ", "\nregister"})
    EXPECT_NE(stopped.find(channel), std::string::npos) << "no beat of" << channel;
}

// While the array computes and nobody else does anything, the kernel is not troubled for every cycle.
TEST(IdleClock, ManyCyclesAreEvaluatedInOneGo) {
  AcceleratorBench bench(Fidelity::rtl);
  const PlacedJob placed = bench.place(32, 24, 32, 3, 1, 10);
  std::uint64_t switches = 0;
  bench.run([&](Host& host) {
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    const std::uint64_t before = sc_core::sc_delta_count();
    host.doorbell(placed.descriptor);
    host.wait_interrupt();
    switches = sc_core::sc_delta_count() - before;
  });
  EXPECT_TRUE(bench.finished);
  EXPECT_LT(switches * 3, bench.accelerator->counters().evaluated_cycles);
}

}  // namespace
}  // namespace tandem::sim::test
