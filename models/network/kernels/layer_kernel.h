// SPDX-License-Identifier: Apache-2.0
// The reference kernels: what every layer computes, in plain C++, on plain [C][H][W] tensors. They are the
// golden for the RTL and the arithmetic of the simulated CPU cores.
//
// int8: conv and fully connected accumulate exactly in int32 and requantise in fixed point
//       (accelerator::requantise); the others go through double and round half up.
// fp32: sums run in ascending K order (channel, ky, kx) without contraction, so no split of the output
//       changes a byte of the result.
#pragma once

#include <span>

#include "models/network/model.h"

namespace tandem::network {

// The part of a layer's output to compute: channels [k0, k1), rows [p0, p1).
struct OutputRange {
  int k0 = 0, k1 = 0, p0 = 0, p1 = 0;
  bool operator==(const OutputRange&) const = default;
};

constexpr OutputRange whole(const Shape& shape) { return {0, shape.c, 0, shape.h}; }

Tensor make_tensor(const Shape& shape, Precision precision);  // zeros

// Clamp limits of a layer's stored output, from its fused activation.
struct ClampRange {
  int low = -128, high = 127;
};
ClampRange output_clamp(Activation activation, const TensorQuantization& output);

// Computes `range` of the layer's output; `inputs` are the whole tensors of layer.inputs, in order.
// `output` has the layer's shape; only `range` of it is written.
void run_layer(const Model& model, LayerId layer, std::span<const Tensor* const> inputs,
               const OutputRange& range, Tensor& output);

// The parts run_layer() is made of, for tests against independent vectors.
// Window, groups and shapes come from the layer; weights [K][C/groups][kh][kw].
struct ConvShape {
  Shape input, output;
  Window window;
  int groups = 1;
};
ConvShape conv_shape(const Network& network, LayerId layer);  // fully connected: a kernel covering its input

// Raw accumulators of rows [p0, p1), channels [k0, k1), order [k][row][x]; input_zero_point is subtracted.
void convolve_int8(const ConvShape& shape, std::span<const std::int8_t> input, int input_zero_point,
                   std::span<const std::int8_t> weights, const OutputRange& range,
                   std::span<std::int32_t> acc);
// Float sums plus bias (bias may be empty), same order.
void convolve_fp32(const ConvShape& shape, std::span<const float> input, std::span<const float> weights,
                   std::span<const float> bias, const OutputRange& range, std::span<float> out);

}  // namespace tandem::network
