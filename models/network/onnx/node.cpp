// SPDX-License-Identifier: Apache-2.0
#include "models/network/onnx/node.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

namespace tandem::network::onnx_import {

std::string printable(const std::string& text) {
  constexpr std::size_t kLongest = 200;
  std::string clean = text.substr(0, kLongest);
  for (char& c : clean) {
    if (c < ' ' || c > '~') c = '_';
  }
  return clean;
}

std::string node_label(const onnx::NodeProto& node, int number) {
  if (!node.name().empty()) return printable(node.name());
  if (node.output_size() > 0 && !node.output(0).empty()) return printable(node.output(0));
  return fmt::format("node {}", number);
}

const onnx::AttributeProto* Node::find(const char* attribute, int type, const char* type_name) {
  known_.insert(attribute);
  for (const onnx::AttributeProto& candidate : proto_->attribute()) {
    if (candidate.name() != attribute) continue;
    if (candidate.type() != type)
      throw Unmappable(fmt::format("attribute {} is not {}", attribute, type_name));
    return &candidate;
  }
  return nullptr;
}

bool Node::has(const char* attribute) {
  known_.insert(attribute);
  for (const onnx::AttributeProto& candidate : proto_->attribute()) {
    if (candidate.name() == attribute) return true;
  }
  return false;
}

std::int64_t Node::integer(const char* attribute, std::int64_t fallback) {
  const auto* found = find(attribute, onnx::AttributeProto::INT, "an integer");
  return found == nullptr ? fallback : found->i();
}

double Node::number(const char* attribute, double fallback) {
  const auto* found = find(attribute, onnx::AttributeProto::FLOAT, "a number");
  return found == nullptr ? fallback : static_cast<double>(found->f());
}

std::string Node::text(const char* attribute, const std::string& fallback) {
  const auto* found = find(attribute, onnx::AttributeProto::STRING, "a string");
  return found == nullptr ? fallback : printable(found->s());
}

std::vector<std::int64_t> Node::integers(const char* attribute) {
  const auto* found = find(attribute, onnx::AttributeProto::INTS, "a list of integers");
  if (found == nullptr) return {};
  return {found->ints().begin(), found->ints().end()};
}

std::vector<float> Node::numbers(const char* attribute) {
  const auto* found = find(attribute, onnx::AttributeProto::FLOATS, "a list of numbers");
  if (found == nullptr) return {};
  return {found->floats().begin(), found->floats().end()};
}

const onnx::TensorProto* Node::tensor(const char* attribute) {
  const auto* found = find(attribute, onnx::AttributeProto::TENSOR, "a tensor");
  return found == nullptr ? nullptr : &found->t();
}

void Node::expect_all_known() const {
  for (const onnx::AttributeProto& attribute : proto_->attribute()) {
    if (!known_.contains(attribute.name())) {
      throw Unmappable(fmt::format("attribute \"{}\" of {} is not supported", printable(attribute.name()),
                                   printable(proto_->op_type())));
    }
  }
}

}  // namespace tandem::network::onnx_import
