// SPDX-License-Identifier: Apache-2.0
// Tensors that are known at import: initialisers, Constant and ConstantOfShape. A ConstantOfShape keeps only
// its shape and value, and the elements of the others stay in the model until they are asked for, so that
// weights are not held twice. Float and integer tensors are read; other element types, tensors in external
// files and values that are not finite are refused (Unmappable).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace onnx {
class TensorProto;
}

namespace tandem::network::onnx_import {

struct Constant {
  std::vector<std::int64_t> dims;
  bool integral = false;
  bool filled = false;                        // one value stands for all elements
  const onnx::TensorProto* tensor = nullptr;  // where the elements are; null: in one of these
  std::vector<float> floats;
  std::vector<std::int64_t> integers;

  [[nodiscard]] std::int64_t elements() const;
};

// The product; throws when a size is negative or the product is above kMaxElements.
std::int64_t element_count(const std::vector<std::int64_t>& dims);

// `tensor` must outlive the result. The message of an Unmappable goes on after the tensor's name.
Constant read_tensor(const onnx::TensorProto& tensor);
// All elements. A filled constant is written out only up to kMaxChannels elements.
std::vector<float> float_values(const Constant& constant, const char* what);
std::vector<std::int64_t> integer_values(const Constant& constant, const char* what);

}  // namespace tandem::network::onnx_import
