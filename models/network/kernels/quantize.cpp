// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/network/kernels/prepare.h"

namespace tandem::network {

namespace {

struct ValueRange {
  double low = 0.0;  // zero is always representable, so that padding is exact
  double high = 0.0;
};

bool only_moves_values(LayerKind kind) {
  switch (kind) {
    case LayerKind::max_pool:
    case LayerKind::channel_shuffle:
    case LayerKind::reshape:
    case LayerKind::flatten:
    case LayerKind::dropout:
    case LayerKind::concat:
      return true;
    default:
      return false;
  }
}

// Groups of layers whose outputs share one quantisation.
class Groups {
 public:
  explicit Groups(int size) : parent_(static_cast<std::size_t>(size)) {
    std::iota(parent_.begin(), parent_.end(), LayerId{0});
  }
  LayerId root(LayerId id) {
    LayerId& parent = parent_[static_cast<std::size_t>(id)];
    if (parent != id) parent = root(parent);
    return parent;
  }
  void join(LayerId a, LayerId b) { parent_[static_cast<std::size_t>(root(a))] = root(b); }

 private:
  std::vector<LayerId> parent_;
};

TensorQuantization asymmetric(const ValueRange& range) {
  TensorQuantization quantization;
  const double width = range.high - range.low;
  if (!(width > 0.0) || !std::isfinite(width)) return quantization;
  quantization.scale = width / 255.0;
  quantization.zero_point = static_cast<int>(std::floor(-128.0 - range.low / quantization.scale + 0.5));
  quantization.zero_point = std::clamp(quantization.zero_point, -128, 127);
  return quantization;
}

}  // namespace

std::vector<TensorQuantization> choose_quantization(const Network& network,
                                                    const std::vector<Tensor>& outputs) {
  Groups groups(network.size());
  for (LayerId id = 0; id < network.size(); ++id) {
    const Layer& layer = network.layer(id);
    // A fused activation changes values, and softmax has a range of its own.
    if (!only_moves_values(layer.kind) || layer.activation != Activation::none) continue;
    for (const LayerId input : layer.inputs) {
      if (network.layer(input).kind != LayerKind::softmax) groups.join(input, id);
    }
  }
  std::vector<ValueRange> ranges(outputs.size());
  for (LayerId id = 0; id < network.size(); ++id) {
    ValueRange& range = ranges[static_cast<std::size_t>(groups.root(id))];
    for (const float value : outputs[static_cast<std::size_t>(id)].f) {
      range.low = std::min(range.low, static_cast<double>(value));
      range.high = std::max(range.high, static_cast<double>(value));
    }
  }
  std::vector<TensorQuantization> result(outputs.size());
  for (LayerId id = 0; id < network.size(); ++id) {
    TensorQuantization& own = result[static_cast<std::size_t>(id)];
    if (network.layer(id).kind == LayerKind::softmax) {
      own = {1.0 / 256.0, -128};
    } else {
      own = asymmetric(ranges[static_cast<std::size_t>(groups.root(id))]);
    }
  }
  return result;
}

namespace {

// real = multiplier * 2^-shift with 31 bits of multiplier.
void fixed_point(double real, std::int32_t& multiplier, std::uint8_t& shift) {
  multiplier = 0;
  shift = 1;
  if (!(real > 0.0)) return;
  int exponent = 0;
  const double mantissa = std::frexp(real, &exponent);  // in [0.5, 1)
  auto scaled = static_cast<std::int64_t>(std::floor(mantissa * 2147483648.0 + 0.5));
  if (scaled == (std::int64_t{1} << 31)) {
    scaled /= 2;
    ++exponent;
  }
  const int places = 31 - exponent;
  if (places > 62) return;  // below 2^-31: every int32 rounds to zero
  if (places < 1) {         // beyond 2^30: everything saturates
    multiplier = 2147483647;
    return;
  }
  multiplier = static_cast<std::int32_t>(scaled);
  shift = static_cast<std::uint8_t>(places);
}

}  // namespace

QuantizedWeights quantize_weights(const Parameters& parameters, int out_channels,
                                  const TensorQuantization& input, const TensorQuantization& output) {
  const auto channels = static_cast<std::size_t>(out_channels);
  const std::size_t depth = parameters.weights.size() / channels;
  QuantizedWeights result;
  result.weights.resize(parameters.weights.size());
  for (std::size_t k = 0; k < channels; ++k) {
    const float* row = parameters.weights.data() + k * depth;
    double largest = 0.0;
    for (std::size_t i = 0; i < depth; ++i)
      largest = std::max(largest, std::fabs(static_cast<double>(row[i])));
    const double scale = largest > 0.0 ? largest / 127.0 : 1.0;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < depth; ++i) {
      const double steps = std::floor(static_cast<double>(row[i]) / scale + 0.5);
      result.weights[k * depth + i] = static_cast<std::int8_t>(std::clamp(steps, -127.0, 127.0));
      sum += result.weights[k * depth + i];
    }
    // Half the int32 range is left to the sum of products.
    const double bias =
        parameters.bias.empty() ? 0.0 : static_cast<double>(parameters.bias[k]) / (input.scale * scale);
    result.bias.push_back(
        static_cast<std::int32_t>(std::clamp(std::floor(bias + 0.5), -1073741824.0, 1073741823.0)));
    result.folded_bias.push_back(static_cast<std::int32_t>(result.bias.back() - input.zero_point * sum));
    std::int32_t multiplier = 0;
    std::uint8_t shift = 1;
    fixed_point(input.scale * scale / output.scale, multiplier, shift);
    result.multiplier.push_back(multiplier);
    result.shift.push_back(shift);
  }
  return result;
}

}  // namespace tandem::network
