// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/regs/accelerator_registers.h"
#include "tests/rtl/bench.h"

namespace tandem::rtl_test {
namespace {

namespace regs = tandem::regs::accelerator;

class Registers : public testing::Test {
 protected:
  Registers()
      : variant_(load_variant("8x32")), memory_(0x40000000, 4096), bench_(variant_, memory_, Timing{}, 1) {}
  void TearDown() override {
    for (const std::string& violation : bench_.violations()) ADD_FAILURE() << violation;
  }
  Variant variant_;
  Memory memory_;
  Bench bench_;
};

TEST_F(Registers, SayWhatTheAcceleratorIs) {
  EXPECT_EQ(bench_.read_register(regs::kIdOffset).data, regs::kIdValue);
  EXPECT_EQ(bench_.read_register(regs::kVersionOffset).data, (1u << regs::kVersionMajorShift) | 1u);
  const auto& array = variant_.array;
  EXPECT_EQ(
      bench_.read_register(regs::kCapabilityArrayOffset).data,
      static_cast<std::uint32_t>(array.tm | array.tn << 8 | array.bus_bytes << 16 | array.block() << 24));
  EXPECT_EQ(bench_.read_register(regs::kCapabilityBuffersOffset).data,
            static_cast<std::uint32_t>(array.feature_bytes / 1024 | array.weight_bytes / 1024 << 16));
  EXPECT_EQ(
      bench_.read_register(regs::kCapabilityLimitsOffset).data & regs::kCapabilityLimitsAccumulatorsMask,
      static_cast<std::uint32_t>(array.accumulators));
}

TEST_F(Registers, AnUnknownOffsetIsAnErrorInBothDirections) {
  for (const std::uint32_t offset : {0x014u, 0x02cu, 0x098u, 0x7fcu, 0xffcu, 0x022u}) {
    EXPECT_EQ(bench_.read_register(offset).response, Response::slave_error) << offset;
    EXPECT_EQ(bench_.write_register(offset, 1), Response::slave_error) << offset;
  }
}

TEST_F(Registers, WritingAReadOnlyRegisterIsAnErrorAndChangesNothing) {
  EXPECT_EQ(bench_.write_register(regs::kIdOffset, 0), Response::slave_error);
  EXPECT_EQ(bench_.read_register(regs::kIdOffset).data, regs::kIdValue);
}

TEST_F(Registers, WritesHonourTheByteStrobes) {
  EXPECT_EQ(bench_.write_register(regs::kDoorbellHiOffset, 0x11223344), Response::okay);
  EXPECT_EQ(bench_.write_register(regs::kDoorbellHiOffset, 0xaabbccdd, 0b0101), Response::okay);
  EXPECT_EQ(bench_.read_register(regs::kDoorbellHiOffset).data, 0x11bb33ddu);
}

TEST_F(Registers, APartOfADoorbellIsRefusedAndAWriteWithoutStrobesChangesNothing) {
  for (std::uint32_t strobe = 0; strobe < 0xf; ++strobe) {
    EXPECT_EQ(bench_.write_register(regs::kDoorbellLoOffset, 0x40000000, strobe),
              strobe == 0 ? Response::okay : Response::slave_error)
        << strobe;
    EXPECT_EQ(bench_.read_register(regs::kStatusOffset).data, 0u) << strobe;
  }
  for (int i = 0; i < 300; ++i) bench_.cycle();
  EXPECT_EQ(bench_.read_counter(regs::kReadBeatsLoOffset), 0u);
}

TEST_F(Registers, TheSoftResetBitReadsZeroAndTheInterruptEnableReadsBack) {
  bench_.write_register(regs::kControlOffset, regs::kControlIrqEnableMask | regs::kControlSoftResetMask);
  EXPECT_EQ(bench_.read_register(regs::kControlOffset).data, regs::kControlIrqEnableMask);
  EXPECT_TRUE(bench_.wait_until_idle(100));
}

TEST_F(Registers, NothingMovesWithoutADoorbell) {
  for (int i = 0; i < 1000; ++i) bench_.cycle();
  EXPECT_TRUE(bench_.pins().idle_o);
  EXPECT_EQ(bench_.read_counter(regs::kReadBeatsLoOffset), 0u);
  EXPECT_EQ(bench_.read_counter(regs::kCyclesBusyLoOffset), 0u);
  EXPECT_EQ(bench_.read_register(regs::kStatusOffset).data, 0u);
}

}  // namespace
}  // namespace tandem::rtl_test
