// SPDX-License-Identifier: Apache-2.0
// The bytes a share reads and writes: none that the kernel touches may be missing, and no more than it needs.
#include <gtest/gtest.h>

#include "models/lowering/footprint.h"
#include "tests/unit/sketch.h"

namespace tandem::lowering {
namespace {

using network::LayerKind;
using network::Precision;
using test::conv;
using test::fully_connected;
using test::id_of;
using test::layer_of;
using test::model_of_sizes;
using test::pool;
using test::Sketch;
using test::square;

class FootprintOf : public testing::Test {
 protected:
  // The last layer's footprint; addresses of tensors and weights count from their own beginning.
  Footprint of(const Sketch& sketch, const cpu::Share& share, Precision precision = Precision::int8) {
    model_ = model_of_sizes(sketch.build(), precision);
    platform_ = spec::read_platform("ultra96");
    placement_ = place(model_, platform_);
    return footprint(*model_.network, placement_, model_.network->output(), share);
  }
  [[nodiscard]] AddressRange of_tensor(const char* name, std::int64_t offset, std::int64_t bytes) const {
    const auto at = static_cast<std::size_t>(id_of(*model_.network, name));
    return {placement_.layers[at].output.address + static_cast<std::uint64_t>(offset), bytes};
  }
  [[nodiscard]] AddressRange of_weights(const char* name, std::int64_t offset, std::int64_t bytes) const {
    const auto at = static_cast<std::size_t>(id_of(*model_.network, name));
    return {placement_.layers[at].weights.address + static_cast<std::uint64_t>(offset), bytes};
  }

