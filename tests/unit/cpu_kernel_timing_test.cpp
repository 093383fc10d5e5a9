// SPDX-License-Identifier: Apache-2.0
// Compute cycles of a share against the published formula, worked out by hand for the A53's constants.
#include <gtest/gtest.h>

#include <cmath>

#include "models/cpu/kernel_timing.h"
#include "tests/unit/sketch.h"

namespace tandem::cpu {
namespace {

using network::LayerKind;
using network::Precision;
using test::conv;
using test::fully_connected;
using test::layer_of;
using test::pool;
using test::Sketch;
using test::square;

// ARM Compute Library 21.02, a64_sgemm_8x12 on a Cortex-A53.
constexpr spec::CoreType::Gemm kA53{2.777, 0.987, 0.898};
constexpr Bytes kL1{32 * 1024};

TEST(GemmCycles, OneMicroKernel) {
  // 8 x 12 x 64 / 2.777 = 2212.459, 4 x 8 x 64 / 0.987 = 2074.975, 4 x 8 x 12 / 0.898 = 427.617; the sum is
  // 4715.05.
  EXPECT_EQ(gemm_cycles(kA53, kL1, 4, 8, 12, 64), Cycles(4716));
}

TEST(GemmCycles, RowsAndColumnsArePaddedToTheKernel) {
  EXPECT_EQ(gemm_cycles(kA53, kL1, 4, 1, 1, 64), Cycles(4716));
  // 16 x 12 x 64 / 2.777 = 4424.919, 4 x 16 x 64 / 0.987 = 4149.949, 4 x 16 x 12 / 0.898 = 855.234.
  EXPECT_EQ(gemm_cycles(kA53, kL1, 4, 9, 12, 64), Cycles(9431));
  // 8 x 24 x 64 / 2.777 = 4424.919, 2074.975 again, 4 x 8 x 24 / 0.898 = 855.234.
  EXPECT_EQ(gemm_cycles(kA53, kL1, 4, 8, 13, 64), Cycles(7356));
}

TEST(GemmCycles, DepthBeyondTheBlockMergesOnceABlock) {
  // Half of L1 over 4 x 12 bytes: a block of 341. At 341: 11788.261 + 11055.724 + 427.617; at 342: 11822.831
  // + 11088.146 + 2 x 427.617.
  EXPECT_EQ(gemm_cycles(kA53, kL1, 4, 8, 12, 341), Cycles(23272));
  EXPECT_EQ(gemm_cycles(kA53, kL1, 4, 8, 12, 342), Cycles(23767));
}

TEST(GemmCycles, OneByteElementsPrepareAQuarterAndBlockFourTimesDeeper) {
  // 11822.831 + 2772.036 + 427.617, with a block of 1365.
  EXPECT_EQ(gemm_cycles(kA53, kL1, 1, 8, 12, 342), Cycles(15023));
}

TEST(GemmCycles, ATypicalLayer) {
  // 3x3, 64 to 128 channels, 56x56 pixels: M 3136, N 128 (132), K 576, 2 blocks.
  // 3136 x 132 x 576 / 2.777 = 85861127.8, 4 x 3136 x 576 / 0.987 = 7320510.6, 4 x 2 x 3136 x 132 / 0.898 =
  // 3687768.4.
  EXPECT_EQ(gemm_cycles(kA53, kL1, 4, 3136, 128, 576), Cycles(96869407));
}

spec::CoreType core_type() {
  spec::CoreType core;
  core.gemm_fp32 = kA53;
  core.gemm_int8 = {4.0, 2.0, 1.0};
  core.gemv_macs_per_cycle = 1.5;
  core.depthwise_macs_per_cycle = 1.25;
  core.simple_ops_per_cycle = 2.0;
  core.special_cycles_per_element = 40.0;
  core.l1d = kL1;
  return core;
}

std::int64_t cycles_of(const network::Shape& input, const network::Layer& layer, const Share& share,
                       Precision precision = Precision::fp32) {
  const auto network = Sketch(input).add(layer).build();
  return compute_cycles(*network, 1, precision, core_type(), share).raw();
}

TEST(ComputeCycles, AConvolutionIsTheGemmOfItsShare) {
  const network::Shape input{16, 10, 10};
  EXPECT_EQ(cycles_of(input, conv("l", 24, square(3, 1, 1)), {4, 20, 8, 32}),
            gemm_cycles(kA53, kL1, 4, 24, 16, 144).raw());
  EXPECT_EQ(cycles_of(input, conv("l", 24, square(3, 1, 1)), {4, 20, 8, 32}, Precision::int8),
            gemm_cycles(core_type().gemm_int8, kL1, 1, 24, 16, 144).raw());
}

TEST(ComputeCycles, EveryGroupTouchedIsAGemmOfItsOwn) {
  // Channels 4..20 of three groups of 8: 4, 8 and 4 columns, each padded to 12.
  EXPECT_EQ(cycles_of({24, 10, 10}, conv("l", 24, square(3, 1, 1), 3), {4, 20, 0, 100}),
            3 * gemm_cycles(kA53, kL1, 4, 100, 8, 72).raw());
}

TEST(ComputeCycles, TheOtherKindsRunAtTheRatesOfTheCore) {
  const network::Shape input{8, 6, 6};
  const Share share{0, 4, 0, 30};  // 120 elements
  EXPECT_EQ(cycles_of(input, conv("l", 8, square(3, 1, 1), 8), share), 864) << "120 x 9 MACs at 1.25";
  EXPECT_EQ(cycles_of(input, pool(LayerKind::max_pool, "l", square(3, 1, 1)), share), 540) << "120 x 9 at 2";
  EXPECT_EQ(cycles_of(input, pool(LayerKind::avg_pool, "l", square(3, 1, 1)), share), 540);
  EXPECT_EQ(cycles_of(input, layer_of(LayerKind::lrn, "l"), share), 4800) << "120 x 40";
  EXPECT_EQ(cycles_of(input, layer_of(LayerKind::softmax, "l"), share), 4800);
  EXPECT_EQ(cycles_of(input, layer_of(LayerKind::batch_norm, "l"), share), 4800);
  EXPECT_EQ(cycles_of(input, layer_of(LayerKind::flatten, "l"), {0, 120, 0, 1}), 60);
  EXPECT_EQ(cycles_of(input, layer_of(LayerKind::global_avg_pool, "l"), {0, 5, 0, 1}), 90) << "5 x 36 at 2";
  EXPECT_EQ(cycles_of(input, fully_connected("l", 10), {0, 5, 0, 1}), 960) << "5 x 288 at 1.5";
  const auto sum = Sketch(input).add(layer_of(LayerKind::add, "l"), {"data", "data", "data"}).build();
  EXPECT_EQ(compute_cycles(*sum, 1, Precision::fp32, core_type(), share), Cycles(180)) << "120 x 3 at 2";
}

TEST(ComputeCycles, NothingTakesNoTime) {
  EXPECT_EQ(cycles_of({8, 6, 6}, conv("l", 8, square(1)), {0, 0, 0, 36}), 0);
  EXPECT_EQ(cycles_of({8, 6, 6}, conv("l", 8, square(1)), {0, 8, 36, 36}), 0);
}

}  // namespace
}  // namespace tandem::cpu
