// SPDX-License-Identifier: Apache-2.0
#include "models/network/onnx/importer.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <set>

#include "models/network/onnx/operators.h"
#include "models/network/order.h"
#include "models/network/shapes.h"

namespace tandem::network::onnx_import {

namespace {

// Of the libonnx this was written against (1.12).
constexpr std::int64_t kNewestIr = 8;
constexpr std::int64_t kNewestOpset = 17;

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

}  // namespace

Importer::Importer(const onnx::ModelProto& model, std::string file_name)
    : model_(model), graph_(model.graph()), file_name_(std::move(file_name)) {}

OnnxImport Importer::run() {
  check_header();
  throw_problems();
  count_readers();
  read_initialisers();
  read_inputs();
  for (const int number : order_nodes()) map_node(number);
  throw_problems();
  return {finish(), std::move(warnings_)};
}

void Importer::note(std::vector<Problem>& list, const std::string& key, std::string message) const {
  Problem& noted = list.emplace_back();
  noted.place.file = file_name_;
  noted.key = key;
  noted.message = std::move(message);
}

void Importer::problem(const std::string& key, std::string message) {
  note(problems_, key, std::move(message));
}

void Importer::warn(const std::string& key, std::string message) { note(warnings_, key, std::move(message)); }

void Importer::throw_problems() {
  if (!problems_.empty()) throw InputError(std::move(problems_));
}

void Importer::check_header() {
  if (!model_.has_graph()) problem("", "holds no graph; it is truncated or no ONNX model");
  for (const onnx::OperatorSetIdProto& import : model_.opset_import()) {
    if (is_standard(import.domain())) opset_ = import.version();
  }
  if (opset_ < 1)
    problem("opset_import", "is missing or names no version; the file is truncated or no ONNX model");
  if (opset_ > kNewestOpset) {
    warn("opset_import", fmt::format("is {}; operators are read as of version {}", opset_, kNewestOpset));
  }
  if (model_.ir_version() > kNewestIr) {
    warn("ir_version", fmt::format("is {}; the file is read as version {}", model_.ir_version(), kNewestIr));
  }
  if (graph_.sparse_initializer_size() > 0)
    problem("sparse_initializer", "is not supported; save dense weights");
  if (graph_.node_size() > 4 * kMaxLayers) {
    problem("", fmt::format("holds {} nodes; at most {} are supported", graph_.node_size(), 4 * kMaxLayers));
  }
  if (graph_.output_size() != 1) {
    problem("output", fmt::format("the graph has {} outputs; one is supported", graph_.output_size()));
  }
}

void Importer::count_readers() {
  for (const onnx::NodeProto& node : graph_.node()) {
    for (const std::string& name : node.input()) {
      ++reader_counts_[name];
      some_reader_[name] = &node;
    }
  }
  for (const onnx::ValueInfoProto& output : graph_.output()) {
    ++reader_counts_[output.name()];
    some_reader_[output.name()] = nullptr;
  }
}

void Importer::read_initialisers() {
  for (const onnx::TensorProto& tensor : graph_.initializer()) {
    Value value;
    value.origin = tensor.name();
    try {
      value.constant = std::make_shared<const Constant>(read_tensor(tensor));
    } catch (const Unmappable& error) {
      value.error = fmt::format("tensor \"{}\" {}", printable(tensor.name()), error.what());
    }
    if (!values_.emplace(tensor.name(), std::move(value)).second) {
      problem(printable(tensor.name()), "is the name of two initialisers; names must differ");
    }
  }
}

void Importer::read_inputs() {
  std::set<std::string> seen;
  for (const onnx::ValueInfoProto& info : graph_.input()) {
    if (!seen.insert(info.name()).second) problem(printable(info.name()), "is the name of two inputs");
    // Old files list the initialisers among the inputs.
    if (values_.contains(info.name()) || !reader_counts_.contains(info.name())) continue;
    try {
      read_input(info);
    } catch (const Unmappable& error) {
      problem(printable(info.name()), error.what());
      values_[info.name()].failed = true;
    }
  }
}

void Importer::read_input(const onnx::ValueInfoProto& info) {
  const onnx::TypeProto::Tensor& type = info.type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT)
    throw Unmappable("the input is no tensor of FLOAT, which is supported");
  const int rank = type.shape().dim_size();
  if (rank != 2 && rank != 4) {
    throw Unmappable(fmt::format("the input has {} dimensions; supported are N x C x H x W and N x C", rank));
  }
  // A batch of any size is worked off image by image.
  if (const std::int64_t batch = type.shape().dim(0).dim_value(); batch > 1) {
    warn(printable(info.name()), fmt::format("is a batch of {}; the network is read for one image", batch));
  }
  Shape shape{0, 1, 1};
  for (int i = 1; i < rank; ++i) {
    const std::int64_t size = type.shape().dim(i).dim_value();
    if (size < 1 || size > kMaxChannels) {
      throw Unmappable(fmt::format("dimension {} of the input is {}; give a fixed size from 1 to {}", i,
                                   type.shape().dim(i).has_dim_value() ? std::to_string(size) : "not fixed",
                                   kMaxChannels));
    }
    (i == 1 ? shape.c : i == 2 ? shape.h : shape.w) = static_cast<int>(size);
  }
  Draft draft;
  draft.layer.name = unique_name(printable(info.name()));
  draft.layer.kind = LayerKind::input;
  draft.layer.declared_shape = shape;
  draft.layer.place = {file_name_, 0, 0};
  std::vector<std::string> messages;
  draft.layer.output = infer_shape(draft.layer, {}, messages);
  if (!messages.empty()) throw Unmappable(messages.front());
  Value value;
  value.layer = static_cast<int>(drafts_.size());
  value.rank = rank;
  value.origin = info.name();
  drafts_.push_back(std::move(draft));
  values_[info.name()] = std::move(value);
}

