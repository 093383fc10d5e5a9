// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>

#include "models/network/kernels/access.h"

namespace tandem::network {

// Maximum over the window's elements inside the input; on stored values, which are monotonic in the real.
template <class Access>
void max_pool(const Layer& layer, const Tensor& input, const Access& in, const Access& out,
              const OutputRange& range, Tensor& output) {
  using Element = typename Access::Element;
  const Window& w = layer.window;
  const Element* source = Access::data(input);
  for (int c = range.k0; c < range.k1; ++c) {
    for (int y = range.p0; y < range.p1; ++y) {
      for (int x = 0; x < layer.output.w; ++x) {
        Element best = std::numeric_limits<Element>::lowest();
        for (int ky = 0; ky < w.kernel_h; ++ky) {
          const int row = y * w.stride_h - w.pad_top + ky * w.dilation_h;
          if (row < 0 || row >= input.shape.h) continue;
          for (int kx = 0; kx < w.kernel_w; ++kx) {
            const int column = x * w.stride_w - w.pad_left + kx * w.dilation_w;
            if (column < 0 || column >= input.shape.w) continue;
            best = std::max(best, source[index_of(input.shape, c, row, column)]);
          }
        }
        Access::data(output)[index_of(layer.output, c, y, x)] = out.store(in.load(best));
      }
    }
  }
}

// Mean over the window; a global pool is the window that covers the input.
template <class Access>
void avg_pool(const Layer& layer, const Tensor& input, const Access& in, const Access& out,
              const OutputRange& range, Tensor& output) {
  using Real = typename Access::Real;
  Window w = layer.window;
  if (layer.kind == LayerKind::global_avg_pool) {
    w = Window{};
    w.kernel_h = input.shape.h;
    w.kernel_w = input.shape.w;
  }
  for (int c = range.k0; c < range.k1; ++c) {
    for (int y = range.p0; y < range.p1; ++y) {
      for (int x = 0; x < layer.output.w; ++x) {
        Real sum = 0;
        int inside = 0;
        int with_padding = 0;  // a ceil_mode window's part beyond the padding never counts
        for (int ky = 0; ky < w.kernel_h; ++ky) {
          const int row = y * w.stride_h - w.pad_top + ky;
          if (row >= input.shape.h + w.pad_bottom) continue;
          for (int kx = 0; kx < w.kernel_w; ++kx) {
            const int column = x * w.stride_w - w.pad_left + kx;
            if (column >= input.shape.w + w.pad_right) continue;
            ++with_padding;
            if (row < 0 || row >= input.shape.h || column < 0 || column >= input.shape.w) continue;
            ++inside;
            sum += in.load(Access::data(input)[index_of(input.shape, c, row, column)]);
          }
        }
        const int count = std::max(1, layer.pool.count_include_pad ? with_padding : inside);
        Access::data(output)[index_of(layer.output, c, y, x)] = out.store(sum / static_cast<Real>(count));
      }
    }
  }
}

}  // namespace tandem::network
