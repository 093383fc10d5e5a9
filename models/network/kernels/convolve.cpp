// SPDX-License-Identifier: Apache-2.0
// Convolution over panels: for one output row the patches are laid out K-contiguous (int8) or x-contiguous
// (fp32), so that the inner loops vectorise without changing any order of summation that matters.
#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "models/core/quantity.h"
#include "models/network/kernels/fp32_tiles.h"
#include "models/network/kernels/layer_kernel.h"

namespace tandem::network {

ConvShape conv_shape(const Network& network, LayerId id) {
  const Layer& layer = network.layer(id);
  ConvShape shape{network.input_shape(id), layer.output, layer.window, layer.conv.groups};
  if (layer.kind == LayerKind::fully_connected) {
    shape.window = Window{};
    shape.window.kernel_h = shape.input.h;
    shape.window.kernel_w = shape.input.w;
    shape.groups = 1;
  }
  return shape;
}

namespace {

// Calls place(kk, x, value) for every patch element of one output row; kk runs (c, ky, kx).
template <class Element, class Place>
void for_each_patch_element(const ConvShape& shape, std::span<const Element> input, int first_channel,
                            int channels, int row, Element padding, Place place) {
  const Window& w = shape.window;
  std::size_t kk = 0;
  for (int c = 0; c < channels; ++c) {
    const Element* plane = input.data() + static_cast<std::size_t>(first_channel + c) *
                                              static_cast<std::size_t>(shape.input.h) *
                                              static_cast<std::size_t>(shape.input.w);
    for (int ky = 0; ky < w.kernel_h; ++ky) {
      const int y = row * w.stride_h - w.pad_top + ky * w.dilation_h;
      for (int kx = 0; kx < w.kernel_w; ++kx, ++kk) {
        const bool row_inside = y >= 0 && y < shape.input.h;
        for (int x = 0; x < shape.output.w; ++x) {
          const int column = x * w.stride_w - w.pad_left + kx * w.dilation_w;
          const bool inside = row_inside && column >= 0 && column < shape.input.w;
          place(kk, x, inside ? plane[static_cast<std::ptrdiff_t>(y) * shape.input.w + column] : padding);
        }
      }
    }
  }
}

struct GroupPart {  // the part of a channel range that lies in one group
  int group, k0, k1;
};

std::vector<GroupPart> split_by_group(const ConvShape& shape, const OutputRange& range) {
  const int per_group = shape.output.c / shape.groups;
  std::vector<GroupPart> parts;
  for (int k = range.k0; k < range.k1;) {
    const int group = k / per_group;
    const int end = std::min(range.k1, (group + 1) * per_group);
    parts.push_back({group, k, end});
    k = end;
  }
  return parts;
}

}  // namespace

void convolve_int8(const ConvShape& shape, std::span<const std::int8_t> input, int input_zero_point,
                   std::span<const std::int8_t> weights, const OutputRange& range,
                   std::span<std::int32_t> acc) {
  const int channels = shape.input.c / shape.groups;
  const std::size_t depth = static_cast<std::size_t>(channels) *
                            static_cast<std::size_t>(shape.window.kernel_h * shape.window.kernel_w);
  const std::size_t width = static_cast<std::size_t>(shape.output.w);
  const std::size_t rows = static_cast<std::size_t>(range.p1 - range.p0);
  std::vector<std::int16_t> panel(width * depth);
  std::vector<std::int16_t> wide(depth);
  const auto zero = static_cast<std::int16_t>(input_zero_point);
  for (const GroupPart& part : split_by_group(shape, range)) {
    for (int row = range.p0; row < range.p1; ++row) {
      for_each_patch_element<std::int8_t>(
          shape, input, part.group * channels, channels, row, static_cast<std::int8_t>(input_zero_point),
          [&](std::size_t kk, int x, std::int8_t value) {
            panel[static_cast<std::size_t>(x) * depth + kk] = static_cast<std::int16_t>(value - zero);
          });
      for (int k = part.k0; k < part.k1; ++k) {
        const std::int8_t* w = weights.data() + static_cast<std::size_t>(k) * depth;
        std::copy(w, w + depth, wide.begin());
        std::int32_t* out = acc.data() + (static_cast<std::size_t>(k - range.k0) * rows +
                                          static_cast<std::size_t>(row - range.p0)) *
                                             width;
        for (std::size_t x = 0; x < width; ++x) {
          const std::int16_t* patch = panel.data() + x * depth;
          std::int32_t sum = 0;
          for (std::size_t kk = 0; kk < depth; ++kk) sum += patch[kk] * wide[kk];
          out[x] = sum;
        }
      }
    }
  }
}

void convolve_fp32(const ConvShape& shape, std::span<const float> input, std::span<const float> weights,
                   std::span<const float> bias, const OutputRange& range, std::span<float> out) {
  const Fp32Tile tile = fp32_tile(shape.output.w);
  const int channels = shape.input.c / shape.groups;
  const std::size_t depth = static_cast<std::size_t>(channels) *
                            static_cast<std::size_t>(shape.window.kernel_h * shape.window.kernel_w);
  const std::size_t width = static_cast<std::size_t>(shape.output.w);
  const std::size_t padded =
      static_cast<std::size_t>(tandem::round_up(shape.output.w, static_cast<std::int64_t>(tile.columns)));
  const std::size_t rows = static_cast<std::size_t>(range.p1 - range.p0);
  std::vector<float> panel(padded * depth);
  std::array<float, kMostTileChannels * kMostTileColumns> sums{};
  for (const GroupPart& part : split_by_group(shape, range)) {
    for (int row = range.p0; row < range.p1; ++row) {
      for_each_patch_element<float>(shape, input, part.group * channels, channels, row, 0.0F,
                                    [&](std::size_t kk, int x, float value) {
                                      panel[kk * padded + static_cast<std::size_t>(x)] = value;
                                    });
      for (int k = part.k0; k < part.k1; k += static_cast<int>(tile.channels)) {
        std::array<const float*, kMostTileChannels> lines{};
        for (std::size_t i = 0; i < tile.channels; ++i) {
          const int channel = std::min(k + static_cast<int>(i), part.k1 - 1);
          lines[i] = weights.data() + static_cast<std::size_t>(channel) * depth;
        }
        for (std::size_t x0 = 0; x0 < width; x0 += tile.columns) {
          tile.run(panel.data() + x0, padded, lines.data(), depth, sums.data());
          for (std::size_t i = 0; i < tile.channels && k + static_cast<int>(i) < part.k1; ++i) {
            const std::size_t channel = static_cast<std::size_t>(k) + i;
            float* line = out.data() + ((channel - static_cast<std::size_t>(range.k0)) * rows +
                                        static_cast<std::size_t>(row - range.p0)) *
                                           width;
            const float offset = bias.empty() ? 0.0F : bias[channel];
            for (std::size_t x = x0; x < std::min(width, x0 + tile.columns); ++x)
              line[x] = sums[i * tile.columns + x - x0] + offset;
          }
        }
      }
    }
  }
}

}  // namespace tandem::network
