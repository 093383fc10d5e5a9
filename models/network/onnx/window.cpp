// SPDX-License-Identifier: Apache-2.0
#include "models/network/onnx/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/network/shapes.h"

namespace tandem::network::onnx_import {

namespace {

// Height and width, or 1 and 1 where the attribute is absent.
std::vector<std::int64_t> read_pair(Node& node, const char* attribute) {
  std::vector<std::int64_t> pair = node.integers(attribute);
  if (pair.empty()) return {1, 1};
  if (pair.size() != 2) {
    throw Unmappable(
        fmt::format("{} has {} values; windows of two dimensions are supported", attribute, pair.size()));
  }
  return pair;
}

// "SAME": as many outputs as the stride allows, the padding split evenly, the odd one at the end or the
// front.
void pad_same(int size, int kernel, int stride, int dilation, bool odd_at_end, int& before, int& after) {
  const int reach = dilation * (kernel - 1) + 1;
  const int outputs = (size + stride - 1) / stride;
  const int total = std::max(0, (outputs - 1) * stride + reach - size);
  (odd_at_end ? before : after) = total / 2;
  (odd_at_end ? after : before) = total - total / 2;
}

void check_before_padding(const Window& window) {
  for (const int value : {window.kernel_h, window.kernel_w, window.stride_h, window.stride_w,
                          window.dilation_h, window.dilation_w}) {
    if (value < 1 || value > kMaxKernel) {
      throw Unmappable(
          fmt::format("a kernel, stride or dilation is {}; allowed is 1 to {}", value, kMaxKernel));
    }
  }
}

}  // namespace

int to_int(std::int64_t value, const char* what) {
  if (value < -kMaxElements || value > kMaxElements) throw Unmappable(fmt::format("{} is {}", what, value));
  return static_cast<int>(value);
}

Window read_window(Node& node, const Value& input, const Shape& input_shape,
                   const std::vector<std::int64_t>& kernel) {
  std::vector<std::int64_t> shape = node.integers("kernel_shape");
  if (shape.empty()) shape = kernel;
  if (shape.size() != 2) throw Unmappable("kernel_shape must have two values");
  if (!kernel.empty() && shape != kernel) {
    throw Unmappable(fmt::format("kernel_shape says {}x{}, the weights say {}x{}", shape[0], shape[1],
                                 kernel[0], kernel[1]));
  }
  const std::vector<std::int64_t> strides = read_pair(node, "strides");
  const std::vector<std::int64_t> dilations = read_pair(node, "dilations");
  Window window;
  window.kernel_h = to_int(shape[0], "kernel_shape");
  window.kernel_w = to_int(shape[1], "kernel_shape");
  window.stride_h = to_int(strides[0], "strides");
  window.stride_w = to_int(strides[1], "strides");
  window.dilation_h = to_int(dilations[0], "dilations");
  window.dilation_w = to_int(dilations[1], "dilations");
  check_before_padding(window);

  std::vector<std::int64_t> pads = node.integers("pads");
  if (pads.empty()) pads = {0, 0, 0, 0};
  if (pads.size() != 4) throw Unmappable(fmt::format("pads has {} values; four are supported", pads.size()));
  const std::string automatic = node.text("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const bool upper = automatic == "SAME_UPPER";
    const int height = input_shape.h + input.pad_top + input.pad_bottom;
    const int width = input_shape.w + input.pad_left + input.pad_right;
    pad_same(height, window.kernel_h, window.stride_h, window.dilation_h, upper, window.pad_top,
             window.pad_bottom);
    pad_same(width, window.kernel_w, window.stride_w, window.dilation_w, upper, window.pad_left,
             window.pad_right);
  } else if (automatic == "NOTSET" || automatic.empty()) {
    window.pad_top = to_int(pads[0], "pads");
    window.pad_left = to_int(pads[1], "pads");
    window.pad_bottom = to_int(pads[2], "pads");
    window.pad_right = to_int(pads[3], "pads");
  } else if (automatic != "VALID") {
    throw Unmappable(
        fmt::format("auto_pad is \"{}\"; supported are NOTSET, VALID, SAME_UPPER, SAME_LOWER", automatic));
  }
  window.pad_top += input.pad_top;
  window.pad_left += input.pad_left;
  window.pad_bottom += input.pad_bottom;
  window.pad_right += input.pad_right;
  return window;
}

}  // namespace tandem::network::onnx_import
