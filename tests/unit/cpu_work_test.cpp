// SPDX-License-Identifier: Apache-2.0
// Work of matrix products and the cycles of work, by hand.
#include <gtest/gtest.h>

#include "models/cpu/work.h"

namespace tandem::cpu {
namespace {

spec::CoreType core_type() {
  spec::CoreType core;
  core.fp32_macs_per_cycle = 4.0;
  core.int8_macs_per_cycle = 8.0;
  core.move_bytes_per_cycle = 2.0;
  core.transform_elements_per_cycle = 0.5;
  core.depthwise_macs_per_cycle = 0.25;
  core.gemv_macs_per_cycle = 1.0;
  core.special_cycles_per_element = 50;
  core.chooser = {3.0, 1.0, 1.0, 1.5};
  core.l1d = Bytes(32 * 1024);
  return core;
}

TEST(ProductWork, TheInterleavedKernelPadsTo8x12AndPacks) {
  const Work work = product_work(Kernel::interleaved, core_type(), 4, 9, 13, 64, 1);
  EXPECT_EQ(work.macs, 16 * 24 * 64);
  // 16 rows of depth 64 packed, and 16 x 24 sums of 4 bytes merged once.
  EXPECT_EQ(work.moved_bytes, 4 * 16 * 64 + 4 * 16 * 24);
}

TEST(ProductWork, DepthBeyondTheBlockMergesOnceABlock) {
  // Half of L1 over 4 x 12 bytes: a block of 341.
  EXPECT_EQ(depth_block(core_type(), 4), 341);
  EXPECT_EQ(product_work(Kernel::interleaved, core_type(), 4, 8, 12, 341, 1).moved_bytes,
            4 * 8 * 341 + 4 * 8 * 12);
  EXPECT_EQ(product_work(Kernel::interleaved, core_type(), 4, 8, 12, 342, 1).moved_bytes,
            4 * 8 * 342 + 2 * 4 * 8 * 12);
  EXPECT_EQ(depth_block(core_type(), 1), 1365) << "one-byte elements block four times deeper";
}

TEST(ProductWork, TheHybridKernelTakesRowsAsTheyAreAndIsSlowerByTheLibrarysTable) {
  const Work work = product_work(Kernel::hybrid, core_type(), 4, 9, 13, 64, 1);
  EXPECT_EQ(work.macs, 9 * 16 * 64 * 2.0) << "3.0 against 1.5 MACs a cycle";
  EXPECT_EQ(work.moved_bytes, 4 * 9 * 16) << "its results are written once";
}

TEST(DepthwiseWork, AMacIsThatOfA3x3WindowThatMovesByOne) {
  EXPECT_DOUBLE_EQ(depthwise_work({.kernel_h = 3, .kernel_w = 3}, 100).depthwise_macs, 900);
}

TEST(DepthwiseWork, InputsAreLoadedOnceATile) {
  const auto macs = [](int kernel, int stride) {
    return depthwise_work({.kernel_h = kernel, .kernel_w = kernel, .stride_h = stride, .stride_w = stride}, 1)
        .depthwise_macs;
  };
  // 9 MACs, 6x6 inputs of 4x4 results, one result: 12.25 operations. 2x2 results two apart need 5x5 inputs.
  EXPECT_DOUBLE_EQ(macs(3, 2), 9 * (9 + 25 / 4.0 + 1) / 12.25);
  EXPECT_DOUBLE_EQ(macs(5, 1), 9 * (25 + 36 / 4.0 + 1) / 12.25);
  EXPECT_DOUBLE_EQ(macs(5, 2), 9 * (25 + 49 / 4.0 + 1) / 12.25);
  // One that moves by one down and by two across has no kernel of its own: 4x5 inputs of 2x2 results.
  EXPECT_DOUBLE_EQ(
      depthwise_work({.kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 2}, 1).depthwise_macs,
      9 * (9 + 20 / 4.0 + 1) / 12.25);
}

TEST(ProductWork, ManyProductsAreSoManyTimesOne) {
  const Work one = product_work(Kernel::winograd_interleaved, core_type(), 4, 9, 13, 64, 1);
  const Work all = product_work(Kernel::winograd_interleaved, core_type(), 4, 9, 13, 64, 36);
  EXPECT_EQ(all.macs, 36 * one.macs);
  EXPECT_EQ(all.moved_bytes, 36 * one.moved_bytes);
}

TEST(CyclesOf, EachKindOfWorkRunsAtItsRate) {
  const auto cycles = [](const Work& work, network::Precision precision = network::Precision::fp32) {
    return cycles_of(work, core_type(), precision).raw();
  };
  EXPECT_EQ(cycles({.macs = 100}), 25);
  EXPECT_EQ(cycles({.macs = 100}, network::Precision::int8), 13) << "12.5 rounded up";
  EXPECT_EQ(cycles({.moved_bytes = 100}), 50);
  EXPECT_EQ(cycles({.transformed = 100}), 200);
  EXPECT_EQ(cycles({.depthwise_macs = 100}), 400);
  EXPECT_EQ(cycles({.gemv_macs = 100}), 100);
  EXPECT_EQ(cycles({.special = 100}), 5000);
  EXPECT_EQ(cycles({.macs = 100, .moved_bytes = 100, .launches = 3}), 75) << "launches are time, not cycles";
  EXPECT_EQ(cycles({}), 0);
}

}  // namespace
}  // namespace tandem::cpu
