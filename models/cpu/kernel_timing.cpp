// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/kernel_timing.h"

#include <algorithm>
#include <cmath>

namespace tandem::cpu {

using network::LayerKind;

namespace {
Cycles whole_cycles(double cycles) { return Cycles(static_cast<std::int64_t>(std::ceil(cycles))); }
}  // namespace

Cycles gemm_cycles(const spec::CoreType::Gemm& gemm, Bytes l1d, int element_bytes, std::int64_t m,
                   std::int64_t n, std::int64_t k) {
  const auto rows = static_cast<double>(round_up(m, 8));
  const auto columns = static_cast<double>(round_up(n, 12));
  const auto depth = static_cast<double>(k);
  const std::int64_t k_block = std::max<std::int64_t>(1, l1d.raw() / 2 / (std::int64_t{element_bytes} * 12));
  const auto k_blocks = static_cast<double>(divide_up(k, k_block));
  return whole_cycles(rows * columns * depth / gemm.macs_per_cycle +
                      element_bytes * rows * depth / gemm.prepare_bytes_per_cycle +
                      4.0 * k_blocks * rows * columns / gemm.merge_bytes_per_cycle);
}

namespace {

Cycles convolution_cycles(const network::Network& network, network::LayerId id, network::Precision precision,
                          const spec::CoreType& core, const Share& share) {
  const network::ConvShape shape = network::conv_shape(network, id);
  const bool int8 = precision == network::Precision::int8;
  const std::int64_t depth =
      std::int64_t{shape.input.c / shape.groups} * shape.window.kernel_h * shape.window.kernel_w;
  if (network.is_depthwise(id)) {
    return whole_cycles(static_cast<double>(share.elements() * depth) / core.depthwise_macs_per_cycle);
  }
  const std::int64_t pixels = share.m1 - share.m0;
  if (shape.output.h * shape.output.w == 1) {
    return whole_cycles(static_cast<double>(share.elements() * depth) / core.gemv_macs_per_cycle);
  }
  const spec::CoreType::Gemm& gemm = int8 ? core.gemm_int8 : core.gemm_fp32;
  const int per_group = shape.output.c / shape.groups;
  Cycles total{0};
  for (int k = share.k0; k < share.k1;) {
    const int end = std::min(share.k1, (k / per_group + 1) * per_group);
    total += gemm_cycles(gemm, core.l1d, int8 ? 1 : 4, pixels, end - k, depth);
    k = end;
  }
  return total;
}

}  // namespace

Cycles compute_cycles(const network::Network& network, network::LayerId id, network::Precision precision,
                      const spec::CoreType& core, const Share& share) {
  if (share.empty()) return Cycles(0);
  const network::Layer& layer = network.layer(id);
  const auto elements = static_cast<double>(share.elements());
  switch (layer.kind) {
    case LayerKind::conv:
    case LayerKind::fully_connected:
      return convolution_cycles(network, id, precision, core, share);
    case LayerKind::max_pool:
    case LayerKind::avg_pool:
      return whole_cycles(elements * layer.window.kernel_h * layer.window.kernel_w /
                          core.simple_ops_per_cycle);
    case LayerKind::global_avg_pool: {
      const network::Shape input = network.input_shape(id);
      return whole_cycles(elements * input.h * input.w / core.simple_ops_per_cycle);
    }
    case LayerKind::add:
      return whole_cycles(elements * static_cast<double>(layer.inputs.size()) / core.simple_ops_per_cycle);
    case LayerKind::lrn:
    case LayerKind::softmax:
    case LayerKind::batch_norm:
      return whole_cycles(elements * core.special_cycles_per_element);
    default:
      return whole_cycles(elements / core.simple_ops_per_cycle);
  }
}

}  // namespace tandem::cpu
