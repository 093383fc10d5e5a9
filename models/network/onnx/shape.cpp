// SPDX-License-Identifier: Apache-2.0
// Reshape, Flatten, Concat, and the channel shuffle that exporters write as Reshape, Transpose, Reshape.
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "models/network/onnx/operators.h"
#include "models/network/onnx/window.h"

namespace tandem::network::onnx_import {

namespace {

using Sizes = std::vector<std::int64_t>;

// Copies 0 from the old sizes and works out the one -1.
Sizes resolve(Sizes wanted, const Sizes& old, std::int64_t elements) {
  std::int64_t known = 1;
  std::ptrdiff_t open = -1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && i < old.size()) wanted[i] = old[i];
    if (wanted[i] == -1 && open < 0) {
      open = static_cast<std::ptrdiff_t>(i);
      continue;
    }
    if (wanted[i] < 1 || wanted[i] > elements || known > elements) {
      throw Unmappable(
          fmt::format("size {} of the new shape is {}; the input has {} elements", i, wanted[i], elements));
    }
    known *= wanted[i];
  }
  if (open >= 0 && elements % known == 0) {
    wanted[static_cast<std::size_t>(open)] = elements / known;
    known = elements;
  }
  if (known != elements) {
    throw Unmappable(fmt::format("the new shape does not hold the input's {} elements", elements));
  }
  return wanted;
}

void reshape_constant(Importer& importer, const Node& node, Constant constant, const Sizes& wanted) {
  constant.dims = resolve(wanted, constant.dims, constant.elements());
  importer.set_constant(node, std::move(constant));
}

bool swaps_one_and_two(const onnx::NodeProto* node, std::size_t rank) {
  if (node == nullptr || node->op_type() != "Transpose" || node->attribute_size() != 1) return false;
  const auto& perm = node->attribute(0).ints();
  if (static_cast<std::size_t>(perm.size()) != rank || perm[1] != 2 || perm[2] != 1) return false;
  for (int i = 0; i < perm.size(); ++i) {
    if (i != 1 && i != 2 && perm[i] != i) return false;
  }
  return true;
}

// N x g x C/g x H x W, or N x g x C/g x H*W.
bool splits_channels(const Sizes& sizes, const Shape& shape) {
  if (sizes.size() != 5 && sizes.size() != 4) return false;
  const bool pixels = sizes.size() == 5 ? sizes[3] == shape.h && sizes[4] == shape.w
                                        : sizes[3] == std::int64_t{shape.h} * shape.w;
  return pixels && sizes[0] == 1 && sizes[1] * sizes[2] == shape.c;
}

void finish_shuffle(Importer& importer, const Node& node, const Value& value, const Sizes& wanted) {
  const Shape shape = importer.shape(value);
  const Sizes back = {1, shape.c, shape.h, shape.w};
  if (!value.transposed || resolve(wanted, {}, shape.elements()) != back) {
    throw Unmappable("does not end a channel shuffle: it must restore the shape before the split");
  }
  Value source = value;
  source.split_groups = 0;
  Layer layer;
  layer.kind = LayerKind::channel_shuffle;
  layer.shuffle_groups = value.split_groups;
  importer.add_layer(node, std::move(layer), {source}, 4);
}

void add_flatten(Importer& importer, const Node& node, const Value& input) {
  Layer layer;
  layer.kind = LayerKind::flatten;
  importer.add_layer(node, std::move(layer), {input}, 2);
}

}  // namespace

void map_reshape(Importer& importer, Node& node) {
  Sizes wanted = node.integers("shape");
  node.ignore("consumed_inputs");
  if (node.integer("allowzero", 0) != 0) throw Unmappable("allowzero is on; off is supported");
  if (importer.has_input(node, 1))
    wanted = integer_values(importer.constant_input(node, 1, "the new shape"), "the new shape");
  const Value& any = importer.any_input(node, 0);
  if (any.constant) return reshape_constant(importer, node, *any.constant, wanted);
  if (any.layer >= 0 && any.split_groups != 0 && !any.padded())
    return finish_shuffle(importer, node, any, wanted);

  const Value input = importer.input(node);
  const Shape shape = importer.shape(input);
  const Sizes old = input.rank == 2 ? Sizes{1, shape.c} : Sizes{1, shape.c, shape.h, shape.w};
  const Sizes sizes = resolve(wanted, old, shape.elements());
  if (splits_channels(sizes, shape) &&
      swaps_one_and_two(importer.sole_reader(node.proto().output(0)), sizes.size())) {
    Value split = input;
    split.split_groups = to_int(sizes[1], "the number of groups");
    split.rank = static_cast<int>(sizes.size());
    importer.set_output(node, std::move(split));
    return;
  }
  if ((sizes.size() != 2 && sizes.size() != 4) || sizes[0] != 1) {
    throw Unmappable(fmt::format("new shape [{}] is not supported; supported are [1, C] and [1, C, H, W]",
                                 fmt::join(sizes, ", ")));
  }
  if (sizes.size() == 2) return add_flatten(importer, node, input);
  Layer layer;
  layer.kind = LayerKind::reshape;
  layer.declared_shape = Shape{to_int(sizes[1], "C"), to_int(sizes[2], "H"), to_int(sizes[3], "W")};
  importer.add_layer(node, std::move(layer), {input}, 4);
}

void map_transpose(Importer& importer, Node& node) {
  Value value = importer.any_input(node, 0);
  node.ignore("perm");
  if (value.split_groups == 0 || value.transposed ||
      !swaps_one_and_two(&node.proto(), static_cast<std::size_t>(value.rank))) {
    throw Unmappable("Transpose is supported inside a channel shuffle (Reshape, Transpose, Reshape) only");
  }
  value.transposed = true;
  importer.set_output(node, std::move(value));
}

void map_flatten(Importer& importer, Node& node) {
  const Value input = importer.input(node);
  const std::int64_t axis = node.integer("axis", 1);
  if (axis != 1 && axis != 1 - input.rank) throw Unmappable(fmt::format("axis is {}; 1 is supported", axis));
  add_flatten(importer, node, input);
}

void map_concat(Importer& importer, Node& node) {
  std::vector<Value> inputs;
  for (int i = 0; importer.has_input(node, i); ++i) inputs.push_back(importer.input(node, i));
  if (inputs.empty()) throw Unmappable("joins nothing");
  const int rank = inputs.front().rank;
  const std::int64_t axis = node.integer("axis", 1);
  if (axis != 1 && axis != 1 - rank)
    throw Unmappable(fmt::format("axis is {}; 1, the channels, is supported", axis));
  for (const Value& value : inputs) {
    if (value.rank != rank) throw Unmappable("joins tensors of different rank; one rank is supported");
  }
  if (inputs.size() == 1) return importer.set_alias(node, inputs.front());
  Layer layer;
  layer.kind = LayerKind::concat;
  importer.add_layer(node, std::move(layer), inputs, rank);
}

}  // namespace tandem::network::onnx_import