std::vector<int> Importer::order_nodes() {
  std::map<std::string, int> maker;
  for (int number = 0; number < graph_.node_size(); ++number) {
    for (const std::string& name : graph_.node(number).output()) {
      if (name.empty()) continue;
      if (values_.contains(name) || !maker.emplace(name, number).second) {
        problem(node_label(graph_.node(number), number),
                fmt::format("makes \"{}\", which exists already; every value must be made once",
                            printable(name)));
      }
    }
  }
  std::vector<std::pair<int, int>> edges;
  for (int number = 0; number < graph_.node_size(); ++number) {
    for (const std::string& name : graph_.node(number).input()) {
      if (const auto found = maker.find(name); found != maker.end())
        edges.emplace_back(found->second, number);
    }
  }
  Order order = stable_topological_order(graph_.node_size(), edges);
  for (const std::vector<int>& cycle : order.cycles) {
    std::string walk;
    for (const int number : cycle) walk += node_label(graph_.node(number), number) + " -> ";
    const std::string first = node_label(graph_.node(cycle.front()), cycle.front());
    problem(first, "is on a cycle: " + walk + first + "; a network must have none");
  }
  return order.sequence;
}

bool Importer::inputs_are_known(Node& node) {
  bool known = true;
  for (const std::string& name : node.proto().input()) {
    if (name.empty()) continue;
    const auto found = values_.find(name);
    if (found == values_.end()) {
      problem(node.label(), fmt::format("reads \"{}\", which nobody makes", printable(name)));
    }
    known = known && found != values_.end() && !found->second.failed;
  }
  return known;
}

void Importer::map_node(int number) {
  const onnx::NodeProto& proto = graph_.node(number);
  Node node(proto, node_label(proto, number));
  bool mapped = false;
  if (inputs_are_known(node)) {
    try {
      const auto handler = operators().find(proto.op_type());
      if (handler == operators().end() || !is_standard(proto.domain())) {
        std::vector<std::string> names;
        for (const auto& [name, unused] : operators()) names.push_back(name);
        throw Unmappable(fmt::format("operator \"{}{}{}\" is not supported; supported are {}",
                                     printable(proto.domain()), proto.domain().empty() ? "" : ".",
                                     printable(proto.op_type()), join(names)));
      }
      handler->second(*this, node);
      node.expect_all_known();
      for (int i = 1; i < proto.output_size(); ++i) {
        if (reader_counts_.contains(proto.output(i)) && !proto.output(i).empty()) {
          throw Unmappable(
              fmt::format("output {} of {} is read; only the first is supported", i, proto.op_type()));
        }
      }
      mapped = true;
    } catch (const Unmappable& error) {
      problem(node.label(), error.what());
    }
  }
  for (const std::string& name : proto.output()) {
    if (!mapped) values_[name].failed = true;
  }
}

Network Importer::finish() {
  const std::string& output_name = graph_.output(0).name();
  const auto output = values_.find(output_name);
  if (output == values_.end() || output->second.layer < 0 || output->second.padded() ||
      output->second.split_groups != 0) {
    problem(printable(output_name), "is the graph's output, but no layer makes it");
    throw_problems();
  }
  // What does not reach the output is dead code that exporters leave behind.
  std::vector<bool> alive(drafts_.size(), false);
  alive[index_of(output->second)] = true;
  for (std::size_t i = drafts_.size(); i-- > 0;) {
    if (!alive[i]) continue;
    for (const int from : drafts_[i].inputs) alive[static_cast<std::size_t>(from)] = true;
  }
  std::vector<Layer> layers;
  std::vector<std::vector<std::string>> inputs;
  for (std::size_t i = 0; i < drafts_.size(); ++i) {
    if (!alive[i]) continue;
    layers.push_back(drafts_[i].layer);
    std::vector<std::string>& names = inputs.emplace_back();
    for (const int from : drafts_[i].inputs)
      names.push_back(drafts_[static_cast<std::size_t>(from)].layer.name);
  }
  const std::string name = graph_.name().empty() ? "onnx" : printable(graph_.name());
  return Network::build(name, std::move(layers), inputs, {file_name_, 0, 0});
}

}  // namespace tandem::network::onnx_import
