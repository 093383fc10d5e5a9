// SPDX-License-Identifier: Apache-2.0
// The ONNX project's operator vectors as Debian's libonnx-testdata installs them: one folder a case with a
// one-node model, its inputs and the output to expect (of several outputs, the first).
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
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::network::test {

inline const std::string kOnnxVectors = "/usr/share/libonnx-testdata/data/node/";

// Values in row-major order; floats in f, integers of any type in i.
struct VectorTensor {
  std::vector<int> dims;
  std::vector<float> f;
  std::vector<int> i;

  // Of the dimensions [begin, end).
  [[nodiscard]] int product(std::size_t begin, std::size_t end) const {
    int value = 1;
    for (std::size_t d = begin; d < end && d < dims.size(); ++d) value *= dims[d];
    return value;
  }
};

class OnnxVector {
 public:
  // Throws when a file is missing or no protobuf: a vector that cannot be read must fail its test.
  explicit OnnxVector(const std::string& name) : folder_(kOnnxVectors + name + "/") {
    onnx::ModelProto model;
    parse("model.onnx", model);
    if (model.graph().node_size() != 1) throw std::runtime_error(folder_ + ": not one node");
    node_ = model.graph().node(0);
    for (int i = 0; i < model.graph().input_size(); ++i) inputs_.push_back(tensor("input_", i));
    output_ = tensor("output_", 0);
  }

  [[nodiscard]] const VectorTensor& input(std::size_t index) const { return inputs_.at(index); }
  [[nodiscard]] std::size_t inputs() const { return inputs_.size(); }
  [[nodiscard]] const VectorTensor& output() const { return output_; }

  // The position of an optional input among the graph's inputs; -1 when the node leaves it out.
  [[nodiscard]] int position(int node_input) const {
    if (node_input >= node_.input_size() || node_.input(node_input).empty()) return -1;
    int position = 0;
    for (int i = 0; i < node_input; ++i) position += node_.input(i).empty() ? 0 : 1;
    return position;
  }

  [[nodiscard]] std::vector<int> ints(const std::string& name, std::vector<int> fallback) const {
    const onnx::AttributeProto* found = find(name);
    if (found == nullptr) return fallback;
    std::vector<int> values;
    for (const std::int64_t value : found->ints()) values.push_back(static_cast<int>(value));
    return values;
  }
  [[nodiscard]] int integer(const std::string& name, int fallback) const {
    const onnx::AttributeProto* found = find(name);
    return found == nullptr ? fallback : static_cast<int>(found->i());
  }
  [[nodiscard]] double number(const std::string& name, double fallback) const {
    const onnx::AttributeProto* found = find(name);
    return found == nullptr ? fallback : static_cast<double>(found->f());
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    const onnx::AttributeProto* found = find(name);
    return found == nullptr ? "" : found->s();
  }

 private:
  [[nodiscard]] const onnx::AttributeProto* find(const std::string& name) const {
    for (const onnx::AttributeProto& attribute : node_.attribute()) {
      if (attribute.name() == name) return &attribute;
    }
    return nullptr;
  }

  template <class Message>
  void parse(const std::string& file, Message& message) const {
    std::ifstream stream(folder_ + file, std::ios::binary);
    if (!stream) throw std::runtime_error(folder_ + file + " is missing; install libonnx-testdata");
    if (!message.ParseFromIstream(&stream)) throw std::runtime_error(folder_ + file + " is no protobuf");
  }

  [[nodiscard]] VectorTensor tensor(const std::string& kind, int index) const {
    onnx::TensorProto proto;
    parse("test_data_set_0/" + kind + std::to_string(index) + ".pb", proto);
    VectorTensor result;
    for (const std::int64_t dim : proto.dims()) result.dims.push_back(static_cast<int>(dim));
    switch (proto.data_type()) {
      case onnx::TensorProto::FLOAT:
        result.f = values<float, float>(proto, proto.float_data());
        break;
      case onnx::TensorProto::UINT8:
        result.i = values<std::uint8_t, int>(proto, proto.int32_data());
        break;
      case onnx::TensorProto::INT8:
        result.i = values<std::int8_t, int>(proto, proto.int32_data());
        break;
      case onnx::TensorProto::INT32:
        result.i = values<std::int32_t, int>(proto, proto.int32_data());
        break;
      default:
        throw std::runtime_error(folder_ + ": a tensor of an unexpected type");
    }
    const auto expected = static_cast<std::size_t>(result.product(0, result.dims.size()));
    if (result.f.size() + result.i.size() != expected)
      throw std::runtime_error(folder_ + ": a tensor cut short");
    return result;
  }

  template <class Stored, class Value, class Field>
  static std::vector<Value> values(const onnx::TensorProto& proto, const Field& field) {
    std::vector<Value> result;
    if (!proto.has_raw_data()) {
      for (const auto value : field) result.push_back(static_cast<Value>(value));
      return result;
    }
    const std::string& raw = proto.raw_data();
    for (std::size_t at = 0; at + sizeof(Stored) <= raw.size(); at += sizeof(Stored)) {
      Stored stored{};
      std::memcpy(&stored, raw.data() + at, sizeof stored);
      result.push_back(static_cast<Value>(stored));
    }
    return result;
  }

  std::string folder_;
  onnx::NodeProto node_;
  std::vector<VectorTensor> inputs_;
  VectorTensor output_;
};

}  // namespace tandem::network::test
