// SPDX-License-Identifier: Apache-2.0
// From an int32 sum to a stored int8: rounding, saturation, and the clamp of a fused activation.
#include <gtest/gtest.h>

#include <cmath>

#include "models/accelerator/job.h"
#include "models/core/random.h"
#include "models/network/kernels/prepare.h"
#include "tests/unit/sketch.h"

namespace tandem::network {
namespace {

using accelerator::requantise;

TEST(Requantise, RoundsHalvesUp) {
  // A multiplier of 1 and a shift of 1 halve the sum.
  EXPECT_EQ(requantise(5, 1, 1, 0, -128, 127), 3);
  EXPECT_EQ(requantise(4, 1, 1, 0, -128, 127), 2);
  EXPECT_EQ(requantise(1, 1, 1, 0, -128, 127), 1);
  EXPECT_EQ(requantise(-1, 1, 1, 0, -128, 127), 0);
  EXPECT_EQ(requantise(-3, 1, 1, 0, -128, 127), -1);
  EXPECT_EQ(requantise(-4, 1, 1, 0, -128, 127), -2);
  // Just below and just above the tie, with a full multiplier: 0.75 * 2 = 1.5.
  EXPECT_EQ(requantise(2, 3 << 29, 31, 0, -128, 127), 2);
  EXPECT_EQ(requantise(2, (3 << 29) - 1, 31, 0, -128, 127), 1);
  EXPECT_EQ(requantise(-2, 3 << 29, 31, 0, -128, 127), -1);
  EXPECT_EQ(requantise(-2, (3 << 29) + 1, 31, 0, -128, 127), -2);
}

TEST(Requantise, AShiftOfZeroDoesNotRound) { EXPECT_EQ(requantise(7, 2, 0, 0, -128, 127), 14); }

TEST(Requantise, MovesToTheZeroPointAndSaturates) {
  EXPECT_EQ(requantise(10, 1 << 30, 30, 7, -128, 127), 17);
  EXPECT_EQ(requantise(1000, 1 << 30, 30, 7, -128, 127), 127);
  EXPECT_EQ(requantise(-1000, 1 << 30, 30, 7, -128, 127), -128);
  EXPECT_EQ(requantise(INT32_MAX, INT32_MAX, 1, -128, -128, 127), 127);
  EXPECT_EQ(requantise(INT32_MIN, INT32_MAX, 1, 127, -128, 127), -128);
  EXPECT_EQ(requantise(INT32_MIN, INT32_MAX, 62, 0, -128, 127), -1) << "2^-31 above -1";
  EXPECT_EQ(requantise(120, 1 << 30, 30, 0, -5, 90), 90);
  EXPECT_EQ(requantise(-120, 1 << 30, 30, 0, -5, 90), -5);
}

TEST(Requantise, AgreesWithExactArithmetic) {
  Random random(17);
  for (int trial = 0; trial < 20000; ++trial) {
    const auto acc = static_cast<std::int32_t>(random.between(INT32_MIN, INT32_MAX) >> random.below(24));
    const auto multiplier = static_cast<std::int32_t>(random.between(1 << 30, INT32_MAX));
    const int shift = static_cast<int>(random.between(28, 62));
    const int zero = static_cast<int>(random.between(-128, 127));
    // long double holds the 62-bit product and the halves exactly.
    const long double real =
        std::ldexp(static_cast<long double>(acc) * static_cast<long double>(multiplier), -shift);
    const long double moved = std::floor(real + 0.5L) + static_cast<long double>(zero);
    const int expected = moved < -128 ? -128 : moved > 127 ? 127 : static_cast<int>(moved);
    ASSERT_EQ(int{requantise(acc, multiplier, shift, zero, -128, 127)}, expected)
        << acc << " * " << multiplier << " >> " << shift;
  }
}

TEST(OutputClamp, FollowsTheFusedActivation) {
  const auto clamp = [](Activation activation, double scale, int zero) {
    const ClampRange range = output_clamp(activation, {scale, zero});
    return std::pair(range.low, range.high);
  };
  EXPECT_EQ(clamp(Activation::none, 0.1, 5), std::pair(-128, 127));
  EXPECT_EQ(clamp(Activation::relu, 0.1, 5), std::pair(5, 127));
  EXPECT_EQ(clamp(Activation::relu6, 0.1, 5), std::pair(5, 65));
  EXPECT_EQ(clamp(Activation::relu6, 0.01, 5), std::pair(5, 127)) << "6 lies beyond int8";
  EXPECT_EQ(clamp(Activation::relu6, 4.0, -128), std::pair(-128, -126)) << "1.5 steps round up";
}

// A 1x1 convolution of one pixel, by hand: the stored output for one stored input.
int convolve_one(Activation activation, const TensorQuantization& in, const TensorQuantization& out,
                 float weight, int stored) {
  Model model;
  model.network = test::Sketch({1, 1, 1}).add(test::conv("conv", 1, Window{}, 1, activation)).build();
  model.precision = Precision::int8;
  model.quantization = {in, out};
  Parameters parameters;
  parameters.weights = {weight};
  model.parameters = {{}, parameters};
  model.quantized = {{}, quantize_weights(parameters, 1, in, out)};
  Tensor input = make_tensor({1, 1, 1}, Precision::int8);
  input.q[0] = static_cast<std::int8_t>(stored);
  Tensor output = make_tensor({1, 1, 1}, Precision::int8);
  const Tensor* const inputs[] = {&input};
  run_layer(model, 1, inputs, whole({1, 1, 1}), output);
  return output.q[0];
}

TEST(QuantizedConv, ComputesAndClampsInTheRealUnits) {
  const TensorQuantization in{0.1, -28};
  const TensorQuantization out{0.05, 3};
  // (22 + 28) * 0.1 = 5.0, times 0.5 = 2.5, is 50 steps of 0.05.
  EXPECT_EQ(convolve_one(Activation::none, in, out, 0.5F, 22), 53);
  EXPECT_EQ(convolve_one(Activation::none, in, out, -0.5F, 22), -47);
  EXPECT_EQ(convolve_one(Activation::relu, in, out, -0.5F, 22), 3);
  EXPECT_EQ(convolve_one(Activation::relu6, in, out, 2.0F, 22), 123) << "10 becomes 6, or 120 steps";
  EXPECT_EQ(convolve_one(Activation::relu, in, out, 2.0F, 22), 127) << "10 saturates at 6.2";
}

}  // namespace
}  // namespace tandem::network
