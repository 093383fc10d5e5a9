// SPDX-License-Identifier: Apache-2.0
// Networks as TOML; docs/networks.md describes the keys.
#include <fmt/format.h>

#include "models/network/graph.h"
#include "models/network/shapes.h"
#include "models/toml/reader.h"

namespace tandem::network {

namespace {

using toml_reader::Document;
using toml_reader::Table;

constexpr const char* kInputName = "data";  // of the layer that the key `input` makes

std::optional<Shape> read_shape(const Table& table, const std::string& key) {
  const std::vector<std::int64_t> sides = table.integers(key, 1, std::max(kMaxChannels, kMaxSide));
  if (sides.size() != 3) {
    table.problem(key, fmt::format("has {} sizes; give [channels, height, width]", sides.size()));
    return std::nullopt;
  }
  return Shape{static_cast<int>(sides[0]), static_cast<int>(sides[1]), static_cast<int>(sides[2])};
}

// One integer for both directions, or [height, width].
void read_pair(const Table& table, const std::string& key, int& height, int& width) {
  if (!table.has(key)) return;
  const std::vector<std::int64_t> values = table.integer_or_list(key, 1, kMaxKernel);
  if (values.empty() || values.size() > 2) {
    table.problem(key, fmt::format("has {} values; give one integer or [height, width]", values.size()));
    return;
  }
  height = static_cast<int>(values.front());
  width = static_cast<int>(values.back());
}

// One integer for all sides, [vertical, horizontal], or [top, left, bottom, right].
void read_pads(const Table& table, Window& window) {
  if (!table.has("pad")) return;
  const std::vector<std::int64_t> values = table.integer_or_list("pad", 0, kMaxPad);
  if (values.size() != 1 && values.size() != 2 && values.size() != 4) {
    table.problem("pad", fmt::format("has {} values; give one integer, [vertical, horizontal] or "
                                     "[top, left, bottom, right]",
                                     values.size()));
    return;
  }
  const std::size_t last = values.size() - 1;
  window.pad_top = static_cast<int>(values[0]);
  window.pad_left = static_cast<int>(values[std::min<std::size_t>(1, last)]);
  window.pad_bottom = static_cast<int>(values[last == 3 ? 2 : 0]);
  window.pad_right = static_cast<int>(values[last]);
}

void read_window(const Table& table, Window& window) {
  if (!table.has("kernel")) table.problem("kernel", "is missing; give one integer or [height, width]");
  read_pair(table, "kernel", window.kernel_h, window.kernel_w);
  read_pair(table, "stride", window.stride_h, window.stride_w);
  read_pads(table, window);
}

void read_activation(const Table& table, const char* key, bool required, Layer& layer) {
  const std::vector<std::string> names = required ? std::vector<std::string>{"relu", "relu6"}
                                                  : std::vector<std::string>{"none", "relu", "relu6"};
  const std::size_t chosen = required ? table.choice(key, names) : table.choice_or(key, 0, names);
  layer.activation = *activation_from(names[chosen]);
}

void read_conv(const Table& table, Layer& layer) {
  layer.conv.out_channels = static_cast<int>(table.integer("out", 1, kMaxChannels));
  layer.conv.groups = static_cast<int>(table.integer_or("groups", 1, 1, kMaxChannels));
  layer.conv.bias = table.boolean_or("bias", true);
  read_window(table, layer.window);
  read_pair(table, "dilation", layer.window.dilation_h, layer.window.dilation_w);
  read_activation(table, "activation", false, layer);
}

void read_lrn(const Table& table, LrnAttributes& lrn) {
  lrn.size = static_cast<int>(table.integer_or("size", lrn.size, 1, kMaxKernel));
  lrn.alpha = table.number_or("alpha", lrn.alpha, 0, kMaxLrnScale);
  lrn.beta = table.number_or("beta", lrn.beta, 0, kMaxLrnPower);
  lrn.bias = table.number_or("k", lrn.bias, 0, kMaxLrnScale);
}

// The keys of each kind; a key of another kind is then unknown and reported as such.
void read_attributes(const Table& table, Layer& layer) {
  switch (layer.kind) {
    case LayerKind::input:
    case LayerKind::reshape:
      layer.declared_shape = read_shape(table, "shape");
      break;
    case LayerKind::conv:
      read_conv(table, layer);
      break;
    case LayerKind::fully_connected:
      layer.conv.out_channels = static_cast<int>(table.integer("out", 1, kMaxChannels));
      layer.conv.bias = table.boolean_or("bias", true);
      read_activation(table, "activation", false, layer);
      break;
    case LayerKind::avg_pool:
      layer.pool.count_include_pad = table.boolean_or("count_include_pad", false);
      [[fallthrough]];
    case LayerKind::max_pool:
      layer.pool.ceil_mode = table.boolean_or("ceil", false);
      read_window(table, layer.window);
      break;
    case LayerKind::lrn:
      read_lrn(table, layer.lrn);
      break;
    case LayerKind::channel_shuffle:
      layer.shuffle_groups = static_cast<int>(table.integer("groups", 1, kMaxChannels));
      break;
    case LayerKind::activation:
      read_activation(table, "function", true, layer);
      break;
    case LayerKind::add:
    case LayerKind::batch_norm:
      read_activation(table, "activation", false, layer);
      break;
    case LayerKind::global_avg_pool:
    case LayerKind::concat:
    case LayerKind::flatten:
    case LayerKind::dropout:
    case LayerKind::softmax:
      break;
  }
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (int kind = 0; kind <= static_cast<int>(LayerKind::softmax); ++kind) {
    names.emplace_back(to_string(static_cast<LayerKind>(kind)));
  }
  return names;
}

Network read_document(const Document& document, const std::string& file_name) {
  const Table root = document.root();
  const std::string name = root.name("name");
  std::vector<Layer> layers;
  std::vector<std::vector<std::string>> inputs;
  if (root.has("input")) {
    Layer& layer = layers.emplace_back();
    layer.name = kInputName;
    layer.declared_shape = read_shape(root, "input");
    layer.place = root.place("input");
    inputs.emplace_back();
  }
  const std::vector<std::string> kinds = kind_names();
  for (const Table& table : root.tables("layer")) {
    Layer layer;
    layer.place = table.place();
    layer.name = table.name("name");
    layer.kind = *layer_kind_from(kinds[table.choice("kind", kinds)]);
    read_attributes(table, layer);
    std::vector<std::string> from;
    if (layer.kind != LayerKind::input) {
      from = table.strings("from");
      if (!table.has("from") && !layers.empty()) from = {layers.back().name};
    }
    layers.push_back(std::move(layer));
    inputs.push_back(std::move(from));
  }
  document.finish();
  return Network::build(name, std::move(layers), inputs, {file_name, 0, 0});
}

}  // namespace

Network read_network_toml(const std::string& path, const std::vector<std::string>& changes) {
  Document document = Document::parse_file(path);
  for (const std::string& change : changes) document.set(change);
  return read_document(document, path);
}

Network parse_network_toml(const std::string& text, const std::string& file_name) {
  return read_document(Document::parse_text(text, file_name), file_name);
}

}  // namespace tandem::network
