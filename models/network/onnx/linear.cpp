// SPDX-License-Identifier: Apache-2.0
// Gemm and MatMul as fully connected layers; Add and Sum, where a constant becomes the producer's bias.
#include <fmt/format.h>

#include "models/network/onnx/operators.h"
#include "models/network/onnx/window.h"
#include "models/network/shapes.h"

namespace tandem::network::onnx_import {

namespace {

// The file's [rows][columns] as [columns][rows].
std::vector<float> transpose(const std::vector<float>& values, std::size_t rows, std::size_t columns) {
  std::vector<float> turned(values.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) turned[c * rows + r] = values[r * columns + c];
  }
  return turned;
}

void scale_all(std::vector<float>& values, double factor) {
  for (float& value : values) value = static_cast<float>(value * factor);
}

// `by_output`: the weights come as [outputs][inputs], else as [inputs][outputs].
Layer fully_connected(const Importer& importer, const Value& input, const Constant& weights, bool by_output,
                      double alpha) {
  if (input.rank != 2) throw Unmappable("the input is not flat; put a Flatten or Reshape before it");
  if (weights.dims.size() != 2) throw Unmappable("the weights must have two dimensions");
  const std::int64_t outputs = weights.dims[by_output ? 0 : 1];
  const std::int64_t inputs = weights.dims[by_output ? 1 : 0];
  if (inputs != importer.shape(input).elements()) {
    throw Unmappable(fmt::format("the weights are for {} inputs; the input has {}", inputs,
                                 importer.shape(input).elements()));
  }
  if (outputs < 1 || outputs > kMaxChannels) {
    throw Unmappable(
        fmt::format("the weights are for {} outputs; allowed is 1 to {}", outputs, kMaxChannels));
  }
  Layer layer;
  layer.kind = LayerKind::fully_connected;
  layer.conv.out_channels = to_int(outputs, "the number of outputs");
  layer.conv.bias = false;
  if (!weights.filled) {
    auto parameters = std::make_shared<Parameters>();
    parameters->weights = float_values(weights, "the weights");
    if (!by_output) {
      parameters->weights =
          transpose(parameters->weights, static_cast<std::size_t>(inputs), static_cast<std::size_t>(outputs));
    }
    if (alpha != 1) scale_all(parameters->weights, alpha);
    layer.parameters = std::move(parameters);
  }
  return layer;
}

// One value for each channel out of a constant that is broadcast along the other dimensions.
std::vector<float> per_channel(const Constant& constant, int rank, int channels, const char* what) {
  std::vector<float> values = float_values(constant, what);
  if (values.size() == 1) values = std::vector<float>(static_cast<std::size_t>(channels), values[0]);
  // Dimensions align at the right: channels are the last of N x C, the third last of N x C x H x W.
  const std::size_t behind = rank == 2 ? 0 : 2;
  const std::size_t count = constant.dims.size();
  const bool scalar = constant.elements() == 1;
  const bool in_place = count > behind && constant.dims[count - 1 - behind] == constant.elements();
  if (static_cast<int>(values.size()) != channels || (!scalar && !in_place)) {
    throw Unmappable(fmt::format("{} has {} values; one for each of {} channels is supported", what,
                                 values.size(), channels));
  }
  return values;
}

void add_bias(Layer& layer, std::vector<float> bias) {
  layer.conv.bias = true;
  if (!layer.parameters) return;
  auto changed = std::make_shared<Parameters>(*layer.parameters);
  changed->bias = std::move(bias);
  layer.parameters = std::move(changed);
}

}  // namespace

void map_gemm(Importer& importer, Node& node) {
  const Value input = importer.input(node);
  const Constant& weights = importer.constant_input(node, 1, "the weights");
  const double alpha = node.number("alpha", 1);
  const double beta = node.number("beta", 1);
  node.ignore("broadcast");
  if (node.integer("transA", 0) != 0) throw Unmappable("transA is on; off is supported");
  Layer layer = fully_connected(importer, input, weights, node.integer("transB", 0) != 0, alpha);
  if (importer.has_input(node, 2)) {
    std::vector<float> bias =
        per_channel(importer.constant_input(node, 2, "the bias"), 2, layer.conv.out_channels, "the bias");
    if (beta != 1) scale_all(bias, beta);
    add_bias(layer, std::move(bias));
  }
  importer.add_layer(node, std::move(layer), {input}, 2);
}

void map_matmul(Importer& importer, Node& node) {
  const Value input = importer.input(node);
  const Constant& weights = importer.constant_input(node, 1, "the second factor");
  importer.add_layer(node, fully_connected(importer, input, weights, false, 1), {input}, 2);
}

namespace {

void map_add_constant(Importer& importer, Node& node, const Value& input, const Constant& constant) {
  Layer* producer = importer.sole_producer(input);
  const bool takes_bias = producer != nullptr && !producer->conv.bias &&
                          producer->activation == Activation::none &&
                          (producer->kind == LayerKind::conv || producer->kind == LayerKind::fully_connected);
  if (!takes_bias) {
    throw Unmappable(
        "adds a constant; supported right behind a convolution or product without bias that nobody else "
        "reads");
  }
  add_bias(*producer, per_channel(constant, input.rank, producer->conv.out_channels, "the constant"));
  importer.set_output(node, input);
}

}  // namespace

void map_add(Importer& importer, Node& node) {
  for (const char* attribute : {"axis", "broadcast", "consumed_inputs"}) node.ignore(attribute);
  if (importer.has_input(node, 1)) {
    const Value first = importer.any_input(node, 0);
    const Value second = importer.any_input(node, 1);
    if (!first.constant && second.constant)
      return map_add_constant(importer, node, importer.input(node, 0), *second.constant);
    if (first.constant && !second.constant)
      return map_add_constant(importer, node, importer.input(node, 1), *first.constant);
  }
  std::vector<Value> inputs;
  for (int i = 0; importer.has_input(node, i); ++i) inputs.push_back(importer.input(node, i));
  if (inputs.empty()) throw Unmappable("adds nothing");
  if (inputs.size() == 1) return importer.set_alias(node, inputs.front());
  for (const Value& value : inputs) {
    if (value.rank != inputs.front().rank)
      throw Unmappable("adds tensors of different rank; one rank is supported");
  }
  Layer layer;
  layer.kind = LayerKind::add;
  importer.add_layer(node, std::move(layer), inputs, inputs.front().rank);
}

}  // namespace tandem::network::onnx_import
