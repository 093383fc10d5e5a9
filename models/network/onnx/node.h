// SPDX-License-Identifier: Apache-2.0
// One ONNX node with its attributes. An attribute that no getter asked for is unknown and refused at the end,
// since it could change what the operator does.
#pragma once

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace onnx {
class AttributeProto;
class NodeProto;
class TensorProto;
}  // namespace onnx

namespace tandem::network::onnx_import {

// This node cannot be mapped; the message says why. The importer adds the node's name and goes on.
class Unmappable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Printable text of at most 200 characters: names in a file may hold any bytes.
std::string printable(const std::string& text);
// The node's name, else its first output, else its number.
std::string node_label(const onnx::NodeProto& node, int number);

class Node {
 public:
  Node(const onnx::NodeProto& proto, std::string label) : proto_(&proto), label_(std::move(label)) {}

  [[nodiscard]] const onnx::NodeProto& proto() const { return *proto_; }
  [[nodiscard]] const std::string& label() const { return label_; }

  bool has(const char* attribute);
  std::int64_t integer(const char* attribute, std::int64_t fallback);
  double number(const char* attribute, double fallback);
  std::string text(const char* attribute, const std::string& fallback);
  std::vector<std::int64_t> integers(const char* attribute);  // absent: empty
  std::vector<float> numbers(const char* attribute);          // absent: empty
  const onnx::TensorProto* tensor(const char* attribute);     // absent: null
  // Known and without influence on inference.
  void ignore(const char* attribute) { known_.insert(attribute); }
  // Throws when an attribute is left that nobody asked for.
  void expect_all_known() const;

 private:
  const onnx::AttributeProto* find(const char* attribute, int type, const char* type_name);
  const onnx::NodeProto* proto_;
  std::string label_;
  std::set<std::string> known_;
};

}  // namespace tandem::network::onnx_import
