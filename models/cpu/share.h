// SPDX-License-Identifier: Apache-2.0
// How an area of a layer's output is dealt to the threads of a core group, as the libraries on these boards
// do: whole units of consecutive output pixels, or of channels where there are too few pixels; the busiest
// thread gets ceil(units / threads).
#pragma once

#include <cstdint>
#include <vector>

#include "models/network/graph.h"
#include "models/network/kernels/layer_kernel.h"

namespace tandem::cpu {

// Channels [k0, k1) of the output pixels [m0, m1), counted row by row over the whole output.
struct Share {
  int k0 = 0, k1 = 0;
  std::int64_t m0 = 0, m1 = 0;
  [[nodiscard]] bool empty() const { return k0 >= k1 || m0 >= m1; }
  [[nodiscard]] std::int64_t elements() const { return (k1 - k0) * (m1 - m0); }
  bool operator==(const Share&) const = default;
};

constexpr Share area_of(const network::OutputRange& range, const network::Shape& output) {
  return {range.k0, range.k1, std::int64_t{range.p0} * output.w, std::int64_t{range.p1} * output.w};
}
constexpr Share whole(const network::Shape& output) { return area_of(network::whole(output), output); }

inline constexpr int kPixelsPerUnit = 8;  // rows of the 8x12 GEMM kernel

enum class Dealing {
  pixels,    // channels where there are too few pixels
  channels,  // pixels where there are too few channels
};

// One share a thread, in order; trailing ones may be empty. `channel_unit`: channels of a memory plane.
std::vector<Share> deal(const Share& area, int threads, int channel_unit, Dealing dealing = Dealing::pixels);

}  // namespace tandem::cpu
