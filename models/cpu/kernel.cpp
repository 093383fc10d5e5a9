// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/kernel.h"

#include <algorithm>

#include "models/network/kernels/layer_kernel.h"

namespace tandem::cpu {

using network::LayerKind;

const char* to_string(Kernel kernel) {
  switch (kernel) {
    case Kernel::element_wise:
      return "element-wise";
    case Kernel::gemv:
      return "gemv";
    case Kernel::depthwise:
      return "depthwise";
    case Kernel::interleaved:
      return "interleaved";
    case Kernel::hybrid:
      return "hybrid";
    case Kernel::winograd_interleaved:
      return "winograd-interleaved";
    case Kernel::winograd_hybrid:
      return "winograd-hybrid";
  }
  return "?";
}

std::int64_t depth_block(const spec::CoreType& core, int element_bytes) {
  return std::max<std::int64_t>(1, core.l1d.raw() / 2 / (std::int64_t{element_bytes} * 12));
}

bool hybrid_is_cheaper(const spec::CoreType& core, int threads, std::int64_t m, std::int64_t n,
                       std::int64_t k, std::int64_t products) {
  if (!core.library.hybrid) return false;
  const spec::CoreType::Chooser& table = core.chooser;
  const auto count = static_cast<double>(products);
  const auto rows = static_cast<double>(round_up(m, 8)), columns = static_cast<double>(round_up(n, 12));
  const auto depth = static_cast<double>(k);
  const auto blocks = static_cast<double>(divide_up(k, depth_block(core, 4)));
  double interleaved = count * (rows * columns * depth / table.interleaved_macs_per_cycle +
                                4 * rows * depth / table.prepare_bytes_per_cycle +
                                4 * blocks * rows * columns / table.merge_bytes_per_cycle);
  // It deals blocks of rows alone, and the library takes one in ten for idle.
  const double parallel = 0.9 * static_cast<double>(divide_up(m, 8));
  if (parallel < threads) interleaved *= threads / parallel;
  double hybrid = count * static_cast<double>(m) * static_cast<double>(round_up(n, 16)) * depth /
                  table.hybrid_macs_per_cycle;
  // Narrow results that are no whole number of kernels cost the library's 15 % more.
  if (n < 16 || (n > 16 && n < 32)) hybrid *= 1.15;
  return hybrid < interleaved;
}

bool needs_im2col(const network::Layer& layer, const spec::Library& library) {
  const network::Window& window = layer.window;
  return layer.output.h * layer.output.w > 1 &&
         (!library.reads_pixels_as_they_lie || window.kernel_h > 1 || window.kernel_w > 1 ||
          window.stride_h > 1 || window.stride_w > 1);
}

bool is_winograd_shape(const network::Network& network, network::LayerId id) {
  const network::Layer& layer = network.layer(id);
  const network::Window& window = layer.window;
  return layer.kind == LayerKind::conv && !network.is_depthwise(id) && window.kernel_h == 3 &&
         window.kernel_w == 3 && window.stride_h == 1 && window.stride_w == 1 && window.dilation_h == 1 &&
         window.dilation_w == 1 && network.input_shape(id).c / layer.conv.groups >= kWinogradChannels;
}

std::int64_t winograd_tiles(const network::Shape& output) {
  return divide_up(output.h, kWinogradTile) * divide_up(output.w, kWinogradTile);
}

std::vector<Kernel> possible_kernels(const network::Network& network, network::LayerId id,
                                     network::Precision precision) {
  const network::Layer& layer = network.layer(id);
  if (layer.kind != LayerKind::conv && layer.kind != LayerKind::fully_connected) return {};
  if (network.is_depthwise(id)) return {Kernel::depthwise};
  const network::Shape output = network::conv_shape(network, id).output;
  std::vector<Kernel> kernels;
  if (output.h * output.w == 1) kernels.push_back(Kernel::gemv);
  kernels.push_back(Kernel::interleaved);
  if (precision == network::Precision::int8) return kernels;
  kernels.push_back(Kernel::hybrid);
  if (is_winograd_shape(network, id)) {
    kernels.push_back(Kernel::winograd_interleaved);
    kernels.push_back(Kernel::winograd_hybrid);
  }
  return kernels;
}

Kernel choose_kernel(const network::Network& network, network::LayerId id, network::Precision precision,
                     const spec::CoreType& core, int threads) {
  const network::Layer& layer = network.layer(id);
  if (layer.kind != LayerKind::conv && layer.kind != LayerKind::fully_connected) return Kernel::element_wise;
  if (network.is_depthwise(id)) return Kernel::depthwise;
  const network::ConvShape shape = network::conv_shape(network, id);
  const std::int64_t pixels = std::int64_t{shape.output.h} * shape.output.w;
  if (pixels == 1) return Kernel::gemv;
  if (precision == network::Precision::int8) return Kernel::interleaved;
  const std::int64_t channels = shape.output.c / shape.groups, inputs = shape.input.c / shape.groups;
  if (core.library.winograd && is_winograd_shape(network, id)) {
    return hybrid_is_cheaper(core, threads, winograd_tiles(shape.output), channels, inputs, kWinogradProducts)
               ? Kernel::winograd_hybrid
               : Kernel::winograd_interleaved;
  }
  const std::int64_t depth = inputs * shape.window.kernel_h * shape.window.kernel_w;
  return hybrid_is_cheaper(core, threads, pixels, channels, depth, 1) ? Kernel::hybrid : Kernel::interleaved;
}

}  // namespace tandem::cpu
