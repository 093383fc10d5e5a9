// SPDX-License-Identifier: Apache-2.0
// The part of the importer that the operators use: what a node reads and what it makes.
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "models/network/onnx/importer.h"
#include "models/network/shapes.h"

namespace tandem::network::onnx_import {

bool Importer::has_input(const Node& node, int index) const {
  return index < node.proto().input_size() && !node.proto().input(index).empty();
}

const Value& Importer::any_input(const Node& node, int index) const {
  if (!has_input(node, index)) throw Unmappable(fmt::format("input {} is missing", index));
  const Value& value = values_.at(node.proto().input(index));
  if (!value.error.empty()) throw Unmappable(value.error);
  return value;
}

const Value& Importer::padded_input(const Node& node, int index) const {
  const Value& value = any_input(node, index);
  const std::string name = printable(node.proto().input(index));
  if (value.layer < 0)
    throw Unmappable(fmt::format("input \"{}\" is a constant; a computed value is expected", name));
  if (value.split_groups != 0) {
    throw Unmappable(
        fmt::format("input \"{}\" is inside what looks like a channel shuffle (Reshape, Transpose, Reshape) "
                    "but is not one",
                    name));
  }
  return value;
}

const Value& Importer::input(const Node& node, int index) const {
  const Value& value = padded_input(node, index);
  if (value.padded()) {
    throw Unmappable(
        fmt::format("input \"{}\" was padded; a Pad is supported before Conv, MaxPool and AveragePool",
                    printable(node.proto().input(index))));
  }
  return value;
}

const Constant& Importer::constant_input(const Node& node, int index, const char* what) const {
  const Value& value = any_input(node, index);
  if (!value.constant) throw Unmappable(fmt::format("{} is computed; a constant is supported", what));
  return *value.constant;
}

Layer* Importer::sole_producer(const Value& value) {
  const auto count = reader_counts_.find(value.origin);
  if (count == reader_counts_.end() || count->second != 1) return nullptr;
  return &drafts_.at(index_of(value)).layer;
}

const onnx::NodeProto* Importer::sole_reader(const std::string& name) const {
  const auto count = reader_counts_.find(name);
  return count != reader_counts_.end() && count->second == 1 ? some_reader_.at(name) : nullptr;
}

std::string Importer::unique_name(const std::string& wanted) {
  const std::string base = wanted.empty() ? "layer" : wanted;
  int& uses = name_uses_[base];
  std::string name = base;
  if (++uses == 1) return name;
  do {
    name = fmt::format("{}_{}", base, uses++);
  } while (!name_uses_.emplace(name, 1).second);
  return name;
}

Value& Importer::add_layer(const Node& node, Layer layer, const std::vector<Value>& inputs, int rank) {
  std::vector<Shape> shapes;
  Draft draft;
  for (const Value& value : inputs) {
    draft.inputs.push_back(value.layer);
    shapes.push_back(shape(value));
  }
  std::vector<std::string> messages;
  layer.output = infer_shape(layer, shapes, messages);
  if (!messages.empty()) throw Unmappable(fmt::format("{}", fmt::join(messages, "; ")));
  // Layers may share an initialiser, so that a small file could ask for any amount of memory.
  if (layer.parameters) {
    parameters_ +=
        static_cast<std::int64_t>(layer.parameters->weights.size() + layer.parameters->bias.size());
    if (parameters_ > kMaxElements) {
      throw Unmappable(fmt::format("brings the weights of all layers above {}, the limit", kMaxElements));
    }
  }
  layer.name = unique_name(node.label());
  layer.place = {file_name_, 0, 0};
  draft.layer = std::move(layer);
  Value value;
  value.layer = static_cast<int>(drafts_.size());
  value.rank = rank;
  drafts_.push_back(std::move(draft));
  return set_output(node, std::move(value));
}

Value& Importer::set_output(const Node& node, Value value) {
  if (node.proto().output_size() < 1) throw Unmappable("makes nothing; it needs an output");
  const std::string& name = node.proto().output(0);
  value.origin = name;
  Value& stored = values_[name];
  stored = std::move(value);
  return stored;
}

void Importer::set_alias(const Node& node, const Value& value) {
  const Value copy = value;
  Value& stored = set_output(node, copy);
  stored.origin = copy.origin;
  // The alias's readers read the tensor behind it.
  const auto readers = reader_counts_.find(node.proto().output(0));
  reader_counts_[copy.origin] += (readers == reader_counts_.end() ? 0 : readers->second) - 1;
}

void Importer::set_constant(const Node& node, Constant constant) {
  Value value;
  value.constant = std::make_shared<const Constant>(std::move(constant));
  set_output(node, std::move(value));
}

}  // namespace tandem::network::onnx_import
