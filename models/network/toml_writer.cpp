// SPDX-License-Identifier: Apache-2.0
// The opposite of toml_reader.cpp: keys that have their default are left out.
#include <fmt/format.h>

#include "models/network/graph.h"
#include "models/toml/reader.h"

namespace tandem::network {

namespace {

std::string list(const Shape& shape) { return fmt::format("[{}, {}, {}]", shape.c, shape.h, shape.w); }

std::string one_or_pair(int height, int width) {
  return height == width ? std::to_string(height) : fmt::format("[{}, {}]", height, width);
}

class LayerWriter {
 public:
  void put(const char* key, const std::string& value) { text_ += fmt::format("{} = {}\n", key, value); }
  void put_unless(bool is_default, const char* key, const std::string& value) {
    if (!is_default) put(key, value);
  }
  void put_flag(const char* key, bool value, bool fallback) {
    put_unless(value == fallback, key, value ? "true" : "false");
  }
  void put_activation(const char* key, Activation activation) {
    put_unless(activation == Activation::none, key, toml_reader::quote(to_string(activation)));
  }
  void put_window(const Window& window) {
    put("kernel", one_or_pair(window.kernel_h, window.kernel_w));
    put_unless(window.stride_h == 1 && window.stride_w == 1, "stride",
               one_or_pair(window.stride_h, window.stride_w));
    put_pads(window);
    put_unless(window.dilation_h == 1 && window.dilation_w == 1, "dilation",
               one_or_pair(window.dilation_h, window.dilation_w));
  }
  std::string take() { return std::move(text_); }

 private:
  void put_pads(const Window& window) {
    if (window.pad_top != window.pad_bottom || window.pad_left != window.pad_right) {
      put("pad", fmt::format("[{}, {}, {}, {}]", window.pad_top, window.pad_left, window.pad_bottom,
                             window.pad_right));
    } else if (window.pad_top != 0 || window.pad_left != 0) {
      put("pad", one_or_pair(window.pad_top, window.pad_left));
    }
  }
  std::string text_;
};

void put_attributes(const Layer& layer, LayerWriter& out) {
  switch (layer.kind) {
    case LayerKind::input:
    case LayerKind::reshape:
      out.put("shape", list(*layer.declared_shape));
      break;
    case LayerKind::conv:
      out.put("out", std::to_string(layer.conv.out_channels));
      out.put_window(layer.window);
      out.put_unless(layer.conv.groups == 1, "groups", std::to_string(layer.conv.groups));
      out.put_flag("bias", layer.conv.bias, true);
      out.put_activation("activation", layer.activation);
      break;
    case LayerKind::fully_connected:
      out.put("out", std::to_string(layer.conv.out_channels));
      out.put_flag("bias", layer.conv.bias, true);
      out.put_activation("activation", layer.activation);
      break;
    case LayerKind::max_pool:
    case LayerKind::avg_pool:
      out.put_window(layer.window);
      out.put_flag("ceil", layer.pool.ceil_mode, false);
      if (layer.kind == LayerKind::avg_pool)
        out.put_flag("count_include_pad", layer.pool.count_include_pad, false);
      break;
    case LayerKind::lrn:
      out.put("size", std::to_string(layer.lrn.size));
      out.put("alpha", fmt::format("{}", layer.lrn.alpha));
      out.put("beta", fmt::format("{}", layer.lrn.beta));
      out.put("k", fmt::format("{}", layer.lrn.bias));
      break;
    case LayerKind::channel_shuffle:
      out.put("groups", std::to_string(layer.shuffle_groups));
      break;
    case LayerKind::activation:
      out.put_activation("function", layer.activation);
      break;
    case LayerKind::add:
    case LayerKind::batch_norm:
      out.put_activation("activation", layer.activation);
      break;
    case LayerKind::global_avg_pool:
    case LayerKind::concat:
    case LayerKind::flatten:
    case LayerKind::dropout:
    case LayerKind::softmax:
      break;
  }
}

void put_inputs(const Network& network, LayerId id, LayerWriter& out) {
  const Layer& layer = network.layer(id);
  if (layer.kind == LayerKind::input || layer.inputs == std::vector<LayerId>{id - 1}) return;
  std::vector<std::string> names;
  for (const LayerId input : layer.inputs) names.push_back(toml_reader::quote(network.layer(input).name));
  out.put("from", fmt::format("[{}]", join(names)));
}

}  // namespace

std::string write_network_toml(const Network& network) {
  std::string text = "name = " + toml_reader::quote(network.name()) + "\n";
  LayerId id = 0;
  if (const Layer& first = network.layer(0); first.name == "data") {  // in order the first layer is an input
    text += "input = " + list(first.output) + "\n";
    ++id;
  }
  for (; id < network.size(); ++id) {
    const Layer& layer = network.layer(id);
    LayerWriter out;
    out.put("name", toml_reader::quote(layer.name));
    out.put("kind", toml_reader::quote(to_string(layer.kind)));
    put_inputs(network, id, out);
    put_attributes(layer, out);
    text += "\n[[layer]]\n" + out.take();
  }
  return text;
}

}  // namespace tandem::network
