// SPDX-License-Identifier: Apache-2.0
// The int8 kernel and the fixed-point requantisation against vectors that somebody else computed: all must be
// equal.
#include <gtest/gtest.h>

#include "models/accelerator/job.h"
#include "models/network/kernels/layer_kernel.h"
#include "models/network/kernels/prepare.h"
#include "tests/unit/onnx_vector_layers.h"
#include "tests/unit/sketch.h"

namespace tandem::network::test {
namespace {

using tandem::test::conv;
using tandem::test::fully_connected;
using tandem::test::Sketch;

// A zero point given as an optional input; 0 when it is left out.
int zero_point(const OnnxVector& vector, int node_input) {
  const int at = vector.position(node_input);
  return at < 0 ? 0 : vector.input(static_cast<std::size_t>(at)).i.at(0);
}

// The exact sums of (x - zx) * (w - zw) for uint8 x and w, both moved into int8. The kernel knows no zero
// point of weights: one more output channel, all ones, gives the sum of x - zx that it multiplies.
std::vector<std::int32_t> sums_uint8(const ConvShape& plain, const Tensor& input, int zx,
                                     const std::vector<int>& weights, int zw) {
  ConvShape shape = plain;
  const auto channels = static_cast<std::size_t>(shape.output.c);
  const std::size_t depth = weights.size() / channels;
  std::vector<std::int8_t> moved;
  for (const int weight : weights) moved.push_back(static_cast<std::int8_t>(weight - 128));
  moved.insert(moved.end(), depth, 1);
  shape.output.c += 1;
  const std::size_t pixels =
      static_cast<std::size_t>(shape.output.h) * static_cast<std::size_t>(shape.output.w);
  std::vector<std::int32_t> sums((channels + 1) * pixels);
  convolve_int8(shape, input.q, zx - 128, moved, whole(shape.output), sums);
  for (std::size_t k = 0; k < channels; ++k) {
    for (std::size_t p = 0; p < pixels; ++p) sums[k * pixels + p] -= (zw - 128) * sums[channels * pixels + p];
  }
  sums.resize(channels * pixels);
  return sums;
}

ConvShape shape_of(const Shape& input, const Layer& layer) {
  const auto network = Sketch(input).add(layer).build();
  return conv_shape(*network, 1);
}

void check_conv_integer(const OnnxVector& vector) {
  const Batch batch = images_of(vector.input(0));
  const VectorTensor& weights = vector.input(1);
  const Window window = window_of(vector, batch.shape, {weights.dims.at(2), weights.dims.at(3)});
  const ConvShape shape = shape_of(batch.shape, conv("node", weights.dims.at(0), window));
  ASSERT_EQ(batch.images, 1);
  EXPECT_EQ(sums_uint8(shape, slice(vector.input(0), batch.shape, 0, -128), zero_point(vector, 2), weights.i,
                       zero_point(vector, 3)),
            vector.output().i);
}

// B of A*B is [K][N]; a fully connected layer's weights are [N][K].
std::vector<int> transposed(const VectorTensor& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.dims.at(0));
  const auto columns = static_cast<std::size_t>(matrix.dims.at(1));
  std::vector<int> result;
  for (std::size_t n = 0; n < columns; ++n) {
    for (std::size_t k = 0; k < rows; ++k) result.push_back(matrix.i.at(k * columns + n));
  }
  return result;
}

void check_matmul_integer(const OnnxVector& vector) {
  const Batch rows = around_axis(vector.input(0), 1);
  const ConvShape shape = shape_of(rows.shape, fully_connected("node", vector.input(1).dims.at(1)));
  std::vector<int> all;
  for (int row = 0; row < rows.images; ++row) {
    for (const std::int32_t sum :
         sums_uint8(shape, slice(vector.input(0), rows.shape, row, -128), zero_point(vector, 2),
                    transposed(vector.input(1)), zero_point(vector, 3))) {
      all.push_back(sum);
    }
  }
  EXPECT_EQ(all, vector.output().i);
}

// Sums to stored outputs through the fixed-point factor that quantize_weights() finds for sx * sw / sy: a
// single weight of 127 * sw has the scale sw.
std::vector<int> requantised_uint8(const std::vector<std::int32_t>& sums, double sx, double sw, double sy,
                                   int zy) {
  Parameters parameters;
  parameters.weights = {static_cast<float>(127.0 * sw)};
  const QuantizedWeights factor = quantize_weights(parameters, 1, {sx, 0}, {sy, zy - 128});
  std::vector<int> stored;
  for (const std::int32_t sum : sums) {
    stored.push_back(
        accelerator::requantise(sum, factor.multiplier[0], factor.shift[0], zy - 128, -128, 127) + 128);
  }
  return stored;
}

double scale_at(const OnnxVector& vector, std::size_t input) {
  return static_cast<double>(vector.input(input).f.at(0));
}

void check_qlinear_conv(const OnnxVector& vector) {
  const Batch batch = images_of(vector.input(0));
  const VectorTensor& weights = vector.input(3);
  const Window window = window_of(vector, batch.shape, {weights.dims.at(2), weights.dims.at(3)});
  const ConvShape shape = shape_of(batch.shape, conv("node", weights.dims.at(0), window));
  ASSERT_EQ(batch.images, 1);
  const std::vector<std::int32_t> sums = sums_uint8(shape, slice(vector.input(0), batch.shape, 0, -128),
                                                    zero_point(vector, 2), weights.i, zero_point(vector, 5));
  EXPECT_EQ(requantised_uint8(sums, scale_at(vector, 1), scale_at(vector, 4), scale_at(vector, 6),
                              zero_point(vector, 7)),
            vector.output().i);
}

void check_qlinear_matmul(const OnnxVector& vector) {
  const Batch rows = around_axis(vector.input(0), 1);
  const ConvShape shape = shape_of(rows.shape, fully_connected("node", vector.input(3).dims.at(1)));
  std::vector<int> all;
  for (int row = 0; row < rows.images; ++row) {
    const std::vector<std::int32_t> sums =
        sums_uint8(shape, slice(vector.input(0), rows.shape, row, -128), zero_point(vector, 2),
                   transposed(vector.input(3)), zero_point(vector, 5));
    for (const int stored : requantised_uint8(sums, scale_at(vector, 1), scale_at(vector, 4),
                                              scale_at(vector, 6), zero_point(vector, 7))) {
      all.push_back(stored);
    }
  }
  EXPECT_EQ(all, vector.output().i);
}

struct Case {
  const char* name;  // of the vector's folder, without "test_"
  void (*check)(const OnnxVector&);
};

class OnnxIntegerVectors : public testing::TestWithParam<Case> {};

TEST_P(OnnxIntegerVectors, AreEqual) { GetParam().check(OnnxVector(std::string("test_") + GetParam().name)); }

const Case kCases[] = {
    {"basic_convinteger", check_conv_integer},
    {"convinteger_with_padding", check_conv_integer},
    {"convinteger_without_padding", check_conv_integer},
    {"matmulinteger", check_matmul_integer},
    {"qlinearconv", check_qlinear_conv},
    {"qlinearmatmul_2D", check_qlinear_matmul},
};

INSTANTIATE_TEST_SUITE_P(Node, OnnxIntegerVectors, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace tandem::network::test
