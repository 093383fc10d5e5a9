// SPDX-License-Identifier: Apache-2.0
// Post-training quantisation: what ranges become, who shares them, and what weights become.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "models/core/random.h"
#include "models/network/kernels/prepare.h"
#include "tests/unit/sketch.h"

namespace tandem::network {
namespace {

using test::conv;
using test::fully_connected;
using test::id_of;
using test::layer_of;
using test::pool;
using test::Sketch;
using test::square;

Tensor tensor_of(const Shape& shape, std::vector<float> values) {
  Tensor tensor;
  tensor.shape = shape;
  tensor.f = std::move(values);
  return tensor;
}

// The quantisation of a tensor that holds these values.
TensorQuantization quantization_of(const std::vector<float>& values) {
  const Shape shape{static_cast<int>(values.size()), 1, 1};
  const auto network = Sketch(shape).add(layer_of(LayerKind::batch_norm, "last")).build();
  return choose_quantization(*network, {tensor_of(shape, values), tensor_of(shape, values)})[1];
}

TEST(QuantizeRange, EndsOfTheRangeAreTheEndsOfInt8) {
  const TensorQuantization both = quantization_of({-1.0F, 0.5F, 4.1F});
  EXPECT_DOUBLE_EQ(both.scale, (1.0 + static_cast<double>(4.1F)) / 255.0);
  EXPECT_EQ(std::lround(-1.0 / both.scale) + both.zero_point, -128);
  EXPECT_EQ(std::lround(static_cast<double>(4.1F) / both.scale) + both.zero_point, 127);
}

TEST(QuantizeRange, ZeroIsInTheRangeEvenWhenNoValueIs) {
  const TensorQuantization positive = quantization_of({3.0F, 5.0F});
  EXPECT_DOUBLE_EQ(positive.scale, 5.0 / 255.0);
  EXPECT_EQ(positive.zero_point, -128);
  const TensorQuantization negative = quantization_of({-3.0F, -5.0F});
  EXPECT_DOUBLE_EQ(negative.scale, 5.0 / 255.0);
  EXPECT_EQ(negative.zero_point, 127);
}

TEST(QuantizeRange, ATensorOfZerosHasTheUnitScale) {
  EXPECT_EQ(quantization_of({0.0F, 0.0F}).scale, 1.0);
  EXPECT_EQ(quantization_of({0.0F, 0.0F}).zero_point, 0);
}

TEST(QuantizeRange, AnyValueComesBackWithinAStep) {
  Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<float> values;
    const double size = std::exp(40.0 * random.uniform() - 20.0);
    const double centre = 4.0 * random.uniform() - 2.0;
    for (int i = 0; i < 8; ++i) values.push_back(static_cast<float>(size * (random.uniform() + centre)));
    const TensorQuantization own = quantization_of(values);
    ASSERT_GE(own.zero_point, -128);
    ASSERT_LE(own.zero_point, 127);
    for (const float value : values) {
      const double real = static_cast<double>(value);
      const double stored = std::clamp(std::floor(real / own.scale + 0.5) + own.zero_point, -128.0, 127.0);
      // Half a step from rounding the value; the rounded zero point moves the ends by another half.
      ASSERT_LE(std::fabs(own.scale * (stored - own.zero_point) - real), own.scale * 1.001)
          << "scale " << own.scale << " zero point " << own.zero_point << " value " << real;
    }
  }
}

bool same(const TensorQuantization& a, const TensorQuantization& b) {
  return a.scale == b.scale && a.zero_point == b.zero_point;
}

TEST(QuantizeSharing, WhatOnlyMovesValuesSharesTheQuantisationOfItsInput) {
  Layer reshaped = layer_of(LayerKind::reshape, "reshape");
  reshaped.declared_shape = Shape{4, 8, 2};
  Layer shuffled = layer_of(LayerKind::channel_shuffle, "shuffle");
  shuffled.shuffle_groups = 2;
  const auto network = Sketch({3, 8, 8})
                           .add(conv("conv", 4, square(3, 1, 1)))
                           .add(pool(LayerKind::max_pool, "pool", square(2, 2)))
                           .add(shuffled)
                           .add(reshaped)
                           .add(layer_of(LayerKind::dropout, "dropout"))
                           .add(layer_of(LayerKind::flatten, "flatten"))
                           .add(fully_connected("fc", 5))
                           .build();
  const Model model = prepare_model(network, Precision::int8, 3);
  const TensorQuantization& first = model.quantization[static_cast<std::size_t>(id_of(*network, "conv"))];
  for (const char* name : {"pool", "shuffle", "reshape", "dropout", "flatten"}) {
    EXPECT_TRUE(same(first, model.quantization[static_cast<std::size_t>(id_of(*network, name))])) << name;
  }
  EXPECT_FALSE(same(first, model.quantization[0]));
  EXPECT_FALSE(same(first, model.quantization.back()));
}

TEST(QuantizeSharing, AConcatAndAllItJoinsShareTheWidestRange) {
  const auto network = Sketch({1, 1, 2})
                           .add(layer_of(LayerKind::batch_norm, "low"), {"data"})
                           .add(layer_of(LayerKind::batch_norm, "high"), {"data"})
                           .add(layer_of(LayerKind::batch_norm, "other"), {"data"})
                           .add(layer_of(LayerKind::concat, "inner"), {"low", "high"})
                           .add(layer_of(LayerKind::concat, "outer"), {"inner", "other"})
                           .build();
  std::vector<Tensor> outputs(static_cast<std::size_t>(network->size()));
  const auto set = [&](const char* name, std::vector<float> values) {
    const LayerId id = id_of(*network, name);
    outputs[static_cast<std::size_t>(id)] = tensor_of(network->layer(id).output, std::move(values));
  };
  set("data", {-100.0F, 100.0F});
  set("low", {-2.0F, 0.0F});
  set("high", {0.0F, 1.0F});
  set("other", {3.0F, 3.0F});
  const std::vector<TensorQuantization> chosen = choose_quantization(*network, outputs);
  for (const char* name : {"low", "high", "other", "inner", "outer"}) {
    const TensorQuantization& own = chosen[static_cast<std::size_t>(id_of(*network, name))];
    EXPECT_DOUBLE_EQ(own.scale, 5.0 / 255.0) << name;
    EXPECT_EQ(own.zero_point, -26) << name;  // -128 + 2 of the 5 units
  }
  EXPECT_DOUBLE_EQ(chosen[static_cast<std::size_t>(id_of(*network, "data"))].scale, 200.0 / 255.0);
}

TEST(QuantizeSharing, SoftmaxHasTheFixedRangeOfAProbability) {
  const auto network = Sketch({4, 1, 1})
                           .add(layer_of(LayerKind::softmax, "prob"))
                           .add(layer_of(LayerKind::dropout, "after"))
                           .build();
  const Model model = prepare_model(network, Precision::int8, 3);
  EXPECT_EQ(model.quantization[1].scale, 1.0 / 256.0);
  EXPECT_EQ(model.quantization[1].zero_point, -128);
}

Parameters parameters_of(std::vector<float> weights, std::vector<float> bias = {}) {
  Parameters parameters;
  parameters.weights = std::move(weights);
  parameters.bias = std::move(bias);
  return parameters;
}

TEST(QuantizeWeights, EveryChannelIsSymmetricWithItsOwnScale) {
  const QuantizedWeights got =
      quantize_weights(parameters_of({1.0F, -0.5F, 0.25F, /**/ -8.0F, 8.0F, 0.0F, /**/ 0.0F, 0.0F, 0.0F}), 3,
                       {1.0, 0}, {1.0, 0});
  EXPECT_EQ(got.weights, (std::vector<std::int8_t>{127, -63, 32, -127, 127, 0, 0, 0, 0}));
}

TEST(QuantizeWeights, BiasIsInUnitsOfTheSumAndTheFoldedBiasCarriesTheZeroPoint) {
  // Weight scale 1/127 and 2/127, input scale 0.5: units of the sum are 1/254 and 1/127.
  const QuantizedWeights got =
      quantize_weights(parameters_of({1.0F, -1.0F, /**/ 2.0F, 1.0F}, {1.0F, -3.0F}), 2, {0.5, -28}, {1.0, 0});
  EXPECT_EQ(got.bias, (std::vector<std::int32_t>{254, -381}));
  EXPECT_EQ(got.weights, (std::vector<std::int8_t>{127, -127, 127, 64}));
  EXPECT_EQ(got.folded_bias, (std::vector<std::int32_t>{254, -381 + 28 * (127 + 64)}));
}

TEST(QuantizeWeights, AHugeBiasLeavesHalfOfInt32ToTheSum) {
  const QuantizedWeights got =
      quantize_weights(parameters_of({1.0F, /**/ 1.0F}, {1e30F, -1e30F}), 2, {1.0, 0}, {1.0, 0});
  EXPECT_EQ(got.bias, (std::vector<std::int32_t>{1073741823, -1073741824}));
}

TEST(QuantizeWeights, TheFixedPointFactorIsTheRealOneToTwoToTheMinus31) {
  Random random(11);
  for (int trial = 0; trial < 500; ++trial) {
    const double input = std::exp(16.0 * random.uniform() - 8.0);
    const double output = std::exp(16.0 * random.uniform() - 8.0);
    const auto weight = static_cast<float>(std::exp(8.0 * random.uniform() - 4.0));
    const double real = input * (static_cast<double>(weight) / 127.0) / output;
    const QuantizedWeights got = quantize_weights(parameters_of({weight}), 1, {input, 0}, {output, 0});
    ASSERT_GE(got.multiplier[0], 1 << 30);
    const double factor = std::ldexp(static_cast<double>(got.multiplier[0]), -got.shift[0]);
    ASSERT_LE(std::fabs(factor / real - 1.0), std::ldexp(1.0, -31) * 1.0001) << "factor " << real;
  }
}

TEST(QuantizeWeights, FactorsBeyondTheFixedPointBecomeZeroOrSaturate) {
  const auto factor = [](double real) {
    return quantize_weights(parameters_of({127.0F}), 1, {real, 0}, {1.0, 0});
  };
  EXPECT_EQ(factor(std::ldexp(0.75, -40)).multiplier[0], 0);
  const QuantizedWeights smallest = factor(std::ldexp(0.75, -31));
  EXPECT_EQ(smallest.shift[0], 62);
  EXPECT_EQ(smallest.multiplier[0], 3 << 29);
  const QuantizedWeights largest = factor(std::ldexp(0.75, 40));
  EXPECT_EQ(largest.multiplier[0], 2147483647);
  EXPECT_EQ(largest.shift[0], 1);
  // The mantissa rounds up to 2^31, which has no place in an int32: one more power of two instead.
  const QuantizedWeights carried = factor(1.0 - std::ldexp(1.0, -40));
  EXPECT_EQ(carried.multiplier[0], 1 << 30);
  EXPECT_EQ(carried.shift[0], 30);
}

}  // namespace
}  // namespace tandem::network
