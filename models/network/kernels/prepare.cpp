// SPDX-License-Identifier: Apache-2.0
#include "models/network/kernels/prepare.h"

#include <bit>
#include <cmath>
#include <utility>

#include "models/core/random.h"
#include "models/core/sha256.h"
#include "models/network/kernels/layer_kernel.h"

namespace tandem::network {

const char* to_string(Precision precision) { return precision == Precision::int8 ? "int8" : "fp32"; }

namespace {

std::vector<LayerId> input_layers(const Network& network) {
  std::vector<LayerId> found;
  for (LayerId id = 0; id < network.size(); ++id) {
    if (network.layer(id).kind == LayerKind::input) found.push_back(id);
  }
  return found;
}

std::vector<float> draw(Random& random, std::size_t count, double bound) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>((2.0 * random.uniform() - 1.0) * bound);
  return values;
}

}  // namespace

Image make_image_fp32(const Network& network, std::uint64_t seed, int index) {
  Image image;
  Random random(seed, "image " + std::to_string(index));
  for (const LayerId id : input_layers(network)) {
    image.push_back(make_tensor(network.layer(id).output, Precision::fp32));
    image.back().f = draw(random, image.back().f.size(), 1.0);
  }
  return image;
}

std::vector<Parameters> complete_parameters(const Network& network, std::uint64_t seed) {
  std::vector<Parameters> all(static_cast<std::size_t>(network.size()));
  for (LayerId id = 0; id < network.size(); ++id) {
    const Layer& layer = network.layer(id);
    Parameters& own = all[static_cast<std::size_t>(id)];
    if (layer.parameters) own = *layer.parameters;
    Random random(seed, layer.name);
    if (layer.kind == LayerKind::conv || layer.kind == LayerKind::fully_connected) {
      const ConvShape shape = conv_shape(network, id);
      const auto channels = static_cast<std::size_t>(layer.output.c);
      const auto fan_in = static_cast<std::size_t>(shape.input.c / shape.groups) *
                          static_cast<std::size_t>(shape.window.kernel_h * shape.window.kernel_w);
      // Variance 2/fan_in keeps the second moment through a ReLU, 1/fan_in without one.
      const double gain = layer.activation == Activation::none ? 1.0 : 2.0;
      if (own.weights.empty()) {
        own.weights = draw(random, channels * fan_in, std::sqrt(3.0 * gain / static_cast<double>(fan_in)));
      }
      if (own.bias.empty())
        own.bias = layer.conv.bias ? draw(random, channels, 0.1) : std::vector<float>(channels);
    }
    if (layer.kind == LayerKind::batch_norm && own.scale.empty()) {
      const auto channels = static_cast<std::size_t>(layer.output.c);
      own.scale = draw(random, channels, 0.25);
      for (float& value : own.scale) value += 1.0F;
      own.shift = draw(random, channels, 0.1);
    }
  }
  return all;
}

std::vector<Tensor> run_reference(const Model& model, const Image& image) {
  const Network& network = *model.network;
  auto next_input = image.begin();
  std::vector<Tensor> outputs(static_cast<std::size_t>(network.size()));
  for (LayerId id = 0; id < network.size(); ++id) {
    const Layer& layer = network.layer(id);
    Tensor& output = outputs[static_cast<std::size_t>(id)];
    if (layer.kind == LayerKind::input) {
      output = *next_input++;
      continue;
    }
    output = make_tensor(layer.output, model.precision);
    std::vector<const Tensor*> inputs;
    for (const LayerId input : layer.inputs) inputs.push_back(&outputs[static_cast<std::size_t>(input)]);
    run_layer(model, id, inputs, whole(layer.output), output);
  }
  return outputs;
}

Model prepare_model(std::shared_ptr<const Network> network, Precision precision, std::uint64_t seed,
                    const std::vector<TensorQuantization>* known) {
  Model model;
  model.network = std::move(network);
  model.seed = seed;
  model.precision = Precision::fp32;
  model.parameters = complete_parameters(*model.network, seed);
  if (precision == Precision::fp32) return model;

  model.quantization =
      known != nullptr ? *known
                       : choose_quantization(*model.network,
                                             run_reference(model, make_image_fp32(*model.network, seed, 0)));
  model.precision = Precision::int8;
  model.quantized.resize(model.parameters.size());
  for (LayerId id = 0; id < model.network->size(); ++id) {
    const Layer& layer = model.network->layer(id);
    if (layer.kind != LayerKind::conv && layer.kind != LayerKind::fully_connected) continue;
    const auto at = static_cast<std::size_t>(id);
    model.quantized[at] = quantize_weights(model.parameters[at], layer.output.c,
                                           model.quantization[static_cast<std::size_t>(layer.inputs[0])],
                                           model.quantization[at]);
  }
  return model;
}

Model sized_model(std::shared_ptr<const Network> network, Precision precision) {
  Model model;
  model.network = std::move(network);
  model.precision = precision;
  const auto layers = static_cast<std::size_t>(model.network->size());
  model.parameters.resize(layers);
  if (precision == Precision::int8) {
    model.quantization.resize(layers);
    model.quantized.resize(layers);
  }
  return model;
}

Image make_image(const Model& model, int index) {
  Image image = make_image_fp32(*model.network, model.seed, index);
  if (model.precision == Precision::fp32) return image;
  const std::vector<LayerId> inputs = input_layers(*model.network);
  for (std::size_t at = 0; at < inputs.size(); ++at) {
    const TensorQuantization& quantization = model.quantization[static_cast<std::size_t>(inputs[at])];
    const Tensor real = std::exchange(image[at], make_tensor(image[at].shape, Precision::int8));
    for (std::size_t i = 0; i < real.f.size(); ++i) {
      const double moved =
          std::floor(static_cast<double>(real.f[i]) / quantization.scale + 0.5) + quantization.zero_point;
      image[at].q[i] = static_cast<std::int8_t>(moved < -128 ? -128 : moved > 127 ? 127 : moved);
    }
  }
  return image;
}

std::string tensors_sha256(const std::vector<Tensor>& tensors) {
  static_assert(std::endian::native == std::endian::little);
  Sha256 hash;
  for (const Tensor& tensor : tensors) {
    hash.update(tensor.q.data(), tensor.q.size());
    hash.update(tensor.f.data(), tensor.f.size() * sizeof(float));
  }
  return hash.hex();
}

}  // namespace tandem::network
