// SPDX-License-Identifier: Apache-2.0
// Pools, and Pad, which waits for the convolution or pool behind it.
#include <fmt/format.h>

#include "models/network/onnx/operators.h"
#include "models/network/onnx/window.h"
#include "models/network/shapes.h"

namespace tandem::network::onnx_import {

namespace {

Layer read_pool(Importer& importer, Node& node, const Value& input, LayerKind kind) {
  if (input.rank != 4) throw Unmappable("pools of two dimensions are supported");
  Layer layer;
  layer.kind = kind;
  layer.window = read_window(node, input, importer.shape(input), {});
  layer.pool.ceil_mode = node.integer("ceil_mode", 0) != 0;
  return layer;
}

}  // namespace

void map_max_pool(Importer& importer, Node& node) {
  const Value input = importer.padded_input(node);
  node.ignore("storage_order");  // only of the indices
  // A pool's own padding never wins; a zero from a Pad does not either where no value is below zero.
  if (input.padded() && importer.layer(input).activation == Activation::none) {
    throw Unmappable("a Pad before MaxPool is supported behind an activation only");
  }
  importer.add_layer(node, read_pool(importer, node, input, LayerKind::max_pool), {input}, 4);
}

void map_average_pool(Importer& importer, Node& node) {
  const Value input = importer.padded_input(node);
  Layer layer = read_pool(importer, node, input, LayerKind::avg_pool);
  layer.pool.count_include_pad = node.integer("count_include_pad", 0) != 0;
  if (input.padded() && !layer.pool.count_include_pad) {
    const Window& window = layer.window;
    const bool pads_itself = window.pad_top != input.pad_top || window.pad_left != input.pad_left ||
                             window.pad_bottom != input.pad_bottom || window.pad_right != input.pad_right;
    if (pads_itself)
      throw Unmappable("a Pad before an AveragePool that leaves its own padding out is not supported");
    layer.pool.count_include_pad = true;  // the zeros of the Pad count
  }
  importer.add_layer(node, std::move(layer), {input}, 4);
}

void map_global_average_pool(Importer& importer, Node& node) {
  const Value input = importer.input(node);
  if (input.rank != 4) throw Unmappable("pools of two dimensions are supported");
  Layer layer;
  layer.kind = LayerKind::global_avg_pool;
  importer.add_layer(node, std::move(layer), {input}, 4);
}

void map_pad(Importer& importer, Node& node) {
  Value value = importer.padded_input(node);
  if (const std::string mode = node.text("mode", "constant"); mode != "constant") {
    throw Unmappable(fmt::format("mode is \"{}\"; \"constant\" is supported", mode));
  }
  std::vector<std::int64_t> pads = node.integers("pads");
  double fill = node.number("value", 0);
  if (importer.has_input(node, 1)) pads = integer_values(importer.constant_input(node, 1, "pads"), "pads");
  if (importer.has_input(node, 2)) {
    const std::vector<float> given = float_values(importer.constant_input(node, 2, "the value"), "the value");
    if (given.size() != 1) throw Unmappable("the value must be one number");
    fill = given.front();
  }
  if (importer.has_input(node, 3)) throw Unmappable("axes are not supported");
  if (fill != 0) throw Unmappable(fmt::format("pads with {}; 0 is supported", fill));
  if (value.rank != 4 || pads.size() != 8) throw Unmappable("pads must have 8 values, for N x C x H x W");
  if (pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0) {
    throw Unmappable("pads the batch or the channels; height and width are supported");
  }
  for (const std::int64_t pad : pads) {
    if (pad < 0 || pad > kMaxPad)
      throw Unmappable(fmt::format("pads by {}; allowed is 0 to {}", pad, kMaxPad));
  }
  value.pad_top += static_cast<int>(pads[2]);
  value.pad_left += static_cast<int>(pads[3]);
  value.pad_bottom += static_cast<int>(pads[6]);
  value.pad_right += static_cast<int>(pads[7]);
  if (value.pad_top > kMaxPad || value.pad_left > kMaxPad || value.pad_bottom > kMaxPad ||
      value.pad_right > kMaxPad) {
    throw Unmappable(fmt::format("pads more than {} together with the Pad before", kMaxPad));
  }
  importer.set_output(node, std::move(value));
}

}  // namespace tandem::network::onnx_import