  network::Model model_;
  spec::Platform platform_;
  Placement placement_;
};

using Ranges = std::vector<AddressRange>;

// 16 channels of 10 rows of 8 pixels: rows of 64 bytes, planes of 640.
TEST_F(FootprintOf, AConvolutionReadsTheRowsUnderItsWindows) {
  // Output pixels 24..39 lie in rows 3 and 4; a 3x3 kernel with one row of padding needs input rows 2..5.
  const Footprint got = of(Sketch({16, 10, 8}).add(conv("l", 16, square(3, 1, 1))), {8, 16, 24, 40});
  EXPECT_EQ(got.inputs, (Ranges{of_tensor("data", 2 * 64, 4 * 64), of_tensor("data", 640 + 2 * 64, 4 * 64)}));
  EXPECT_EQ(got.weights, (Ranges{of_weights("l", 8 * 144, 8 * 144)}));
  EXPECT_EQ(got.writes, (Ranges{of_tensor("l", 640 + 24 * 8, 16 * 8)}));
}

TEST_F(FootprintOf, PaddingIsNotRead) {
  const Footprint got = of(Sketch({8, 10, 8}).add(conv("l", 8, square(3, 1, 1))), {0, 8, 0, 8});
  EXPECT_EQ(got.inputs[0], of_tensor("data", 0, 2 * 64));
  const Footprint last = of(Sketch({8, 10, 8}).add(conv("l", 8, square(3, 1, 1))), {0, 8, 72, 80});
  EXPECT_EQ(last.inputs[0], of_tensor("data", 8 * 64, 2 * 64));
}

TEST_F(FootprintOf, StrideAndDilationSpreadTheRows) {
  network::Window window = square(3, 2);
  window.dilation_h = window.dilation_w = 2;
  // 3 rows of 2 pixels; the second row of outputs begins at input row 2 and reaches 4 rows further.
  const Footprint got = of(Sketch({8, 10, 8}).add(conv("l", 8, window)), {0, 8, 2, 4});
  EXPECT_EQ(got.inputs[0], of_tensor("data", 2 * 64, 5 * 64));
}

TEST_F(FootprintOf, AGroupReadsItsOwnChannels) {
  // Output channels 16..24 belong to the second of two groups, which reads input channels 16..32.
  const Footprint got = of(Sketch({32, 10, 8}).add(conv("l", 32, square(1), 2)), {16, 24, 0, 80});
  EXPECT_EQ(got.inputs, (Ranges{of_tensor("data", 2 * 640, 2 * 640)}));
  EXPECT_EQ(got.weights, (Ranges{of_weights("l", 16 * 16, 8 * 16)}));
}

TEST_F(FootprintOf, Fp32IsFourTimesAsMuch) {
  const Footprint got = of(Sketch({8, 10, 8}).add(conv("l", 8, square(1))), {0, 8, 8, 16}, Precision::fp32);
  EXPECT_EQ(got.inputs, (Ranges{of_tensor("data", 256, 256)}));
  EXPECT_EQ(got.weights, (Ranges{of_weights("l", 0, 8 * 8 * 4)}));
  EXPECT_EQ(got.writes, (Ranges{of_tensor("l", 256, 256)}));
}

TEST_F(FootprintOf, APoolReadsItsOwnChannelsAndAnElementWiseLayerItsOwnPixels) {
  const Footprint pooled =
      of(Sketch({16, 10, 8}).add(pool(LayerKind::max_pool, "l", square(2, 2))), {8, 16, 4, 8});
  EXPECT_EQ(pooled.inputs, (Ranges{of_tensor("data", 640 + 2 * 64, 2 * 64)}));
  const Footprint normed = of(Sketch({16, 10, 8}).add(layer_of(LayerKind::batch_norm, "l")), {8, 16, 4, 12});
  EXPECT_EQ(normed.inputs, (Ranges{of_tensor("data", 640 + 4 * 8, 8 * 8)}));
  EXPECT_EQ(normed.writes, (Ranges{of_tensor("l", 640 + 4 * 8, 8 * 8)}));
}

TEST_F(FootprintOf, WhatMixesChannelsReadsThemAll) {
  const Footprint softmax = of(Sketch({16, 10, 8}).add(layer_of(LayerKind::softmax, "l")), {0, 8, 4, 12});
  EXPECT_EQ(softmax.inputs, (Ranges{of_tensor("data", 4 * 8, 8 * 8), of_tensor("data", 640 + 4 * 8, 8 * 8)}));
  const Footprint fc = of(Sketch({16, 10, 8}).add(fully_connected("l", 40)), {8, 16, 0, 1});
  EXPECT_EQ(fc.inputs, (Ranges{of_tensor("data", 0, 1280)}));
  EXPECT_EQ(fc.weights, (Ranges{of_weights("l", 8 * 1280, 8 * 1280)}));
}

// Normalisation looks two channels to each side, into the neighbouring planes.
TEST_F(FootprintOf, NormalisationReadsTheNeighbouringPlanes) {
  const Footprint got = of(Sketch({32, 10, 8}).add(layer_of(LayerKind::lrn, "l")), {8, 16, 0, 80});
  EXPECT_EQ(got.inputs, (Ranges{of_tensor("data", 0, 3 * 640)}));
  const Footprint first = of(Sketch({32, 10, 8}).add(layer_of(LayerKind::lrn, "l")), {0, 8, 0, 80});
  EXPECT_EQ(first.inputs, (Ranges{of_tensor("data", 0, 2 * 640)}));
}

TEST_F(FootprintOf, AConcatReadsThePartsUnderItsChannels) {
  const Sketch sketch = Sketch({16, 10, 8})
                            .add_input("other", {20, 10, 8})
                            .add(layer_of(LayerKind::concat, "l"), {"data", "other"});
  const Footprint got = of(sketch, {8, 24, 0, 80});
  EXPECT_EQ(got.inputs, (Ranges{of_tensor("data", 640, 640), of_tensor("other", 0, 640)}));
  EXPECT_EQ(got.writes, (Ranges{of_tensor("l", 640, 2 * 640)}));
}

}  // namespace
}  // namespace tandem::lowering
