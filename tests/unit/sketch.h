// SPDX-License-Identifier: Apache-2.0
// Small networks for tests, layer by layer, and models whose numbers do not matter.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/network/graph.h"
#include "models/network/kernels/layer_kernel.h"
#include "models/network/model.h"
#include "models/network/shapes.h"

namespace tandem::test {

using network::Activation;
using network::Layer;
using network::LayerId;
using network::LayerKind;
using network::Network;
using network::Shape;

inline network::Window square(int kernel, int stride = 1, int pad = 0) {
  network::Window window;
  window.kernel_h = window.kernel_w = kernel;
  window.stride_h = window.stride_w = stride;
  window.pad_top = window.pad_bottom = window.pad_left = window.pad_right = pad;
  return window;
}

inline Layer layer_of(LayerKind kind, std::string name, Activation activation = Activation::none) {
  Layer layer;
  layer.kind = kind;
  layer.name = std::move(name);
  layer.activation = activation;
  return layer;
}

inline Layer conv(std::string name, int out, network::Window window, int groups = 1,
                  Activation activation = Activation::none) {
  Layer layer = layer_of(LayerKind::conv, std::move(name), activation);
  layer.conv.out_channels = out;
  layer.conv.groups = groups;
  layer.window = window;
  return layer;
}

inline Layer fully_connected(std::string name, int out, Activation activation = Activation::none) {
  Layer layer = layer_of(LayerKind::fully_connected, std::move(name), activation);
  layer.conv.out_channels = out;
  return layer;
}

inline Layer pool(LayerKind kind, std::string name, network::Window window) {
  Layer layer = layer_of(kind, std::move(name));
  layer.window = window;
  return layer;
}

// Layers in order; a layer without inputs reads the one before it. The first input is "data".
class Sketch {
 public:
  explicit Sketch(Shape input) { add_input("data", input); }
  Sketch& add_input(const std::string& name, Shape shape) {
    Layer layer = layer_of(LayerKind::input, name);
    layer.declared_shape = shape;
    layers_.push_back(layer);
    from_.emplace_back();
    return *this;
  }
  Sketch& add(Layer layer, std::vector<std::string> from = {}) {
    if (from.empty()) from.push_back(layers_.back().name);
    layers_.push_back(std::move(layer));
    from_.push_back(std::move(from));
    return *this;
  }
  [[nodiscard]] std::shared_ptr<const Network> build() const {
    return std::make_shared<const Network>(Network::build("sketch", layers_, from_, {"sketch", 0, 0}));
  }

 private:
  std::vector<Layer> layers_;
  std::vector<std::vector<std::string>> from_;
};

inline LayerId id_of(const Network& network, const std::string& name) {
  for (LayerId id = 0; id < network.size(); ++id) {
    if (network.layer(id).name == name) return id;
  }
  throw std::out_of_range("no layer " + name);
}

// Weights of the right number and all zero, one quantisation for all tensors: enough where only sizes count.
inline network::Model model_of_sizes(std::shared_ptr<const Network> network, network::Precision precision) {
  network::Model model;
  model.network = std::move(network);
  model.precision = precision;
  const auto layers = static_cast<std::size_t>(model.network->size());
  model.parameters.resize(layers);
  for (LayerId id = 0; id < model.network->size(); ++id) {
    const Layer& layer = model.network->layer(id);
    if (layer.inputs.empty()) continue;
    const std::int64_t weights = network::weight_count(layer, model.network->input_shape(id));
    model.parameters[static_cast<std::size_t>(id)].weights.resize(static_cast<std::size_t>(weights));
  }
  if (precision == network::Precision::int8) {
    model.quantization.resize(layers);
    model.quantized.resize(layers);
  }
  return model;
}

}  // namespace tandem::test
