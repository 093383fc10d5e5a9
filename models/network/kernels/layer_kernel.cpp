// SPDX-License-Identifier: Apache-2.0
#include "models/network/kernels/layer_kernel.h"

#include <algorithm>
#include <cmath>

#include "models/accelerator/job.h"
#include "models/network/kernels/across_channels.h"
#include "models/network/kernels/pool.h"

namespace tandem::network {

Tensor make_tensor(const Shape& shape, Precision precision) {
  Tensor tensor;
  tensor.shape = shape;
  const auto elements = static_cast<std::size_t>(shape.elements());
  if (precision == Precision::int8) {
    tensor.q.assign(elements, 0);
  } else {
    tensor.f.assign(elements, 0.0F);
  }
  return tensor;
}

ClampRange output_clamp(Activation activation, const TensorQuantization& output) {
  ClampRange clamp;
  if (activation != Activation::none) clamp.low = std::max(clamp.low, output.zero_point);
  if (activation == Activation::relu6) {
    const double six = std::floor(6.0 / output.scale + 0.5) + output.zero_point;
    if (six < clamp.high) clamp.high = static_cast<int>(six);
  }
  return clamp;
}

namespace {

void run_conv_int8(const Model& model, LayerId id, const Tensor& input, const OutputRange& range,
                   Tensor& output) {
  const Layer& layer = model.network->layer(id);
  const auto at = static_cast<std::size_t>(id);
  const QuantizedWeights& weights = model.quantized[at];
  const ConvShape shape = conv_shape(*model.network, id);
  const auto rows = static_cast<std::size_t>(range.p1 - range.p0);
  const auto width = static_cast<std::size_t>(layer.output.w);
  std::vector<std::int32_t> acc(static_cast<std::size_t>(range.k1 - range.k0) * rows * width);
  const int input_zero = model.quantization[static_cast<std::size_t>(layer.inputs[0])].zero_point;
  convolve_int8(shape, input.q, input_zero, weights.weights, range, acc);
  const int output_zero = model.quantization[at].zero_point;
  const ClampRange clamp = output_clamp(layer.activation, model.quantization[at]);
  std::size_t next = 0;
  for (int k = range.k0; k < range.k1; ++k) {
    const auto channel = static_cast<std::size_t>(k);
    for (int y = range.p0; y < range.p1; ++y) {
      for (std::size_t x = 0; x < width; ++x, ++next) {
        output.q[index_of(layer.output, k, y, static_cast<int>(x))] =
            accelerator::requantise(acc[next] + weights.bias[channel], weights.multiplier[channel],
                                    weights.shift[channel], output_zero, clamp.low, clamp.high);
      }
    }
  }
}

void run_conv_fp32(const Model& model, LayerId id, const Tensor& input, const OutputRange& range,
                   Tensor& output) {
  const Layer& layer = model.network->layer(id);
  const Parameters& parameters = model.parameters[static_cast<std::size_t>(id)];
  const ConvShape shape = conv_shape(*model.network, id);
  const auto rows = static_cast<std::size_t>(range.p1 - range.p0);
  const auto width = static_cast<std::size_t>(layer.output.w);
  std::vector<float> sums(static_cast<std::size_t>(range.k1 - range.k0) * rows * width);
  convolve_fp32(shape, input.f, parameters.weights, parameters.bias, range, sums);
  const Fp32Access out{layer.activation};
  std::size_t next = 0;
  for_each_output(layer, range,
                  [&](int, int, int, std::size_t at) { output.f[at] = out.store(sums[next++]); });
}

template <class Access>
void run_other(const Model& model, LayerId id, std::span<const Tensor* const> inputs,
               const std::vector<Access>& in, const Access& out, const OutputRange& range, Tensor& output) {
  const Layer& layer = model.network->layer(id);
  switch (layer.kind) {
    case LayerKind::max_pool:
      return max_pool(layer, *inputs[0], in[0], out, range, output);
    case LayerKind::avg_pool:
    case LayerKind::global_avg_pool:
      return avg_pool(layer, *inputs[0], in[0], out, range, output);
    case LayerKind::add:
      return add(layer, inputs, in, out, range, output);
    case LayerKind::concat:
      return concat(layer, inputs, in, out, range, output);
    case LayerKind::lrn:
      return lrn(layer, *inputs[0], in[0], out, range, output);
    case LayerKind::softmax:
      return softmax(layer, *inputs[0], in[0], out, range, output);
    case LayerKind::channel_shuffle:
      return channel_shuffle(layer, *inputs[0], in[0], out, range, output);
    case LayerKind::batch_norm:
      return batch_norm(layer, model.parameters[static_cast<std::size_t>(id)], *inputs[0], in[0], out, range,
                        output);
    case LayerKind::activation:
    case LayerKind::reshape:
    case LayerKind::flatten:
    case LayerKind::dropout:
      return copy_elements(layer, *inputs[0], in[0], out, range, output);
    case LayerKind::input:
    case LayerKind::conv:
    case LayerKind::fully_connected:
      break;
  }
  throw std::logic_error("run_layer: an input layer computes nothing");
}

}  // namespace

void run_layer(const Model& model, LayerId id, std::span<const Tensor* const> inputs,
               const OutputRange& range, Tensor& output) {
  const Layer& layer = model.network->layer(id);
  const bool int8 = model.precision == Precision::int8;
  if (layer.kind == LayerKind::conv || layer.kind == LayerKind::fully_connected) {
    return int8 ? run_conv_int8(model, id, *inputs[0], range, output)
                : run_conv_fp32(model, id, *inputs[0], range, output);
  }
  if (int8) {
    std::vector<Int8Access> in;
    for (const LayerId input : layer.inputs)
      in.push_back({model.quantization[static_cast<std::size_t>(input)], {}});
    const TensorQuantization& quantization = model.quantization[static_cast<std::size_t>(id)];
    run_other(model, id, inputs, in, Int8Access{quantization, output_clamp(layer.activation, quantization)},
              range, output);
  } else {
    const std::vector<Fp32Access> in(layer.inputs.size());
    run_other(model, id, inputs, in, Fp32Access{layer.activation}, range, output);
  }
}

}  // namespace tandem::network
