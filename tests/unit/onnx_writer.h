// SPDX-License-Identifier: Apache-2.0
// Writes small ONNX models for tests and for the fuzzer's first inputs.
#pragma once

#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "models/network/graph.h"

namespace tandem::network::test {

using Ints = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

// A node under construction; the setters return it, so that attributes chain.
class NodeWriter {
 public:
  explicit NodeWriter(onnx::NodeProto* node) : node_(node) {}
  NodeWriter& set(const std::string& name, std::int64_t value) {
    onnx::AttributeProto* attribute = add(name, onnx::AttributeProto::INT);
    attribute->set_i(value);
    return *this;
  }
  NodeWriter& set(const std::string& name, float value) {
    add(name, onnx::AttributeProto::FLOAT)->set_f(value);
    return *this;
  }
  NodeWriter& set(const std::string& name, const char* value) {
    add(name, onnx::AttributeProto::STRING)->set_s(value);
    return *this;
  }
  NodeWriter& set(const std::string& name, const Ints& values) {
    onnx::AttributeProto* attribute = add(name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute->add_ints(value);
    return *this;
  }
  onnx::NodeProto* proto() { return node_; }

 private:
  onnx::AttributeProto* add(const std::string& name, onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto* attribute = node_->add_attribute();
    attribute->set_name(name);
    attribute->set_type(type);
    return attribute;
  }
  onnx::NodeProto* node_;
};

class OnnxWriter {
 public:
  explicit OnnxWriter(std::int64_t opset = 9) {
    model.set_ir_version(3);
    model.add_opset_import()->set_version(opset);
    model.mutable_graph()->set_name("written");
  }

  void input(const std::string& name, const Ints& dims) {
    describe(model.mutable_graph()->add_input(), name, dims);
  }
  void output(const std::string& name) { describe(model.mutable_graph()->add_output(), name, {}); }

  void floats(const std::string& name, const Ints& dims, const std::vector<float>& values, bool raw = false) {
    onnx::TensorProto* tensor = initialiser(name, dims, onnx::TensorProto::FLOAT);
    if (raw) {
      std::string bytes(values.size() * sizeof(float), '\0');
      std::memcpy(bytes.data(), values.data(), bytes.size());
      tensor->set_raw_data(bytes);
    } else {
      for (const float value : values) tensor->add_float_data(value);
    }
  }
  void ints(const std::string& name, const Ints& values) {
    onnx::TensorProto* tensor =
        initialiser(name, {static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
    for (const std::int64_t value : values) tensor->add_int64_data(value);
  }
  // Weights that are a shape only.
  void filled(const std::string& name, const Ints& dims) {
    ints(name + "__SHAPE", dims);
    node("ConstantOfShape", {name + "__SHAPE"}, name);
  }
  // The node is named as its output.
  NodeWriter node(const std::string& op, const Names& inputs, const std::string& output) {
    onnx::NodeProto* made = model.mutable_graph()->add_node();
    made->set_op_type(op);
    made->set_name(output);
    for (const std::string& name : inputs) made->add_input(name);
    made->add_output(output);
    return NodeWriter(made);
  }

  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    const std::string text = model.SerializeAsString();
    return {text.begin(), text.end()};
  }

  onnx::ModelProto model;

 private:
  static void describe(onnx::ValueInfoProto* info, const std::string& name, const Ints& dims) {
    info->set_name(name);
    onnx::TypeProto::Tensor* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t size : dims) type->mutable_shape()->add_dim()->set_dim_value(size);
  }
  onnx::TensorProto* initialiser(const std::string& name, const Ints& dims,
                                 onnx::TensorProto::DataType type) {
    onnx::TensorProto* tensor = model.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (const std::int64_t size : dims) tensor->add_dims(size);
    return tensor;
  }
};

// The topology of a network, without weights. A layer's last node makes the tensor named after the layer; a
// fully connected layer gets a Flatten before it.
class NetworkExporter {
 public:
  explicit NetworkExporter(const Network& network) : network_(network) {}

  std::vector<std::uint8_t> run() {
    for (LayerId id = 0; id < network_.size(); ++id) write(id);
    out_.output(network_.layer(network_.output()).name);
    return out_.bytes();
  }

