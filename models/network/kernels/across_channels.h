// SPDX-License-Identifier: Apache-2.0
// Layers that mix the channels of a pixel: local response normalisation and softmax.
#pragma once

#include <algorithm>
#include <cmath>

#include "models/network/kernels/elementwise.h"

namespace tandem::network {

template <class Access>
void lrn(const Layer& layer, const Tensor& input, const Access& in, const Access& out,
         const OutputRange& range, Tensor& output) {
  using Real = typename Access::Real;
  const int before = (layer.lrn.size - 1) / 2;
  const int after = layer.lrn.size - 1 - before;
  for_each_output(layer, range, [&](int c, int y, int x, std::size_t at) {
    Real squares = 0;
    for (int i = std::max(0, c - before); i <= std::min(layer.output.c - 1, c + after); ++i) {
      const Real value = in.load(Access::data(input)[index_of(input.shape, i, y, x)]);
      squares += value * value;
    }
    const double base = layer.lrn.bias + layer.lrn.alpha / layer.lrn.size * static_cast<double>(squares);
    const double value = static_cast<double>(in.load(Access::data(input)[at]));
    Access::data(output)[at] = out.store(static_cast<Real>(value / std::pow(base, layer.lrn.beta)));
  });
}

template <class Access>
void softmax(const Layer& layer, const Tensor& input, const Access& in, const Access& out,
             const OutputRange& range, Tensor& output) {
  using Real = typename Access::Real;
  for (int y = range.p0; y < range.p1; ++y) {
    for (int x = 0; x < layer.output.w; ++x) {
      const auto value = [&](int c) {
        return static_cast<double>(in.load(Access::data(input)[index_of(input.shape, c, y, x)]));
      };
      double top = value(0);
      for (int c = 1; c < layer.output.c; ++c) top = std::max(top, value(c));
      double sum = 0;
      for (int c = 0; c < layer.output.c; ++c) sum += std::exp(value(c) - top);
      for (int c = range.k0; c < range.k1; ++c) {
        Access::data(output)[index_of(layer.output, c, y, x)] =
            out.store(static_cast<Real>(std::exp(value(c) - top) / sum));
      }
    }
  }
}

}  // namespace tandem::network
