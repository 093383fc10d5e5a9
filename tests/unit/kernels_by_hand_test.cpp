// SPDX-License-Identifier: Apache-2.0
// What the ONNX vectors leave open: convolutions with every attribute uneven against six plain loops, and the
// layers ONNX has no vector for.
#include <gtest/gtest.h>

#include "models/core/random.h"
#include "models/network/kernels/prepare.h"
#include "tests/unit/sketch.h"

namespace tandem::network {
namespace {

using test::conv;
using test::layer_of;
using test::Sketch;

int draw(Random& random, int low, int high) { return static_cast<int>(random.between(low, high)); }

// A convolution whose sides, kernels, strides, dilations and pads all differ from each other.
ConvShape draw_shape(Random& random) {
  const int groups = draw(random, 1, 3);
  Window window;
  window.kernel_h = draw(random, 1, 4);
  window.kernel_w = draw(random, 1, 4);
  window.stride_h = draw(random, 1, 3);
  window.stride_w = draw(random, 1, 3);
  window.dilation_h = draw(random, 1, 2);
  window.dilation_w = draw(random, 1, 2);
  window.pad_top = draw(random, 0, 3);
  window.pad_bottom = draw(random, 0, 3);
  window.pad_left = draw(random, 0, 3);
  window.pad_right = draw(random, 0, 3);
  const Shape input{groups * draw(random, 1, 4), draw(random, 7, 12), draw(random, 7, 20)};
  const auto network = Sketch(input).add(conv("l", groups * draw(random, 1, 4), window, groups)).build();
  return conv_shape(*network, 1);
}

// Calls visit(channel, input index or -1 in the padding, weight index) for every product of an output, in
// order.
template <class Visit>
void for_each_product(const ConvShape& shape, int k, int y, int x, const Visit& visit) {
  const Window& w = shape.window;
  const int channels = shape.input.c / shape.groups;
  const int group = k / (shape.output.c / shape.groups);
  std::size_t weight = static_cast<std::size_t>(k * channels * w.kernel_h * w.kernel_w);
  for (int c = 0; c < channels; ++c) {
    for (int ky = 0; ky < w.kernel_h; ++ky) {
      for (int kx = 0; kx < w.kernel_w; ++kx, ++weight) {
        const int row = y * w.stride_h + ky * w.dilation_h - w.pad_top;
        const int column = x * w.stride_w + kx * w.dilation_w - w.pad_left;
        const bool inside = row >= 0 && row < shape.input.h && column >= 0 && column < shape.input.w;
        visit(inside ? ((group * channels + c) * shape.input.h + row) * shape.input.w + column : -1, weight);
      }
    }
  }
}

std::size_t weights_of(const ConvShape& shape) {
  return static_cast<std::size_t>(shape.output.c * (shape.input.c / shape.groups) * shape.window.kernel_h *
                                  shape.window.kernel_w);
}

TEST(ConvolveInt8, IsTheSumOfItsProducts) {
  Random random(61);
  for (int trial = 0; trial < 150; ++trial) {
    const ConvShape shape = draw_shape(random);
    std::vector<std::int8_t> input(static_cast<std::size_t>(shape.input.elements()));
    std::vector<std::int8_t> weights(weights_of(shape));
    for (std::int8_t& value : input) value = static_cast<std::int8_t>(draw(random, -128, 127));
    for (std::int8_t& value : weights) value = static_cast<std::int8_t>(draw(random, -127, 127));
    const int zero = draw(random, -128, 127);
    std::vector<std::int32_t> sums(static_cast<std::size_t>(shape.output.elements()));
    convolve_int8(shape, input, zero, weights, whole(shape.output), sums);
    std::size_t at = 0;
    for (int k = 0; k < shape.output.c; ++k) {
      for (int y = 0; y < shape.output.h; ++y) {
        for (int x = 0; x < shape.output.w; ++x, ++at) {
          std::int64_t sum = 0;
          for_each_product(shape, k, y, x, [&](int element, std::size_t weight) {
            if (element >= 0) sum += (input[static_cast<std::size_t>(element)] - zero) * weights[weight];
          });
          ASSERT_EQ(sums[at], sum) << "trial " << trial << ", output " << k << ' ' << y << ' ' << x;
        }
      }
    }
  }
}

// Bytes equal: the order of summation is part of the contract.
TEST(ConvolveFp32, AddsItsProductsInOrderAndTheBiasLast) {
  Random random(67);
  const auto real = [&] { return static_cast<float>(2.0 * random.uniform() - 1.0); };
  for (int trial = 0; trial < 150; ++trial) {
    const ConvShape shape = draw_shape(random);
    std::vector<float> input(static_cast<std::size_t>(shape.input.elements()));
    std::vector<float> weights(weights_of(shape));
    std::vector<float> bias(static_cast<std::size_t>(shape.output.c));
    for (std::vector<float>* values : {&input, &weights, &bias}) {
      for (float& value : *values) value = real();
    }
    std::vector<float> sums(static_cast<std::size_t>(shape.output.elements()));
    convolve_fp32(shape, input, weights, bias, whole(shape.output), sums);
    std::size_t at = 0;
    for (int k = 0; k < shape.output.c; ++k) {
      for (int y = 0; y < shape.output.h; ++y) {
        for (int x = 0; x < shape.output.w; ++x, ++at) {
          float sum = 0;
          for_each_product(shape, k, y, x, [&](int element, std::size_t weight) {
            sum += (element >= 0 ? input[static_cast<std::size_t>(element)] : 0.0F) * weights[weight];
          });
          ASSERT_EQ(sums[at], sum + bias[static_cast<std::size_t>(k)])
              << "trial " << trial << ", output " << k << ' ' << y << ' ' << x;
        }
      }
    }
  }
}

Tensor run(const Layer& layer, const Shape& shape, const std::vector<Tensor>& tensors,
           const std::vector<TensorQuantization>& quantization = {}) {
  Sketch sketch(shape);
  std::vector<std::string> names = {"data"};
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    names.push_back("data" + std::to_string(i));
    sketch.add_input(names.back(), shape);
  }
  Model model;
  model.network = sketch.add(layer, names).build();
  model.precision = tensors[0].q.empty() ? Precision::fp32 : Precision::int8;
  model.quantization = quantization;
  std::vector<const Tensor*> inputs;
  for (const Tensor& tensor : tensors) inputs.push_back(&tensor);
  const LayerId id = model.network->size() - 1;
  Tensor output = make_tensor(model.network->layer(id).output, model.precision);
  run_layer(model, id, inputs, whole(output.shape), output);
  return output;
}

TEST(ChannelShuffle, TakesOneChannelOfEachGroupInTurn) {
  Layer shuffle = layer_of(LayerKind::channel_shuffle, "l");
  shuffle.shuffle_groups = 3;
  const Shape shape{6, 1, 1};
  // Groups {0 1} {2 3} {4 5}.
  EXPECT_EQ(run(shuffle, shape, {{shape, {}, {0, 1, 2, 3, 4, 5}}}).f, (std::vector<float>{0, 2, 4, 1, 3, 5}));
}

TEST(Activation, Relu6EndsAtSix) {
  const Shape shape{5, 1, 1};
  EXPECT_EQ(
      run(layer_of(LayerKind::activation, "l", Activation::relu6), shape, {{shape, {}, {-1, 0, 5.5F, 6, 7}}})
          .f,
      (std::vector<float>{0, 0, 5.5F, 6, 6}));
}

TEST(Add, BringsQuantisedInputsToOneScale) {
  const Shape shape{3, 1, 1};
  // 0.5 * (4 - 2) + 0.25 * (10 + 2) = 4 is 8 steps of 0.5 above -10; then -4, which a ReLU ends at the zero
  // point; then 62.5 + 32.25, beyond int8.
  const std::vector<Tensor> inputs = {{shape, {4, -6, 127}, {}}, {shape, {10, -2, 127}, {}}};
  const std::vector<TensorQuantization> quantization = {{0.5, 2}, {0.25, -2}, {0.5, -10}};
  EXPECT_EQ(run(layer_of(LayerKind::add, "l", Activation::relu), shape, inputs, quantization).q,
            (std::vector<std::int8_t>{-2, -10, 127}));
}

TEST(Reference, ImagesAndWeightsComeFromTheSeedAlone) {
  const auto network = std::make_shared<const Network>(read_network("tiny"));
  const Model one = prepare_model(network, Precision::int8, 1);
  const Model again = prepare_model(network, Precision::int8, 1);
  const Model other = prepare_model(network, Precision::int8, 2);
  const auto hash = [](const Model& model, int image) {
    return tensors_sha256(run_reference(model, make_image(model, image)));
  };
  EXPECT_EQ(hash(one, 0), hash(again, 0));
  EXPECT_NE(hash(one, 0), hash(one, 1));
  EXPECT_NE(hash(one, 0), hash(other, 0));
}

}  // namespace
}  // namespace tandem::network
