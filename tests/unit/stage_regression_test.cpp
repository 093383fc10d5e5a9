// SPDX-License-Identifier: Apache-2.0
#include "models/latency/stage_regression.h"

#include <gtest/gtest.h>

#include "models/core/random.h"
#include "tests/unit/sketch.h"

namespace tandem::latency {
namespace {

RegressionLayer product(double pixels, double depth, double channels) {
  return {RegressionKind::product, pixels, depth, channels};
}

std::vector<RegressionSample> samples_of(const std::array<double, 5>& factors, int count) {
  Random random(5);
  std::vector<RegressionSample> samples;
  for (int i = 0; i < count; ++i) {
    const auto draw = [&](int low, int high) { return static_cast<double>(random.between(low, high)); };
    const RegressionLayer layer = product(draw(49, 3000), draw(9, 2000), draw(8, 512));
    const double n = layer.pixels, k = layer.depth, m = layer.channels;
    samples.push_back({layer, factors[0] * n * k * m + factors[1] * n * k + factors[2] * n * m +
                                  factors[3] * k * m + factors[4]});
  }
  return samples;
}

TEST(StageRegression, FindsTheCoefficientsOfATrueModel) {
  const std::array<double, 5> truth = {2e-10, 3e-9, 5e-9, 1e-9, 4e-5};
  const StageRegression model(samples_of(truth, 40));
  for (std::size_t i = 0; i < truth.size(); ++i)
    EXPECT_NEAR(model.coefficients(RegressionKind::product)[i] / truth[i], 1, 1e-6) << i;
}

TEST(StageRegression, NoLayerGetsShorterByHavingMoreOfSomething) {
  const std::array<double, 5> truth = {2e-10, 3e-9, -1e-9, 1e-9, 4e-5};
  const StageRegression model(samples_of(truth, 40));
  for (const double one : model.coefficients(RegressionKind::product)) EXPECT_GE(one, 0);
  EXPECT_EQ(model.coefficients(RegressionKind::product)[2], 0);
}

TEST(StageRegression, MoreCoresTakeTheBusiestThreadsShareOfThePixels) {
  const StageRegression model(samples_of({1e-9, 0, 0, 0, 0}, 10));
  // 100 pixels are 13 units of 8: of four threads the busiest has 4.
  const RegressionLayer layer = product(100, 64, 32);
  EXPECT_NEAR(model.seconds(layer, 4) / model.seconds(layer, 1), 4.0 / 13, 1e-9);
  // One pixel: 32 channels are 4 units.
  EXPECT_NEAR(model.seconds(product(1, 64, 32), 2) / model.seconds(product(1, 64, 32), 1), 0.5, 1e-9);
}

TEST(StageRegression, AKindWithoutSamplesIsTakenForAProduct) {
  const StageRegression model(samples_of({1e-9, 0, 0, 0, 0}, 10));
  RegressionLayer layer = product(100, 9, 32);
  layer.kind = RegressionKind::depthwise;
  EXPECT_NEAR(model.seconds(layer, 1), 1e-9 * 100 * 9 * 32, 1e-12);
}

TEST(StageRegression, DescribesLayersByTheirProduct) {
  const auto network = test::Sketch({8, 12, 10})
                           .add(test::conv("a", 20, test::square(3, 2, 1)))
                           .add(test::conv("b", 20, test::square(3, 1, 1), 20))
                           .add(test::pool(network::LayerKind::max_pool, "pool", test::square(2, 2)))
                           .add(test::fully_connected("fc", 5))
                           .build();
  const RegressionLayer a = RegressionLayer::of(*network, test::id_of(*network, "a"));
  EXPECT_EQ(a.kind, RegressionKind::product);
  EXPECT_EQ(a.pixels, 6 * 5);
  EXPECT_EQ(a.depth, 8 * 9);
  EXPECT_EQ(a.channels, 20);
  const RegressionLayer b = RegressionLayer::of(*network, test::id_of(*network, "b"));
  EXPECT_EQ(b.kind, RegressionKind::depthwise);
  EXPECT_EQ(b.depth, 9);
  EXPECT_EQ(RegressionLayer::of(*network, test::id_of(*network, "pool")).depth, 4);
  const RegressionLayer fc = RegressionLayer::of(*network, test::id_of(*network, "fc"));
  EXPECT_EQ(fc.kind, RegressionKind::fully_connected);
  EXPECT_EQ(fc.pixels, 1);
}

}  // namespace
}  // namespace tandem::latency
