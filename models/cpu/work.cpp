// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/work.h"

#include <cmath>

namespace tandem::cpu {

namespace {

// Vector operations of a depthwise convolution's output.
double depthwise_operations(const network::Window& window) {
  const bool three_by_one =
      window.kernel_h == 3 && window.kernel_w == 3 && window.stride_h == 1 && window.stride_w == 1;
  const int tile = three_by_one ? 4 : 2;
  const double inputs =
      ((tile - 1) * window.stride_h + window.kernel_h) * ((tile - 1) * window.stride_w + window.kernel_w);
  return window.kernel_h * window.kernel_w + inputs / (tile * tile) + 1;
}

}  // namespace

Work& Work::operator+=(const Work& other) {
  macs += other.macs;
  moved_bytes += other.moved_bytes;
  transformed += other.transformed;
  depthwise_macs += other.depthwise_macs;
  gemv_macs += other.gemv_macs;
  special += other.special;
  launches += other.launches;
  return *this;
}

Cycles cycles_of(const Work& work, const spec::CoreType& core, network::Precision precision) {
  const double rate =
      precision == network::Precision::int8 ? core.int8_macs_per_cycle : core.fp32_macs_per_cycle;
  return Cycles(static_cast<std::int64_t>(
      std::ceil(work.macs / rate + work.moved_bytes / core.move_bytes_per_cycle +
                work.transformed / core.transform_elements_per_cycle +
                work.depthwise_macs / core.depthwise_macs_per_cycle +
                work.gemv_macs / core.gemv_macs_per_cycle + work.special * core.special_cycles_per_element)));
}

Work product_work(Kernel kernel, const spec::CoreType& core, int element_bytes, std::int64_t rows,
                  std::int64_t columns, std::int64_t depth, std::int64_t products) {
  Work work;
  const auto count = static_cast<double>(products), deep = static_cast<double>(depth);
  if (is_hybrid(kernel)) {
    // Its rate follows the interleaved kernel's as in the library's own table.
    const double slower = core.chooser.interleaved_macs_per_cycle / core.chooser.hybrid_macs_per_cycle;
    const double results = count * static_cast<double>(rows) * static_cast<double>(round_up(columns, 16));
    work.macs = results * deep * slower;
    work.moved_bytes = 4 * results;
    return work;
  }
  const auto padded_rows = static_cast<double>(round_up(rows, 8));
  const auto padded_columns = static_cast<double>(round_up(columns, 12));
  const auto blocks = static_cast<double>(divide_up(depth, depth_block(core, element_bytes)));
  work.macs = count * padded_rows * padded_columns * deep;
  work.moved_bytes = count * (element_bytes * padded_rows * deep + 4 * blocks * padded_rows * padded_columns);
  return work;
}

Work depthwise_work(const network::Window& window, double results) {
  static const double kUnit = depthwise_operations({.kernel_h = 3, .kernel_w = 3}) / 9;
  return {.depthwise_macs = results * depthwise_operations(window) / kUnit};
}

}  // namespace tandem::cpu
