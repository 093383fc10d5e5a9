// SPDX-License-Identifier: Apache-2.0
// What the tests of a job's early end share.
#pragma once

#include <gtest/gtest.h>

#include "tests/sim/accelerator_bench.h"

namespace tandem::sim::test {

inline constexpr Picoseconds kPeriod{5'000};         // of the bench's accelerator
inline constexpr std::uint32_t kNobody = 0x10'0000;  // an address that no target has

inline std::uint32_t cause(std::uint32_t info) {
  return (info & regs::kErrorInfoCauseMask) >> regs::kErrorInfoCauseShift;
}
inline std::uint32_t engine(std::uint32_t info) {
  return (info & regs::kErrorInfoEngineMask) >> regs::kErrorInfoEngineShift;
}
inline constexpr std::uint32_t kWatchdogCause = 2, kAbortCause = 3;

inline void pause(Picoseconds time) { sc_core::wait(to_sc_time(time)); }
constexpr Picoseconds operator""_us(unsigned long long us) {
  return Picoseconds{static_cast<std::int64_t>(us) * 1'000'000};
}

// Until `bits` of IRQ_STATUS are up; the line may be up for another reason.
inline void wait_for(Host& host, std::uint32_t bits) {
  while ((host.read(regs::kIrqStatusOffset) & bits) != bits) pause(1_us);
}

inline void run_and_compare(AcceleratorBench& bench, Host& host, const PlacedJob& placed,
                            const std::vector<std::uint8_t>& expected) {
  host.doorbell(placed.descriptor);
  host.wait_interrupt();
  EXPECT_EQ(host.read(regs::kIrqStatusOffset), regs::kIrqStatusDoneMask);
  EXPECT_EQ(host.read(regs::kLastJobOffset), placed.job.id);
  EXPECT_EQ(bench.bytes(placed.job.output, placed.output_bytes), expected);
}

inline const BusRecord* first_at(const AcceleratorBench& bench, std::uint64_t address) {
  for (const BusRecord& record : bench.records)
    if (record.address == address) return &record;
  return nullptr;
}

}  // namespace tandem::sim::test
