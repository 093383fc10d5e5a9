// SPDX-License-Identifier: Apache-2.0
// What random jobs look like. Ends of ranges are drawn more often than what lies between them.
#include <algorithm>
#include <stdexcept>

#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "tests/rtl/random_job.h"

namespace tandem::rtl_test {

using accelerator::Array;
using accelerator::ConvJob;

namespace {

constexpr std::int64_t kMostInput = 600 * 1024;  // bytes
constexpr std::int64_t kMostWeights = 512 * 1024;

int draw(Random& random, int low, int high) { return static_cast<int>(random.between(low, high)); }

int extent(int kernel, int dilation) { return (kernel - 1) * dilation + 1; }

// Up to `most` times the array's side; often a multiple of it.
int draw_channels(Random& random, int side, int most) {
  return random.below(4) == 0 ? side * draw(random, 1, most) : draw(random, 1, most * side);
}

int draw_size(Random& random, int most) {
  return random.below(8) == 0 ? 1 : draw(random, 1, random.below(4) == 0 ? most : 14);
}

int draw_zero_point(Random& random) {
  static constexpr int kEnds[] = {-128, 0, 127};
  return random.below(3) == 0 ? kEnds[random.below(3)] : draw(random, -128, 127);
}

// Sometimes so much that whole windows lie in it.
int draw_padding(Random& random, int extent) {
  return random.below(16) == 0 ? extent + draw(random, 0, 3) : draw(random, 0, extent - 1);
}

// Whether every band fits into the ring.
bool fits(const ConvJob& job, const accelerator::Geometry& g) {
  for (int row = job.row_begin; row < job.row_end; row += job.band_rows) {
    if (accelerator::band_at(job, g, row).words > g.bank_words) return false;
  }
  return true;
}

}  // namespace

ConvJob random_shape(Random& random, const Array& array, std::int64_t work) {
  static constexpr int kKernels[] = {1, 1, 1, 2, 3, 3, 3, 4, 5, 7, 11};
  while (true) {
    ConvJob job;
    job.id = static_cast<std::uint32_t>(random.next());
    job.kernel_h = kKernels[random.below(std::size(kKernels))];
    job.kernel_w = random.below(4) == 0 ? kKernels[random.below(std::size(kKernels))] : job.kernel_h;
    job.stride_h = draw(random, 1, 4);
    job.stride_w = random.below(2) == 0 ? job.stride_h : draw(random, 1, 4);
    job.dilation_h = random.below(4) == 0 ? draw(random, 1, 3) : 1;
    job.dilation_w = random.below(4) == 0 ? draw(random, 1, 3) : 1;
    job.pad_top = draw_padding(random, extent(job.kernel_h, job.dilation_h));
    job.pad_left = draw_padding(random, extent(job.kernel_w, job.dilation_w));
    const int pad_bottom = draw_padding(random, extent(job.kernel_h, job.dilation_h));
    const int pad_right = draw_padding(random, extent(job.kernel_w, job.dilation_w));
    job.rounding = static_cast<accelerator::Rounding>(random.below(4));
    job.raw = random.below(5) == 0;
    job.in_channels = draw_channels(random, array.tn, random.below(5) == 0 ? 12 : 3);
    job.out_channels = draw_channels(random, array.tm, random.below(8) == 0 ? 12 : 3);
    const std::uint64_t form = random.below(6);
    if (form == 0 && array.can_fold()) {
      job.form = accelerator::Form::folded;
      job.in_channels = draw(random, 1, accelerator::kFoldedBlock);
      job.dilation_w = 1;
      job.pad_left = draw_padding(random, job.kernel_w);
    } else if (form == 1) {
      job.form = accelerator::Form::grouped;
      job.group_phase = draw(random, 0, std::max(1, array.tn / array.tm) - 1);
      job.out_channels = draw_channels(random, std::max(array.tm, array.tn), 3);
      job.in_channels = job.out_channels + job.group_phase * array.tm;
    }
    job.in_h = draw_size(random, 40);
    job.in_w = draw_size(random, 60);
    // More input than the ring of features holds.
    const bool large = random.below(24) == 0;
    if (large) {
      job.in_h = draw(random, 60, 300);
      job.in_w = draw(random, 60, 300);
      job.stride_h = draw(random, 3, 4);
      job.stride_w = 4;
    }
    const int free_h = job.in_h + job.pad_top + pad_bottom - extent(job.kernel_h, job.dilation_h);
    const int free_w = job.in_w + job.pad_left + pad_right - extent(job.kernel_w, job.dilation_w);
    if (free_h < 0 || free_w < 0) continue;
    job.out_h = free_h / job.stride_h + 1;
    job.out_w = free_w / job.stride_w + 1;
    job.row_begin = random.below(3) == 0 ? draw(random, 0, job.out_h - 1) : 0;
    job.row_end = random.below(3) == 0 ? draw(random, job.row_begin + 1, job.out_h) : job.out_h;
    job.in_zero_point = draw_zero_point(random);
    job.out_zero_point = draw_zero_point(random);
    job.clamp_min = random.below(2) == 0 ? -128 : draw(random, -128, 0);
    job.clamp_max = random.below(2) == 0 ? 127 : draw(random, 0, 127);
    const std::int64_t in_bytes = std::int64_t{job.in_channels} * job.in_h * job.in_w;
    if (accelerator::mac_cycles(job, array).raw() <= (large ? 4 * work : work) && in_bytes < kMostInput &&
        packed_weight_bytes(job, array) < kMostWeights) {
      ConvJob tiled = job;  // a kernel of 11x11 over eight chunks of a group fits no buffer
      if (!accelerator::tile(tiled, array)) return job;
    }
  }
}

ConvJob random_tiling(Random& random, ConvJob job, const Array& array) {
  if (const auto reason = accelerator::tile(job, array)) throw std::runtime_error(*reason);
  if (random.below(3) == 0) return job;
  const ConvJob best = job;
  accelerator::Geometry g = accelerator::geometry_of(job, array);
  if (job.form == accelerator::Form::dense) {
    const auto most = std::min<std::int64_t>(g.chunks, g.weight_words / 2 / g.steps_per_chunk);
    job.chunks_per_slice = draw(random, 1, static_cast<int>(most));
    g = accelerator::geometry_of(job, array);
    if (g.slices > 1 && job.out_w > array.accumulators) return best;
  }
  const int rows = job.row_end - job.row_begin;
  job.band_rows = random.below(3) == 0 ? 1 : draw(random, 1, rows);
  if (g.slices > 1) {
    job.band_rows = std::min(job.band_rows, static_cast<int>(array.accumulators / job.out_w));
  }
  while (job.band_rows > 1 && !fits(job, g)) --job.band_rows;
  return fits(job, g) ? job : best;
}

}  // namespace tandem::rtl_test
