// SPDX-License-Identifier: Apache-2.0
// The table of operators, and the ones that are a few lines each.
#include "models/network/onnx/operators.h"

#include <fmt/format.h>

#include <cfloat>

#include "models/network/onnx/window.h"
#include "models/network/shapes.h"

namespace tandem::network::onnx_import {

namespace {

bool takes_activation(const Layer& layer) {
  return layer.activation == Activation::none &&
         (layer.kind == LayerKind::conv || layer.kind == LayerKind::fully_connected ||
          layer.kind == LayerKind::add || layer.kind == LayerKind::batch_norm);
}

// Into the producer where nobody else reads it, else as a layer of its own.
void add_activation(Importer& importer, const Node& node, Activation activation) {
  const Value input = importer.input(node);
  if (Layer* producer = importer.sole_producer(input); producer != nullptr && takes_activation(*producer)) {
    producer->activation = activation;
    importer.set_output(node, input);
    return;
  }
  Layer layer;
  layer.kind = LayerKind::activation;
  layer.activation = activation;
  importer.add_layer(node, std::move(layer), {input}, input.rank);
}

void map_relu(Importer& importer, Node& node) {
  node.ignore("consumed_inputs");
  add_activation(importer, node, Activation::relu);
}

void map_clip(Importer& importer, Node& node) {
  node.ignore("consumed_inputs");
  double low = node.number("min", -FLT_MAX);
  double high = node.number("max", FLT_MAX);
  const auto bound = [&](int index, const char* what, double& value) {
    if (!importer.has_input(node, index)) return;
    const std::vector<float> given = float_values(importer.constant_input(node, index, what), what);
    if (given.size() != 1) throw Unmappable(fmt::format("{} must be one number", what));
    value = given.front();
  };
  bound(1, "the minimum", low);
  bound(2, "the maximum", high);
  if (low != 0 || (high != 6 && high < FLT_MAX)) {
    throw Unmappable(
        fmt::format("clips to {:g} .. {:g}; supported are 0 .. 6 and 0 without an upper bound", low, high));
  }
  add_activation(importer, node, high == 6 ? Activation::relu6 : Activation::relu);
}

void map_lrn(Importer& importer, Node& node) {
  const Value input = importer.input(node);
  Layer layer;
  layer.kind = LayerKind::lrn;
  layer.lrn.size = to_int(node.integer("size", 0), "size");
  const auto number = [&](const char* attribute, double fallback, double most) {
    const double value = node.number(attribute, fallback);
    if (value >= 0 && value <= most) return value;
    throw Unmappable(fmt::format("has {} {:g}; supported is 0 to {:g}", attribute, value, most));
  };
  layer.lrn.alpha = number("alpha", 1e-4, kMaxLrnScale);
  layer.lrn.beta = number("beta", 0.75, kMaxLrnPower);
  layer.lrn.bias = number("bias", 1, kMaxLrnScale);
  importer.add_layer(node, std::move(layer), {input}, input.rank);
}

void map_dropout(Importer& importer, Node& node) {
  const Value input = importer.input(node);
  for (const char* attribute : {"ratio", "is_test", "seed", "consumed_inputs"}) node.ignore(attribute);
  Layer layer;
  layer.kind = LayerKind::dropout;
  importer.add_layer(node, std::move(layer), {input}, input.rank);
}

// Up to opset 12 the softmax runs over everything from `axis` on; since 13 along `axis` alone.
void map_softmax(Importer& importer, Node& node) {
  const Value input = importer.input(node);
  const Shape shape = importer.shape(input);
  const bool along_one = importer.opset() >= 13;
  std::int64_t axis = node.integer("axis", along_one ? -1 : 1);
  if (axis < 0) axis += input.rank;
  if (axis != 1 || (!along_one && (shape.h != 1 || shape.w != 1))) {
    throw Unmappable(fmt::format("runs over axis {} of {}; over the channels (axis 1) is supported", axis,
                                 to_string(shape)));
  }
  Layer layer;
  layer.kind = LayerKind::softmax;
  importer.add_layer(node, std::move(layer), {input}, input.rank);
}

void map_identity(Importer& importer, Node& node) {
  const Value input = importer.any_input(node, 0);
  importer.set_alias(node, input);
}

void map_constant(Importer& importer, Node& node) {
  Constant constant;
  if (const onnx::TensorProto* tensor = node.tensor("value"); tensor != nullptr) {
    constant = read_tensor(*tensor);
  } else if (node.has("value_float")) {
    constant.floats = {static_cast<float>(node.number("value_float", 0))};
  } else if (node.has("value_floats")) {
    constant.floats = node.numbers("value_floats");
    constant.dims = {static_cast<std::int64_t>(constant.floats.size())};
  } else if (node.has("value_int")) {
    constant.integral = true;
    constant.integers = {node.integer("value_int", 0)};
  } else {
    if (!node.has("value_ints")) {
      throw Unmappable("has no value; supported are value, value_float, value_floats, value_int, value_ints");
    }
    constant.integral = true;
    constant.integers = node.integers("value_ints");
    constant.dims = {static_cast<std::int64_t>(constant.integers.size())};
  }
  importer.set_constant(node, std::move(constant));
}

void map_constant_of_shape(Importer& importer, Node& node) {
  Constant constant;
  constant.filled = true;
  constant.dims = integer_values(importer.constant_input(node, 0, "the shape"), "the shape");
  element_count(constant.dims);
  constant.floats = {0.0F};
  if (const onnx::TensorProto* tensor = node.tensor("value"); tensor != nullptr) {
    const Constant value = read_tensor(*tensor);
    if (value.elements() != 1) throw Unmappable("the value must be one number");
    constant.integral = value.integral;
    if (value.integral) {
      constant.integers = integer_values(value, "the value");
    } else {
      constant.floats = float_values(value, "the value");
    }
  }
  importer.set_constant(node, std::move(constant));
}

}  // namespace

const std::map<std::string, Handler>& operators() {
  static const std::map<std::string, Handler> table = {
      {"Add", map_add},
      {"AveragePool", map_average_pool},
      {"BatchNormalization", map_batch_normalization},
      {"Clip", map_clip},
      {"Concat", map_concat},
      {"Constant", map_constant},
      {"ConstantOfShape", map_constant_of_shape},
      {"Conv", map_conv},
      {"Dropout", map_dropout},
      {"Flatten", map_flatten},
      {"Gemm", map_gemm},
      {"GlobalAveragePool", map_global_average_pool},
      {"Identity", map_identity},
      {"LRN", map_lrn},
      {"MatMul", map_matmul},
      {"MaxPool", map_max_pool},
      {"Pad", map_pad},
      {"Relu", map_relu},
      {"Reshape", map_reshape},
      {"Softmax", map_softmax},
      {"Sum", map_add},
      {"Transpose", map_transpose},
  };
  return table;
}

}  // namespace tandem::network::onnx_import
