// SPDX-License-Identifier: Apache-2.0
#include "models/network/shapes.h"

#include <fmt/format.h>

#include <cmath>

namespace tandem::network {

namespace {

class Checker {
 public:
  explicit Checker(std::vector<std::string>& problems) : problems_(problems), before_(problems.size()) {}

  [[nodiscard]] bool ok() const { return problems_.size() == before_; }
  void wrong(std::string message) { problems_.push_back(std::move(message)); }
  void in_range(const char* what, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high)
      wrong(fmt::format("{} is {}; allowed is {} to {}", what, value, low, high));
  }

 private:
  std::vector<std::string>& problems_;
  std::size_t before_;
};

void check_tensor(const Shape& shape, Checker& check) {
  check.in_range("number of channels", shape.c, 1, kMaxChannels);
  check.in_range("height", shape.h, 1, kMaxSide);
  check.in_range("width", shape.w, 1, kMaxSide);
  if (check.ok() && shape.elements() > kMaxElements) {
    check.wrong(fmt::format("tensor {} has {} elements; at most {} are allowed", to_string(shape),
                            shape.elements(), kMaxElements));
  }
}

void check_window(const Window& window, Checker& check) {
  check.in_range("kernel height", window.kernel_h, 1, kMaxKernel);
  check.in_range("kernel width", window.kernel_w, 1, kMaxKernel);
  check.in_range("stride", window.stride_h, 1, kMaxKernel);
  check.in_range("stride", window.stride_w, 1, kMaxKernel);
  check.in_range("dilation", window.dilation_h, 1, kMaxKernel);
  check.in_range("dilation", window.dilation_w, 1, kMaxKernel);
  check.in_range("pad at the top", window.pad_top, 0, kMaxPad);
  check.in_range("pad at the bottom", window.pad_bottom, 0, kMaxPad);
  check.in_range("pad at the left", window.pad_left, 0, kMaxPad);
  check.in_range("pad at the right", window.pad_right, 0, kMaxPad);
}

// Outputs along one side; `size + before + after >= reach` holds.
int windows(int size, int before, int after, int reach, int stride, bool ceil_mode) {
  const int room = size + before + after - reach;
  if (!ceil_mode) return room / stride + 1;
  int count = (room + stride - 1) / stride + 1;
  // A window that starts behind the image would see nothing but padding.
  if ((count - 1) * stride >= size + before) --count;
  return count;
}

Shape slide(const Window& window, const Shape& input, bool ceil_mode, Checker& check) {
  const int reach_h = window.dilation_h * (window.kernel_h - 1) + 1;
  const int reach_w = window.dilation_w * (window.kernel_w - 1) + 1;
  const int padded_h = input.h + window.pad_top + window.pad_bottom;
  const int padded_w = input.w + window.pad_left + window.pad_right;
  if (reach_h > padded_h || reach_w > padded_w) {
    check.wrong(fmt::format("kernel covers {}x{}, which does not fit into the padded input of {}x{}", reach_h,
                            reach_w, padded_h, padded_w));
    return {};
  }
  return {input.c, windows(input.h, window.pad_top, window.pad_bottom, reach_h, window.stride_h, ceil_mode),
          windows(input.w, window.pad_left, window.pad_right, reach_w, window.stride_w, ceil_mode)};
}

void check_work(const Layer& layer, const Shape& input, Checker& check) {
  const std::int64_t weights = weight_count(layer, input);
  if (weights > kMaxElements) {
    check.wrong(fmt::format("has {} weights; at most {} are allowed", weights, kMaxElements));
    return;
  }
  const std::int64_t pixels = std::int64_t{layer.output.h} * layer.output.w;
  if (layer.kind == LayerKind::conv && weights * pixels > kMaxLayerMacs) {
    check.wrong(
        fmt::format("has {} multiply-accumulates; at most {} are allowed", weights * pixels, kMaxLayerMacs));
  }
}

Shape infer_conv(const Layer& layer, const Shape& input, Checker& check) {
  check_window(layer.window, check);
  const int out = layer.conv.out_channels;
  const int groups = layer.conv.groups;
  check.in_range("number of output channels", out, 1, kMaxChannels);
  check.in_range("number of groups", groups, 1, kMaxChannels);
  if (!check.ok()) return {};
  if (input.c % groups != 0 || out % groups != 0) {
    check.wrong(fmt::format("{} groups do not divide {} input and {} output channels; give a common divisor",
                            groups, input.c, out));
    return {};
  }
  Layer sized = layer;
  sized.output = slide(layer.window, input, false, check);
  sized.output.c = out;
  if (check.ok()) check_work(sized, input, check);
  return sized.output;
}

Shape infer_pool(const Layer& layer, const Shape& input, Checker& check) {
  const Window& window = layer.window;
  check_window(window, check);
  if (!check.ok()) return {};
  if (window.dilation_h != 1 || window.dilation_w != 1) check.wrong("dilation of a pool must be 1");
  // Otherwise a window could see nothing but padding.
  if (std::max(window.pad_top, window.pad_bottom) >= window.kernel_h ||
      std::max(window.pad_left, window.pad_right) >= window.kernel_w) {
    check.wrong(
        fmt::format("pad must be smaller than the kernel, which is {}x{}", window.kernel_h, window.kernel_w));
  }
  return check.ok() ? slide(window, input, layer.pool.ceil_mode, check) : Shape{};
}

Shape infer_fully_connected(const Layer& layer, const Shape& input, Checker& check) {
  check.in_range("number of outputs", layer.conv.out_channels, 1, kMaxChannels);
  if (check.ok()) check_work(layer, input, check);
  return {layer.conv.out_channels, 1, 1};
}

Shape infer_add(const std::vector<Shape>& inputs, Checker& check) {
  for (const Shape& input : inputs) {
    if (input != inputs.front()) {
      check.wrong(fmt::format("adds {} and {}; the inputs must have one shape", to_string(inputs.front()),
                              to_string(input)));
      return {};
    }
  }
  return inputs.front();
}

Shape infer_concat(const std::vector<Shape>& inputs, Checker& check) {
  const Shape& first = inputs.front();
  std::int64_t channels = 0;
  for (const Shape& input : inputs) {
    channels += input.c;
    if (input.h != first.h || input.w != first.w) {
      check.wrong(fmt::format("joins {} and {}; height and width must be the same", to_string(first),
                              to_string(input)));
      return {};
    }
  }
  check.in_range("number of channels", channels, 1, kMaxChannels);
  return check.ok() ? Shape{static_cast<int>(channels), first.h, first.w} : Shape{};
}

void check_lrn(const LrnAttributes& lrn, Checker& check) {
  if (lrn.size < 1 || lrn.size > kMaxKernel || lrn.size % 2 == 0) {
    check.wrong(fmt::format("size is {}; allowed is an odd number from 1 to {}", lrn.size, kMaxKernel));
  }
  const auto finite_from = [&](const char* what, double value, double low) {
    if (!std::isfinite(value) || value < low)
      check.wrong(fmt::format("{} is {}; allowed is {} or more", what, value, low));
  };
  finite_from("alpha", lrn.alpha, 0);
  finite_from("beta", lrn.beta, 0);
  if (!std::isfinite(lrn.bias) || lrn.bias <= 0)
    check.wrong(fmt::format("k is {}; allowed is more than 0", lrn.bias));
}

Shape infer_reshape(const Layer& layer, const Shape& input, Checker& check) {
  if (!layer.declared_shape) {
    check.wrong("shape is missing; give [channels, height, width]");
    return {};
  }
  check_tensor(*layer.declared_shape, check);
  if (check.ok() && layer.declared_shape->elements() != input.elements()) {
    check.wrong(fmt::format("{} has {} elements and its input {} has {}; the numbers must be the same",
                            to_string(*layer.declared_shape), layer.declared_shape->elements(),
                            to_string(input), input.elements()));
  }
  return *layer.declared_shape;
}

Shape infer_shuffle(const Layer& layer, const Shape& input, Checker& check) {
  if (layer.shuffle_groups < 1 || input.c % layer.shuffle_groups != 0) {
    check.wrong(
        fmt::format("groups is {}; allowed is a divisor of the {} channels", layer.shuffle_groups, input.c));
  }
  return input;
}

bool takes_activation(LayerKind kind) {
  return kind == LayerKind::conv || kind == LayerKind::fully_connected || kind == LayerKind::add ||
         kind == LayerKind::batch_norm || kind == LayerKind::activation;
}

void check_input_count(const Layer& layer, std::size_t count, Checker& check) {
  const bool joins = layer.kind == LayerKind::add || layer.kind == LayerKind::concat;
  const std::size_t low = layer.kind == LayerKind::input ? 0 : joins ? 2 : 1;
  const bool right = joins ? count >= low : count == low;
  if (!right)
    check.wrong(fmt::format("reads {} layers; it must read {}{}", count, low, joins ? " or more" : ""));
}

void check_parameters(const Layer& layer, const Shape& input, Checker& check) {
  if (!layer.parameters) return;
  const Parameters& given = *layer.parameters;
  const auto expect = [&](const char* what, std::size_t size, std::int64_t needed) {
    if (size != 0 && static_cast<std::int64_t>(size) != needed) {
      check.wrong(fmt::format("has {} values of {}; it needs {}", size, what, needed));
    }
  };
  const bool weighted = layer.kind == LayerKind::conv || layer.kind == LayerKind::fully_connected;
  const bool norm = layer.kind == LayerKind::batch_norm;
  expect("weights", given.weights.size(), weight_count(layer, input));
  expect("bias", given.bias.size(), weighted ? layer.conv.out_channels : 0);
  expect("scale", given.scale.size(), norm ? input.c : 0);
  expect("shift", given.shift.size(), norm ? input.c : 0);
}

Shape infer(const Layer& layer, const std::vector<Shape>& inputs, Checker& check) {
  switch (layer.kind) {
    case LayerKind::input:
      if (layer.declared_shape) return *layer.declared_shape;
      check.wrong("shape is missing; give [channels, height, width]");
      return {};
    case LayerKind::conv:
      return infer_conv(layer, inputs.front(), check);
    case LayerKind::fully_connected:
      return infer_fully_connected(layer, inputs.front(), check);
    case LayerKind::max_pool:
    case LayerKind::avg_pool:
      return infer_pool(layer, inputs.front(), check);
    case LayerKind::global_avg_pool:
      return {inputs.front().c, 1, 1};
    case LayerKind::add:
      return infer_add(inputs, check);
    case LayerKind::concat:
      return infer_concat(inputs, check);
    case LayerKind::lrn:
      check_lrn(layer.lrn, check);
      return inputs.front();
    case LayerKind::channel_shuffle:
      return infer_shuffle(layer, inputs.front(), check);
    case LayerKind::activation:
      if (layer.activation == Activation::none) check.wrong("names no activation; give relu or relu6");
      return inputs.front();
    case LayerKind::reshape:
      return infer_reshape(layer, inputs.front(), check);
    case LayerKind::flatten:
      check.in_range("number of elements", inputs.front().elements(), 1, kMaxChannels);
      return check.ok() ? Shape{static_cast<int>(inputs.front().elements()), 1, 1} : Shape{};
    case LayerKind::batch_norm:
    case LayerKind::dropout:
    case LayerKind::softmax:
      return inputs.front();
  }
  return {};
}

}  // namespace

