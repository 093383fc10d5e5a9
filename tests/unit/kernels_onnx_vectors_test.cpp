// SPDX-License-Identifier: Apache-2.0
// The layers' kernels against vectors that somebody else computed. What only moves or compares values must be
// equal; a sum may be off by 1e-5 of its size, because numpy made the vectors, in another order and partly in
// double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models/network/kernels/layer_kernel.h"
#include "models/network/kernels/pool.h"
#include "tests/unit/onnx_vector_layers.h"
#include "tests/unit/sketch.h"

namespace tandem::network::test {
namespace {

using tandem::test::conv;
using tandem::test::layer_of;
using tandem::test::pool;
using tandem::test::Sketch;

void expect_near(const std::vector<float>& got, const VectorTensor& want, std::size_t first) {
  for (std::size_t at = 0; at < got.size(); ++at) {
    const double wanted = static_cast<double>(want.f.at(first + at));
    ASSERT_NEAR(static_cast<double>(got[at]), wanted, 1e-5 * std::max(std::fabs(wanted), 1e-2))
        << "element " << at;
  }
}

// uint8 becomes int8 by -128, on both sides.
void expect_equal(const std::vector<std::int8_t>& got, const VectorTensor& want, std::size_t first,
                  int shift) {
  for (std::size_t at = 0; at < got.size(); ++at) {
    ASSERT_EQ(int{got[at]}, want.i.at(first + at) + shift) << "element " << at;
  }
}

// Runs the last layer of a one-layer network on every image of the batch and compares its whole output.
void check_layer(const OnnxVector& vector, const Layer& layer, const Batch& batch,
                 const Parameters& parameters = {}) {
  const bool int8 = vector.input(0).f.empty();
  Model model;
  model.network = Sketch(batch.shape).add(layer).build();
  model.precision = int8 ? Precision::int8 : Precision::fp32;
  model.parameters = {{}, parameters};
  model.quantization.resize(2);
  const Shape shape = model.network->layer(1).output;
  const std::size_t outputs = static_cast<std::size_t>(shape.elements());
  ASSERT_EQ(outputs * static_cast<std::size_t>(batch.images),
            vector.output().f.size() + vector.output().i.size())
      << "the network infers " << to_string(shape);
  for (int image = 0; image < batch.images; ++image) {
    const Tensor input = slice(vector.input(0), batch.shape, image, batch.shift);
    Tensor output = make_tensor(shape, model.precision);
    const Tensor* const inputs[] = {&input};
    run_layer(model, 1, inputs, whole(shape), output);
    const std::size_t first = static_cast<std::size_t>(image) * outputs;
    if (int8) {
      expect_equal(output.q, vector.output(), first, batch.shift);
    } else if (batch.exact) {
      for (std::size_t at = 0; at < outputs; ++at) ASSERT_EQ(output.f[at], vector.output().f.at(first + at));
    } else {
      expect_near(output.f, vector.output(), first);
    }
    if (testing::Test::HasFatalFailure()) return;
  }
}

void check_conv(const OnnxVector& vector) {
  const VectorTensor& weights = vector.input(1);
  const Batch batch = images_of(vector.input(0));
  const Window window = window_of(vector, batch.shape, {weights.dims.at(2), weights.dims.at(3)});
  Parameters parameters;
  parameters.weights = weights.f;
  if (vector.inputs() > 2) parameters.bias = vector.input(2).f;
  check_layer(vector, conv("node", weights.dims.at(0), window, vector.integer("group", 1)), batch,
              parameters);
}

void check_pool(const OnnxVector& vector, LayerKind kind) {
  Batch batch = images_of(vector.input(0));
  batch.exact = kind == LayerKind::max_pool;
  if (vector.input(0).f.empty()) batch.shift = -128;
  Layer layer = pool(kind, "node", window_of(vector, batch.shape, vector.ints("kernel_shape", {})));
  layer.pool.ceil_mode = vector.integer("ceil_mode", 0) != 0;
  layer.pool.count_include_pad = vector.integer("count_include_pad", 0) != 0;
  check_layer(vector, layer, batch);
}

void check_max_pool(const OnnxVector& vector) { check_pool(vector, LayerKind::max_pool); }
void check_avg_pool(const OnnxVector& vector) { check_pool(vector, LayerKind::avg_pool); }

// A network has no dilated pools, but the kernel can slide over them.
void check_dilated_max_pool(const OnnxVector& vector) {
  const Batch batch = images_of(vector.input(0));
  Layer layer =
      pool(LayerKind::max_pool, "node", window_of(vector, batch.shape, vector.ints("kernel_shape", {})));
  layer.output = images_of(vector.output()).shape;
  const Tensor input = slice(vector.input(0), batch.shape, 0);
  Tensor output = make_tensor(layer.output, Precision::fp32);
  max_pool(layer, input, Fp32Access{}, Fp32Access{}, whole(layer.output), output);
  EXPECT_EQ(output.f, vector.output().f);
}

void check_global_pool(const OnnxVector& vector) {
  check_layer(vector, layer_of(LayerKind::global_avg_pool, "node"), images_of(vector.input(0)));
}

void check_lrn(const OnnxVector& vector) {
  Layer layer = layer_of(LayerKind::lrn, "node");
  layer.lrn.size = vector.integer("size", 0);
  layer.lrn.alpha = vector.number("alpha", 1e-4);
  layer.lrn.beta = vector.number("beta", 0.75);
  layer.lrn.bias = vector.number("bias", 1.0);
  check_layer(vector, layer, images_of(vector.input(0)));
}

void check_softmax(const OnnxVector& vector) {
  check_layer(vector, layer_of(LayerKind::softmax, "node"),
              around_axis(vector.input(0), vector.integer("axis", -1)));
}

void check_relu(const OnnxVector& vector) {
  Batch batch = around_axis(vector.input(0), 0);
  batch.exact = true;
  check_layer(vector, layer_of(LayerKind::activation, "node", Activation::relu), batch);
}

// Clip from 0 and without an upper end is a ReLU.
void check_clip_from_zero(const OnnxVector& vector) {
  const VectorTensor& least = vector.input(static_cast<std::size_t>(vector.position(1)));
  ASSERT_EQ(least.f.empty() ? static_cast<float>(least.i.at(0)) : least.f.at(0), 0.0F);
  ASSERT_EQ(vector.position(2), -1);
  check_relu(vector);
}

void check_batch_norm(const OnnxVector& vector) {
  Parameters parameters;
  const double epsilon = vector.number("epsilon", 1e-5);
  for (std::size_t c = 0; c < vector.input(1).f.size(); ++c) {
    const double scale = static_cast<double>(vector.input(1).f[c]) /
                         std::sqrt(static_cast<double>(vector.input(4).f.at(c)) + epsilon);
    parameters.scale.push_back(static_cast<float>(scale));
    parameters.shift.push_back(static_cast<float>(static_cast<double>(vector.input(2).f.at(c)) -
                                                  scale * static_cast<double>(vector.input(3).f.at(c))));
  }
  check_layer(vector, layer_of(LayerKind::batch_norm, "node"), images_of(vector.input(0)), parameters);
}

// Runs a layer of several inputs, image by image.
void check_joining(const OnnxVector& vector, LayerKind kind, const std::vector<Batch>& batches) {
  Sketch sketch(batches[0].shape);
  std::vector<std::string> names = {"data"};
  for (std::size_t i = 1; i < batches.size(); ++i) {
    names.push_back("data" + std::to_string(i));
    sketch.add_input(names.back(), batches[i].shape);
  }
  Model model;
  model.network = sketch.add(layer_of(kind, "node"), names).build();
  const LayerId id = model.network->size() - 1;
  const Shape shape = model.network->layer(id).output;
  const bool int8 = vector.input(0).f.empty();
  model.precision = int8 ? Precision::int8 : Precision::fp32;
  model.quantization.resize(names.size() + 1);
  const auto count = static_cast<std::size_t>(shape.elements());
  ASSERT_EQ(count * static_cast<std::size_t>(batches[0].images),
            vector.output().f.size() + vector.output().i.size());
  for (int image = 0; image < batches[0].images; ++image) {
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < batches.size(); ++i)
      tensors.push_back(slice(vector.input(i), batches[i].shape, image));
    std::vector<const Tensor*> inputs;
    for (const Tensor& tensor : tensors) inputs.push_back(&tensor);
    Tensor output = make_tensor(shape, model.precision);
    run_layer(model, id, inputs, whole(shape), output);
    const std::size_t first = static_cast<std::size_t>(image) * count;
    for (std::size_t at = 0; at < count; ++at) ASSERT_EQ(output.f[at], vector.output().f.at(first + at));
  }
}

void check_add(const OnnxVector& vector) {
  check_joining(vector, LayerKind::add, {around_axis(vector.input(0), 0), around_axis(vector.input(1), 0)});
}

void check_concat(const OnnxVector& vector) {
  const int axis = vector.integer("axis", 0);
  check_joining(vector, LayerKind::concat,
                {around_axis(vector.input(0), axis), around_axis(vector.input(1), axis)});
}

struct Case {
  const char* name;  // of the vector's folder, without "test_"
  void (*check)(const OnnxVector&);
};

class OnnxVectors : public testing::TestWithParam<Case> {};

TEST_P(OnnxVectors, Agree) { GetParam().check(OnnxVector(std::string("test_") + GetParam().name)); }

const Case kCases[] = {
    {"basic_conv_with_padding", check_conv},
    {"basic_conv_without_padding", check_conv},
    {"conv_with_autopad_same", check_conv},
    {"conv_with_strides_no_padding", check_conv},
    {"conv_with_strides_padding", check_conv},
    {"conv_with_strides_and_asymmetric_padding", check_conv},
    {"maxpool_1d_default", check_max_pool},
    {"maxpool_2d_default", check_max_pool},
    {"maxpool_2d_ceil", check_max_pool},
    {"maxpool_2d_pads", check_max_pool},
    {"maxpool_2d_strides", check_max_pool},
    {"maxpool_2d_same_upper", check_max_pool},
    {"maxpool_2d_same_lower", check_max_pool},
    {"maxpool_2d_uint8", check_max_pool},
    {"maxpool_2d_precomputed_pads", check_max_pool},
    {"maxpool_2d_precomputed_strides", check_max_pool},
    {"maxpool_2d_precomputed_same_upper", check_max_pool},
    {"maxpool_2d_dilations", check_dilated_max_pool},
    {"averagepool_1d_default", check_avg_pool},
    {"averagepool_2d_default", check_avg_pool},
    {"averagepool_2d_ceil", check_avg_pool},
    {"averagepool_2d_pads", check_avg_pool},
    {"averagepool_2d_pads_count_include_pad", check_avg_pool},
    {"averagepool_2d_strides", check_avg_pool},
    {"averagepool_2d_same_upper", check_avg_pool},
    {"averagepool_2d_same_lower", check_avg_pool},
    {"averagepool_2d_precomputed_pads", check_avg_pool},
    {"averagepool_2d_precomputed_pads_count_include_pad", check_avg_pool},
    {"averagepool_2d_precomputed_same_upper", check_avg_pool},
    {"averagepool_2d_precomputed_strides", check_avg_pool},
    {"globalaveragepool", check_global_pool},
    {"globalaveragepool_precomputed", check_global_pool},
    {"lrn", check_lrn},
    {"lrn_default", check_lrn},
    {"softmax_axis_0", check_softmax},
    {"softmax_axis_1", check_softmax},
    {"softmax_axis_2", check_softmax},
    {"softmax_default_axis", check_softmax},
    {"softmax_negative_axis", check_softmax},
    {"softmax_example", check_softmax},
    {"softmax_large_number", check_softmax},
    {"concat_1d_axis_0", check_concat},
    {"concat_2d_axis_0", check_concat},
    {"concat_2d_axis_1", check_concat},
    {"concat_2d_axis_negative_1", check_concat},
    {"concat_2d_axis_negative_2", check_concat},
    {"concat_3d_axis_0", check_concat},
    {"concat_3d_axis_1", check_concat},
    {"concat_3d_axis_2", check_concat},
    {"concat_3d_axis_negative_1", check_concat},
    {"concat_3d_axis_negative_2", check_concat},
    {"concat_3d_axis_negative_3", check_concat},
    {"add", check_add},
    {"relu", check_relu},
    {"clip_default_min", check_clip_from_zero},
    {"clip_default_int8_min", check_clip_from_zero},
    {"batchnorm_example", check_batch_norm},
    {"batchnorm_epsilon", check_batch_norm},
};

INSTANTIATE_TEST_SUITE_P(Node, OnnxVectors, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace tandem::network::test
