// SPDX-License-Identifier: Apache-2.0
// How the tensors and attributes of an ONNX vector become images and windows of the layer graph.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "models/network/kernels/layer_kernel.h"
#include "tests/unit/onnx_vectors.h"

namespace tandem::network::test {

struct Batch {
  Shape shape;  // of one image
  int images = 1;
  bool exact = false;
  int shift = 0;  // int8 only: -128 when the vector holds uint8
};

// N x C x H x W; a vector of three dimensions has no width.
inline Batch images_of(const VectorTensor& tensor) {
  return {{tensor.product(1, 2), tensor.product(2, 3), tensor.product(3, 4)}, tensor.product(0, 1)};
}

// Everything before the axis counts as images, everything behind it as pixels.
inline Batch around_axis(const VectorTensor& tensor, int axis) {
  const std::size_t rank = tensor.dims.size();
  const std::size_t at = axis < 0 ? rank - static_cast<std::size_t>(-axis) : static_cast<std::size_t>(axis);
  return {{tensor.product(at, at + 1), tensor.product(at + 1, rank), 1}, tensor.product(0, at)};
}

// The ONNX rule for SAME: as many outputs as ceil(input / stride); an odd pad goes to the end for SAME_UPPER.
inline void pad_same(int size, int kernel, int stride, bool upper, int& before, int& after) {
  const int outputs = (size + stride - 1) / stride;
  const int pad = std::max(0, (outputs - 1) * stride + kernel - size);
  before = upper ? pad / 2 : pad - pad / 2;
  after = pad - before;
}

inline Window window_of(const OnnxVector& vector, const Shape& input, std::vector<int> kernel) {
  Window window;
  const bool flat = kernel.size() == 1;  // 1-D vectors slide along the height
  if (flat) kernel.push_back(1);
  const std::vector<int> strides = vector.ints("strides", {1, 1});
  const std::vector<int> dilations = vector.ints("dilations", {1, 1});
  const std::vector<int> pads = vector.ints("pads", {0, 0, 0, 0});
  window.kernel_h = kernel.at(0);
  window.kernel_w = kernel.at(1);
  window.stride_h = strides.at(0);
  window.stride_w = flat ? 1 : strides.at(1);
  window.dilation_h = dilations.at(0);
  window.dilation_w = flat ? 1 : dilations.at(1);
  if (!flat) {
    window.pad_top = pads.at(0);
    window.pad_left = pads.at(1);
    window.pad_bottom = pads.at(2);
    window.pad_right = pads.at(3);
  }
  const std::string same = vector.text("auto_pad");
  if (same == "SAME_UPPER" || same == "SAME_LOWER") {
    const bool upper = same == "SAME_UPPER";
    pad_same(input.h, window.kernel_h, window.stride_h, upper, window.pad_top, window.pad_bottom);
    pad_same(input.w, window.kernel_w, window.stride_w, upper, window.pad_left, window.pad_right);
  }
  return window;
}

// One image of a batch: the vector's values [first, first + elements).
inline Tensor slice(const VectorTensor& vector, const Shape& shape, int image, int shift = 0) {
  Tensor tensor = make_tensor(shape, vector.f.empty() ? Precision::int8 : Precision::fp32);
  const auto count = static_cast<std::size_t>(shape.elements());
  const std::size_t first = static_cast<std::size_t>(image) * count;
  for (std::size_t at = 0; at < count; ++at) {
    if (vector.f.empty()) {
      tensor.q[at] = static_cast<std::int8_t>(vector.i.at(first + at) + shift);
    } else {
      tensor.f[at] = vector.f.at(first + at);
    }
  }
  return tensor;
}

}  // namespace tandem::network::test
