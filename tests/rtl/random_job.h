// SPDX-License-Identifier: Apache-2.0
// Jobs with everything they need in memory: random ones for the campaigns, and given layers for the tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/accelerator/job.h"
#include "models/core/random.h"
#include "models/network/layout.h"
#include "tests/rtl/bench.h"

namespace tandem::rtl_test {

struct PlacedJob {
  accelerator::ConvJob job;
  std::uint64_t descriptor = 0;
  accelerator::WeightShape shape;    // of `weights`
  std::vector<std::int8_t> weights;  // as a network has them, before packing
};

network::BlockedLayout input_layout(const accelerator::ConvJob& job, const accelerator::Array& array);
network::BlockedLayout output_layout(const accelerator::ConvJob& job, const accelerator::Array& array);

// Shape, window, range and zero points drawn so that the job takes at most about `work` array cycles.
accelerator::ConvJob random_shape(Random& random, const accelerator::Array& array, std::int64_t work);

// The job with a band and a slice drawn from all that fit, not only the best; sometimes those of tile().
// Throws std::runtime_error with tile()'s reason.
accelerator::ConvJob random_tiling(Random& random, accelerator::ConvJob job, const accelerator::Array& array);

// A convolution with padding on both sides (one number each for height and width).
accelerator::ConvJob layer_shape(int in_channels, int in_size, int out_channels, int kernel, int stride,
                                 int pad);

// What place() takes of a memory at most.
std::uint64_t placed_bytes(const accelerator::ConvJob& job, const accelerator::Array& array);

// Tiles the job if it is not, and lays out input, weights, table, output and descriptor in `memory` from
// `offset` on, all of them filled from `random`; `offset` moves behind them. Throws std::runtime_error with
// tile()'s reason.
PlacedJob place(accelerator::ConvJob job, const accelerator::Array& array, Memory& memory,
                std::uint64_t& offset, Random& random);

std::string describe(const accelerator::ConvJob& job);

}  // namespace tandem::rtl_test
