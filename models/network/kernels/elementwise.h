// SPDX-License-Identifier: Apache-2.0
// Layers that look at single elements or move them: add, concat, batch norm, activation, shuffle, reshape.
#pragma once

#include <span>
#include <vector>

#include "models/network/kernels/access.h"

namespace tandem::network {

template <class Visit>
void for_each_output(const Layer& layer, const OutputRange& range, Visit visit) {
  for (int c = range.k0; c < range.k1; ++c) {
    for (int y = range.p0; y < range.p1; ++y) {
      for (int x = 0; x < layer.output.w; ++x) visit(c, y, x, index_of(layer.output, c, y, x));
    }
  }
}

template <class Access>
void add(const Layer& layer, std::span<const Tensor* const> inputs, const std::vector<Access>& in,
         const Access& out, const OutputRange& range, Tensor& output) {
  for_each_output(layer, range, [&](int, int, int, std::size_t at) {
    typename Access::Real sum = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) sum += in[i].load(Access::data(*inputs[i])[at]);
    Access::data(output)[at] = out.store(sum);
  });
}

template <class Access>
void concat(const Layer& layer, std::span<const Tensor* const> inputs, const std::vector<Access>& in,
            const Access& out, const OutputRange& range, Tensor& output) {
  int first = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Shape& shape = inputs[i]->shape;
    const OutputRange part{std::max(range.k0, first), std::min(range.k1, first + shape.c), range.p0,
                           range.p1};
    for_each_output(layer, part, [&](int c, int y, int x, std::size_t at) {
      Access::data(output)[at] =
          out.store(in[i].load(Access::data(*inputs[i])[index_of(shape, c - first, y, x)]));
    });
    first += shape.c;
  }
}

// y = scale[c] * x + shift[c]
template <class Access>
void batch_norm(const Layer& layer, const Parameters& parameters, const Tensor& input, const Access& in,
                const Access& out, const OutputRange& range, Tensor& output) {
  using Real = typename Access::Real;
  for_each_output(layer, range, [&](int c, int, int, std::size_t at) {
    const auto channel = static_cast<std::size_t>(c);
    const Real scaled = static_cast<Real>(parameters.scale[channel]) * in.load(Access::data(input)[at]);
    Access::data(output)[at] = out.store(scaled + static_cast<Real>(parameters.shift[channel]));
  });
}

// Also the identity layers: reshape, flatten and dropout keep the order of elements.
template <class Access>
void copy_elements(const Layer& layer, const Tensor& input, const Access& in, const Access& out,
                   const OutputRange& range, Tensor& output) {
  for_each_output(layer, range, [&](int, int, int, std::size_t at) {
    Access::data(output)[at] = out.store(in.load(Access::data(input)[at]));
  });
}

// [g][c/g] channels become [c/g][g].
template <class Access>
void channel_shuffle(const Layer& layer, const Tensor& input, const Access& in, const Access& out,
                     const OutputRange& range, Tensor& output) {
  const int groups = layer.shuffle_groups;
  const int per_group = layer.output.c / groups;
  for_each_output(layer, range, [&](int c, int y, int x, std::size_t at) {
    const int source = (c % groups) * per_group + c / groups;
    Access::data(output)[at] = out.store(in.load(Access::data(input)[index_of(input.shape, source, y, x)]));
  });
}

}  // namespace tandem::network
