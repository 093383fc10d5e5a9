// SPDX-License-Identifier: Apache-2.0
#include "models/network/onnx/constants.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/network/onnx/node.h"
#include "models/network/shapes.h"

namespace tandem::network::onnx_import {

namespace {

// Raw data is little-endian whatever the host is.
template <class Word>
Word little_endian(const std::string& bytes, std::size_t index) {
  Word word = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    word |= static_cast<Word>(static_cast<Word>(static_cast<unsigned char>(bytes[index * sizeof(Word) + i]))
                              << (8 * i));
  }
  return word;
}

void expect_size(std::int64_t given, std::int64_t needed) {
  if (given != needed) {
    throw Unmappable(fmt::format("holds {} elements where its shape has {}", given, needed));
  }
}

template <class Word, class List>
void check_elements(const onnx::TensorProto& tensor, std::int64_t count, const List& list) {
  if (!tensor.has_raw_data()) return expect_size(list.size(), count);
  const std::size_t bytes = tensor.raw_data().size();
  if (bytes % sizeof(Word) != 0) throw Unmappable("holds raw data that ends inside an element");
  expect_size(static_cast<std::int64_t>(bytes / sizeof(Word)), count);
}

template <class Word, class List, class Take>
void for_each_element(const onnx::TensorProto& tensor, const List& list, Take take) {
  if (tensor.has_raw_data()) {
    const std::string& raw = tensor.raw_data();
    for (std::size_t i = 0; i < raw.size() / sizeof(Word); ++i) take(little_endian<Word>(raw, i));
  } else {
    for (const auto element : list) take(std::bit_cast<Word>(element));
  }
}

}  // namespace

std::int64_t element_count(const std::vector<std::int64_t>& dims) {
  std::int64_t count = 1;
  for (const std::int64_t size : dims) {
    if (size < 0 || size > kMaxElements)
      throw Unmappable(fmt::format("has a side of {}; allowed is 0 to {}", size, kMaxElements));
    count *= size;  // both at most 2^28
    if (count > kMaxElements) throw Unmappable(fmt::format("has more than {} elements", kMaxElements));
  }
  return count;
}

std::int64_t Constant::elements() const { return element_count(dims); }

Constant read_tensor(const onnx::TensorProto& tensor) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    throw Unmappable("is in an external file; save the model in one file");
  }
  if (tensor.has_segment()) throw Unmappable("comes in segments; save it in one piece");
  Constant constant;
  constant.dims.assign(tensor.dims().begin(), tensor.dims().end());
  const std::int64_t count = element_count(constant.dims);
  constant.tensor = &tensor;
  constant.integral = tensor.data_type() != onnx::TensorProto::FLOAT;
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      check_elements<std::uint32_t>(tensor, count, tensor.float_data());
      break;
    case onnx::TensorProto::INT64:
      check_elements<std::uint64_t>(tensor, count, tensor.int64_data());
      break;
    case onnx::TensorProto::INT32:
      check_elements<std::uint32_t>(tensor, count, tensor.int32_data());
      break;
    default:
      throw Unmappable(fmt::format("has elements of type {}; FLOAT, INT64 and INT32 are supported",
                                   onnx::TensorProto::DataType_IsValid(tensor.data_type())
                                       ? onnx::TensorProto::DataType_Name(tensor.data_type())
                                       : std::to_string(tensor.data_type())));
  }
  return constant;
}

namespace {

template <class Element>
std::vector<Element> spread(const Constant& constant, const std::vector<Element>& stored, const char* what) {
  if (!constant.filled) return stored;
  const std::int64_t count = constant.elements();
  if (count > kMaxChannels)
    throw Unmappable(fmt::format("{} is a ConstantOfShape of {} elements", what, count));
  return std::vector<Element>(static_cast<std::size_t>(count), stored.front());
}

}  // namespace

std::vector<float> float_values(const Constant& constant, const char* what) {
  if (constant.integral) throw Unmappable(fmt::format("{} holds integers; FLOAT is supported", what));
  std::vector<float> values;
  if (constant.tensor == nullptr) {
    values = spread(constant, constant.floats, what);
  } else {
    values.reserve(static_cast<std::size_t>(constant.elements()));
    for_each_element<std::uint32_t>(*constant.tensor, constant.tensor->float_data(), [&](std::uint32_t bits) {
      values.push_back(std::bit_cast<float>(bits));
    });
  }
  if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
    throw Unmappable(fmt::format("not every value of {} is finite", what));
  }
  return values;
}

std::vector<std::int64_t> integer_values(const Constant& constant, const char* what) {
  if (!constant.integral) throw Unmappable(fmt::format("{} holds no integers", what));
  if (constant.tensor == nullptr) return spread(constant, constant.integers, what);
  std::vector<std::int64_t> values;
  const auto take = [&](auto bits) {
    values.push_back(static_cast<std::make_signed_t<decltype(bits)>>(bits));
  };
  if (constant.tensor->data_type() == onnx::TensorProto::INT64) {
    for_each_element<std::uint64_t>(*constant.tensor, constant.tensor->int64_data(), take);
  } else {
    for_each_element<std::uint32_t>(*constant.tensor, constant.tensor->int32_data(), take);
  }
  return values;
}

}  // namespace tandem::network::onnx_import