Shape infer_shape(const Layer& layer, const std::vector<Shape>& inputs, std::vector<std::string>& problems) {
  Checker check(problems);
  check_input_count(layer, inputs.size(), check);
  if (!check.ok()) return {};
  if (layer.activation != Activation::none && !takes_activation(layer.kind)) {
    check.wrong(fmt::format("a {} layer takes no activation; put an activation layer behind it",
                            to_string(layer.kind)));
  }
  const Shape shape = infer(layer, inputs, check);
  if (check.ok()) check_tensor(shape, check);
  if (check.ok() && !inputs.empty()) check_parameters(layer, inputs.front(), check);
  return shape;
}

std::int64_t weight_count(const Layer& layer, const Shape& input) {
  if (layer.kind == LayerKind::fully_connected) return layer.conv.out_channels * input.elements();
  if (layer.kind != LayerKind::conv) return 0;
  return std::int64_t{layer.conv.out_channels} * (input.c / layer.conv.groups) * layer.window.kernel_h *
         layer.window.kernel_w;
}

std::int64_t mac_count(const Layer& layer, const Shape& input) {
  return weight_count(layer, input) *
         (layer.kind == LayerKind::conv ? std::int64_t{layer.output.h} * layer.output.w : 1);
}

}  // namespace tandem::network
