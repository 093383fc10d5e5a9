// SPDX-License-Identifier: Apache-2.0
// The state of one import. Nodes are taken in topological order, so that the shape of every value is known
// when its reader is mapped; an operator (operators.h) asks for its inputs and adds a layer or changes one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/network/onnx/constants.h"
#include "models/network/onnx/import.h"
#include "models/network/onnx/node.h"

namespace onnx {
class GraphProto;
class ModelProto;
class TensorProto;
class ValueInfoProto;
}  // namespace onnx

namespace tandem::network::onnx_import {

// What a name in the file stands for: a constant or the output of a layer.
struct Value {
  std::shared_ptr<const Constant> constant;
  int layer = -1;
  int rank = 4;         // of the ONNX tensor, batch included; 2 after a flatten
  std::string origin;   // the tensor whose readers count: an Identity does not make a new one
  bool failed = false;  // its node could not be mapped: its readers stay silent
  std::string error;    // of an initialiser that cannot be read: its readers say so
  // Left behind by operators that only mean something together with the next one.
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;  // Pad, waiting for its convolution or pool
  int split_groups = 0;                                          // first Reshape of a channel shuffle
  bool transposed = false;                                       // and its Transpose

  [[nodiscard]] bool padded() const { return (pad_top | pad_left | pad_bottom | pad_right) != 0; }
};

class Importer {
 public:
  Importer(const onnx::ModelProto& model, std::string file_name);
  OnnxImport run();

  // Inputs of a node. They throw Unmappable when the input is absent or of the other sort.
  [[nodiscard]] bool has_input(const Node& node, int index) const;
  const Value& any_input(const Node& node, int index) const;
  const Value& input(const Node& node, int index = 0) const;         // a layer's output, ready to be read
  const Value& padded_input(const Node& node, int index = 0) const;  // the same, a Pad may still be pending
  const Constant& constant_input(const Node& node, int index, const char* what) const;

  [[nodiscard]] const Layer& layer(const Value& value) const { return drafts_.at(index_of(value)).layer; }
  [[nodiscard]] Shape shape(const Value& value) const { return layer(value).output; }
  // The layer that makes the value, to fold the node into it; null when somebody else reads the value too.
  Layer* sole_producer(const Value& value);
  // The node that alone reads the value called `name`; null when there are more readers or it is an output.
  [[nodiscard]] const onnx::NodeProto* sole_reader(const std::string& name) const;

  // Adds a layer named after the node; infers its shape; makes it the node's first output. Throws Unmappable.
  Value& add_layer(const Node& node, Layer layer, const std::vector<Value>& inputs, int rank);
  // The node's first output is `value`, changed in place (fused or folded), under a new name.
  Value& set_output(const Node& node, Value value);
  // The node is the identity: its readers are the input's.
  void set_alias(const Node& node, const Value& value);
  void set_constant(const Node& node, Constant constant);
  [[nodiscard]] std::int64_t opset() const { return opset_; }

 private:
  struct Draft {
    Layer layer;
    std::vector<int> inputs;
  };

  [[nodiscard]] static std::size_t index_of(const Value& value) {
    return static_cast<std::size_t>(value.layer);
  }
  void check_header();
  void count_readers();
  void read_initialisers();
  void read_inputs();
  void read_input(const onnx::ValueInfoProto& info);
  std::vector<int> order_nodes();
  void map_node(int number);
  bool inputs_are_known(Node& node);
  Network finish();
  std::string unique_name(const std::string& wanted);
  void note(std::vector<Problem>& list, const std::string& key, std::string message) const;
  void problem(const std::string& key, std::string message);
  void warn(const std::string& key, std::string message);
  void throw_problems();

  const onnx::ModelProto& model_;
  const onnx::GraphProto& graph_;
  std::string file_name_;
  std::int64_t opset_ = 0;
  std::map<std::string, Value> values_;
  std::map<std::string, int> reader_counts_;
  std::map<std::string, const onnx::NodeProto*> some_reader_;
  std::vector<Draft> drafts_;
  std::int64_t parameters_ = 0;  // held by all layers
  std::map<std::string, int> name_uses_;
  std::vector<Problem> problems_;
  std::vector<Problem> warnings_;
};

}  // namespace tandem::network::onnx_import
