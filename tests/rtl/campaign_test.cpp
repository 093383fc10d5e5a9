// SPDX-License-Identifier: Apache-2.0
// Random jobs through the RTL under every kind of bus behaviour: afterwards the whole memory must be what
// execute() makes of it, so nothing is written beside the job's output either.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/regs/accelerator_registers.h"
#include "tests/rtl/bench.h"
#include "tests/rtl/random_job.h"

namespace tandem::rtl_test {
namespace {

namespace regs = tandem::regs::accelerator;

Timing random_timing(Random& random) {
  Timing timing;
  timing.read_latency = static_cast<int>(random.between(1, 80));
  timing.write_latency = static_cast<int>(random.between(1, 60));
  timing.jitter = random.below(2) == 0 ? 0 : static_cast<int>(random.between(1, 50));
  timing.stall_percent = random.below(2) == 0 ? 0 : static_cast<int>(random.between(1, 70));
  timing.interleave = random.below(2) == 0;
  return timing;
}

void run_campaign(const std::string& array, int jobs, std::int64_t work) {
  const Variant variant = load_variant(array);
  Random random(20260, array);
  for (int i = 0; i < jobs; ++i) {
    Memory memory(random.below(2) == 0 ? 0x40000000 : 0x7'fffe'0000, std::size_t{4} << 20);
    for (std::uint8_t& byte : memory.data()) byte = static_cast<std::uint8_t>(i * 37 + 11);
    std::uint64_t offset = 16 * random.below(300);
    const accelerator::ConvJob shape = random_shape(random, variant.array, work);
    const PlacedJob placed = place(shape, variant.array, memory, offset, random);
    SCOPED_TRACE(array + " job " + std::to_string(i) + ": " + describe(placed.job));
    Memory expected = memory;
    accelerator::execute(placed.job, variant.array, expected);

    Bench bench(variant, memory, random_timing(random), random.next());
    bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
    bench.ring(placed.descriptor);
    ASSERT_TRUE(bench.wait_for_interrupt(100 * work + 1'000'000));
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
    EXPECT_EQ(bench.read_register(regs::kLastJobOffset).data, placed.job.id);
    EXPECT_EQ(bench.reads_outstanding() + bench.writes_outstanding(), 0u);
    for (const std::string& violation : bench.violations()) ADD_FAILURE() << violation;
    const auto difference =
        std::mismatch(memory.data().begin(), memory.data().end(), expected.data().begin());
    ASSERT_EQ(difference.first, memory.data().end())
        << "first difference "
        << difference.first - memory.data().begin() -
               static_cast<std::int64_t>(placed.job.output - memory.base())
        << " bytes from the output's start";
  }
}

TEST(Campaign, JobsOn8x32MatchTheModel) { run_campaign("8x32", 150, 6000); }
TEST(Campaign, JobsOn16x16MatchTheModel) { run_campaign("16x16", 60, 6000); }
TEST(Campaign, JobsOn2x32MatchTheModel) { run_campaign("2x32", 60, 6000); }
TEST(Campaign, JobsOn32x4WithItsEightOutputPlanesMatchTheModel) { run_campaign("32x4", 60, 6000); }

}  // namespace
}  // namespace tandem::rtl_test
