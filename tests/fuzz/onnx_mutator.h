// SPDX-License-Identifier: Apache-2.0
// Changes an ONNX model where it matters to the import: operators, who reads what, attributes, shapes.
// Changes of single bytes mostly end in a file that does not parse.
#pragma once

#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>

#include "models/core/random.h"
#include "models/network/onnx/operators.h"

namespace tandem::network::fuzz {

class OnnxMutator {
 public:
  OnnxMutator(onnx::GraphProto& graph, std::uint64_t seed) : graph_(graph), random_(seed) {}

  void change() {
    if (graph_.node_size() == 0) return;
    onnx::NodeProto& node = *graph_.mutable_node(pick(graph_.node_size()));
    switch (random_.below(9)) {
      case 0:
        node.set_op_type(some_operator());
        break;
      case 1:
        node.add_input(some_value());
        break;
      case 2:
        if (node.input_size() > 0) node.set_input(pick(node.input_size()), some_value());
        break;
      case 3:
        if (node.input_size() > 0) node.mutable_input()->RemoveLast();
        break;
      case 4:
        if (node.attribute_size() > 0) change_attribute(*node.mutable_attribute(pick(node.attribute_size())));
        break;
      case 5:
        add_attribute(node);
        break;
      case 6:
        add_node();
        break;
      case 7:
        change_sizes();
        break;
      default:
        graph_.mutable_node()->SwapElements(pick(graph_.node_size()), pick(graph_.node_size()));
        break;
    }
  }

 private:
  int pick(int count) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(count))); }

  std::int64_t some_number() {
    constexpr std::int64_t kEdges[] = {-1, 0, 1, 2, 3, 64, 65, 65536, 1 << 28, INT64_MAX, INT64_MIN};
    return random_.below(2) == 0 ? random_.between(-2, 8) : kEdges[random_.below(std::size(kEdges))];
  }

  std::string some_operator() {
    const auto& table = onnx_import::operators();
    return std::next(table.begin(), pick(static_cast<int>(table.size())))->first;
  }

  std::string some_value() {
    const int initialisers = graph_.initializer_size();
    const int chosen = pick(initialisers + graph_.node_size());
    if (chosen < initialisers) return graph_.initializer(chosen).name();
    const onnx::NodeProto& node = graph_.node(chosen - initialisers);
    return node.output_size() > 0 ? node.output(0) : "";
  }

  void change_attribute(onnx::AttributeProto& attribute) {
    if (attribute.ints_size() > 0) attribute.set_ints(pick(attribute.ints_size()), some_number());
    if (attribute.has_i()) attribute.set_i(some_number());
    if (attribute.has_f()) attribute.set_f(static_cast<float>(some_number()));
  }

  void add_attribute(onnx::NodeProto& node) {
    constexpr const char* kInteger[] = {"axis", "ceil_mode", "group", "transA", "transB", "size", "spatial"};
    constexpr const char* kList[] = {"pads", "strides", "dilations", "kernel_shape", "perm", "shape"};
    constexpr const char* kModes[] = {"SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"};
    onnx::AttributeProto& attribute = *node.add_attribute();
    switch (random_.below(3)) {
      case 0:
        attribute.set_name(kInteger[random_.below(std::size(kInteger))]);
        attribute.set_type(onnx::AttributeProto::INT);
        attribute.set_i(some_number());
        break;
      case 1:
        attribute.set_name(kList[random_.below(std::size(kList))]);
        attribute.set_type(onnx::AttributeProto::INTS);
        for (int count = pick(6); count > 0; --count) attribute.add_ints(some_number());
        break;
      default:
        attribute.set_name("auto_pad");
        attribute.set_type(onnx::AttributeProto::STRING);
        attribute.set_s(kModes[random_.below(std::size(kModes))]);
        break;
    }
  }

  // Reads some value, and takes the place of it for one reader.
  void add_node() {
    onnx::NodeProto& reader = *graph_.mutable_node(pick(graph_.node_size()));
    if (reader.input_size() == 0) return;
    const int place = pick(reader.input_size());
    const std::string from = reader.input(place);
    const std::string made = "fuzz" + std::to_string(random_.below(1 << 20));
    reader.set_input(place, made);
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(some_operator());
    node.add_input(from);
    node.add_output(made);
  }

  void change_sizes() {
    if (graph_.initializer_size() == 0) return;
    onnx::TensorProto& tensor = *graph_.mutable_initializer(pick(graph_.initializer_size()));
    if (tensor.int64_data_size() > 0) tensor.set_int64_data(pick(tensor.int64_data_size()), some_number());
    if (tensor.dims_size() > 0 && random_.below(2) == 0)
      tensor.set_dims(pick(tensor.dims_size()), some_number());
  }

  onnx::GraphProto& graph_;
  Random random_;
};

}  // namespace tandem::network::fuzz