 private:
  static Ints with_batch(const Shape& shape) { return {1, shape.c, shape.h, shape.w}; }

  void write(LayerId id) {
    const Layer& layer = network_.layer(id);
    Names inputs;
    for (const LayerId input : layer.inputs) inputs.push_back(network_.layer(input).name);
    if (layer.kind == LayerKind::input) return out_.input(layer.name, with_batch(layer.output));
    if (layer.kind == LayerKind::activation) return write_activation(layer, inputs.front());
    const bool fused = layer.activation != Activation::none;
    // The importer names a layer after its first node: that one carries the layer's name.
    const std::string result = fused ? layer.name + "__linear" : layer.name;
    NodeWriter node = write_operation(id, layer, inputs, result);
    node.proto()->set_name(layer.name);
    if (fused) write_activation(layer, result);
  }

  void write_activation(const Layer& layer, const std::string& from) {
    if (layer.activation == Activation::relu) {
      out_.node("Relu", {from}, layer.name);
    } else {
      out_.node("Clip", {from}, layer.name).set("min", 0.0F).set("max", 6.0F);
    }
  }

  NodeWriter write_operation(LayerId id, const Layer& layer, const Names& inputs, const std::string& result) {
    const Window& w = layer.window;
    const Ints kernel = {w.kernel_h, w.kernel_w};
    const Ints pads = {w.pad_top, w.pad_left, w.pad_bottom, w.pad_right};
    const auto windowed = [&](NodeWriter node) {
      return node.set("kernel_shape", kernel).set("strides", Ints{w.stride_h, w.stride_w}).set("pads", pads);
    };
    switch (layer.kind) {
      case LayerKind::conv: {
        const std::int64_t per_group = network_.input_shape(id).c / layer.conv.groups;
        out_.filled(layer.name + "__w", {layer.conv.out_channels, per_group, w.kernel_h, w.kernel_w});
        out_.filled(layer.name + "__b", {layer.conv.out_channels});
        NodeWriter node = out_.node("Conv", {inputs[0], layer.name + "__w", layer.name + "__b"}, result);
        return windowed(node)
            .set("group", std::int64_t{layer.conv.groups})
            .set("dilations", Ints{w.dilation_h, w.dilation_w});
      }
      case LayerKind::fully_connected:
        out_.node("Flatten", {inputs[0]}, layer.name + "__flat");
        out_.filled(layer.name + "__w", {layer.conv.out_channels, network_.input_shape(id).elements()});
        out_.filled(layer.name + "__b", {layer.conv.out_channels});
        return out_.node("Gemm", {layer.name + "__flat", layer.name + "__w", layer.name + "__b"}, result)
            .set("transB", std::int64_t{1});
      case LayerKind::max_pool:
        return windowed(out_.node("MaxPool", inputs, result))
            .set("ceil_mode", std::int64_t{layer.pool.ceil_mode});
      case LayerKind::avg_pool:
        return windowed(out_.node("AveragePool", inputs, result))
            .set("ceil_mode", std::int64_t{layer.pool.ceil_mode})
            .set("count_include_pad", std::int64_t{layer.pool.count_include_pad});
      case LayerKind::global_avg_pool:
        return out_.node("GlobalAveragePool", inputs, result);
      case LayerKind::add:
        return out_.node("Sum", inputs, result);
      case LayerKind::concat:
        return out_.node("Concat", inputs, result).set("axis", std::int64_t{1});
      case LayerKind::lrn:
        return out_.node("LRN", inputs, result)
            .set("size", std::int64_t{layer.lrn.size})
            .set("alpha", static_cast<float>(layer.lrn.alpha))
            .set("beta", static_cast<float>(layer.lrn.beta))
            .set("bias", static_cast<float>(layer.lrn.bias));
      case LayerKind::dropout:
        return out_.node("Dropout", inputs, result);
      default:
        return out_.node(layer.kind == LayerKind::softmax ? "Softmax" : "Flatten", inputs, result);
    }
  }

  const Network& network_;
  OnnxWriter out_;
};

}  // namespace tandem::network::test
