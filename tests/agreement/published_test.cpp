// SPDX-License-Identifier: Apache-2.0
// The closed form of the array's loops against published accelerators (configs/published).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "models/accelerator/published_arrays.h"

namespace tandem::accelerator {
namespace {

TEST(Published, Zhang2015IsReproducedExactly) {
  const std::vector<PublishedLayer> layers = zhang2015_layers();
  ASSERT_EQ(layers.size(), 5u);
  for (const PublishedLayer& layer : layers) {
    EXPECT_EQ(static_cast<double>(loop_cycles(layer.shape, layer.array).raw()), layer.cycles)
        << "layer " << layer.layer;
  }
}

TEST(Published, ComputeBoundLayersOfM32P32AreExplained) {
  int compute_bound = 0;
  double worst = 0, worst_without_fill = 0;
  for (const PublishedLayer& layer : m32p32_layers()) {
    std::printf("%-8s %-8s %10.0f cycles measured, %+7.3f %%  %s\n", layer.network.c_str(),
                layer.layer.c_str(), layer.cycles, layer.error_percent(), layer.bound_by.c_str());
    if (!layer.compute_bound) continue;
    ++compute_bound;
    worst = std::max(worst, std::abs(layer.error_percent()));
    PublishedLayer plain = layer;
    plain.array.tile_fill = plain.array.layer_fill = 0;
    worst_without_fill = std::max(worst_without_fill, std::abs(plain.error_percent()));
  }
  EXPECT_EQ(compute_bound, 15);
  EXPECT_LE(worst, 2.0);
  EXPECT_LE(worst_without_fill, 2.0);
}

}  // namespace
}  // namespace tandem::accelerator
