// SPDX-License-Identifier: Apache-2.0
// Conv, and BatchNormalization, which goes into the convolution before it where nobody else reads that.
#include <fmt/format.h>

#include <cmath>

#include "models/network/onnx/operators.h"
#include "models/network/onnx/window.h"

namespace tandem::network::onnx_import {

void map_conv(Importer& importer, Node& node) {
  const Value input = importer.padded_input(node);
  const Constant& weights = importer.constant_input(node, 1, "the weights");
  if (input.rank != 4 || weights.dims.size() != 4)
    throw Unmappable("convolutions of two dimensions are supported");
  const Shape shape = importer.shape(input);
  Layer layer;
  layer.kind = LayerKind::conv;
  layer.conv.out_channels = to_int(weights.dims[0], "the number of output channels");
  layer.conv.groups = to_int(node.integer("group", 1), "group");
  layer.window = read_window(node, input, shape, {weights.dims[2], weights.dims[3]});
  if (weights.dims[1] * layer.conv.groups != shape.c) {
    throw Unmappable(
        fmt::format("the weights are for {} input channels in each of {} groups; the input has {}",
                    weights.dims[1], layer.conv.groups, shape.c));
  }
  layer.conv.bias = importer.has_input(node, 2);
  auto parameters = std::make_shared<Parameters>();
  if (layer.conv.bias)
    parameters->bias = float_values(importer.constant_input(node, 2, "the bias"), "the bias");
  // A ConstantOfShape in the place of the weights says that the file holds a topology only.
  if (!weights.filled) {
    parameters->weights = float_values(weights, "the weights");
    layer.parameters = std::move(parameters);
  }
  importer.add_layer(node, std::move(layer), {input}, 4);
}

namespace {

struct Norm {
  std::vector<float> scale, shift;
};

Norm read_norm(Importer& importer, const Node& node, double epsilon, int channels) {
  const auto values = [&](int index, const char* what) {
    std::vector<float> read = float_values(importer.constant_input(node, index, what), what);
    if (static_cast<int>(read.size()) != channels) {
      throw Unmappable(
          fmt::format("{} has {} values; the input has {} channels", what, read.size(), channels));
    }
    return read;
  };
  const std::vector<float> gamma = values(1, "the scale");
  const std::vector<float> beta = values(2, "the bias");
  const std::vector<float> mean = values(3, "the mean");
  const std::vector<float> variance = values(4, "the variance");
  Norm norm;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double under_root = double{variance[c]} + epsilon;
    if (!(under_root > 0))
      throw Unmappable(fmt::format("variance plus epsilon of channel {} is not above 0", c));
    const double scale = double{gamma[c]} / std::sqrt(under_root);
    norm.scale.push_back(static_cast<float>(scale));
    norm.shift.push_back(static_cast<float>(double{beta[c]} - double{mean[c]} * scale));
    if (!std::isfinite(norm.scale.back()) || !std::isfinite(norm.shift.back())) {
      throw Unmappable(fmt::format("scale or shift of channel {} is not finite", c));
    }
  }
  return norm;
}

std::shared_ptr<const Parameters> fold(const Parameters& conv, const Norm& norm) {
  auto folded = std::make_shared<Parameters>(conv);
  const std::size_t channels = norm.scale.size();
  folded->bias.resize(channels, 0.0F);
  const std::size_t per_channel = folded->weights.size() / channels;
  for (std::size_t k = 0; k < channels; ++k) {
    for (std::size_t i = 0; i < per_channel; ++i) folded->weights[k * per_channel + i] *= norm.scale[k];
    folded->bias[k] = folded->bias[k] * norm.scale[k] + norm.shift[k];
  }
  return folded;
}

}  // namespace

void map_batch_normalization(Importer& importer, Node& node) {
  const Value input = importer.input(node);
  const double epsilon = node.number("epsilon", 1e-5);
  for (const char* attribute : {"momentum", "consumed_inputs", "is_test"}) node.ignore(attribute);
  if (node.integer("spatial", 1) != 1) throw Unmappable("spatial is 0; 1 is supported");
  if (node.integer("training_mode", 0) != 0) throw Unmappable("training_mode is on; off is supported");
  const Norm norm = read_norm(importer, node, epsilon, importer.shape(input).c);

  Layer* producer = importer.sole_producer(input);
  const bool foldable = producer != nullptr && producer->activation == Activation::none &&
                        (producer->kind == LayerKind::conv || producer->kind == LayerKind::fully_connected);
  if (foldable) {
    if (producer->parameters) producer->parameters = fold(*producer->parameters, norm);
    producer->conv.bias = true;
    importer.set_output(node, input);
    return;
  }
  Layer layer;
  layer.kind = LayerKind::batch_norm;
  if (!importer.constant_input(node, 1, "the scale").filled) {
    layer.parameters = std::make_shared<const Parameters>(Parameters{{}, {}, norm.scale, norm.shift});
  }
  importer.add_layer(node, std::move(layer), {input}, input.rank);
}

}  // namespace tandem::network::onnx_import
