// SPDX-License-Identifier: Apache-2.0
#include "models/accelerator/geometry.h"

#include <algorithm>

namespace tandem::accelerator {

Geometry geometry_of(const ConvJob& job, const Array& array) {
  const bool folded = job.form == Form::folded;
  const bool grouped = job.form == Form::grouped;
  Geometry g;
  g.block = array.block();
  g.in_block = folded ? kFoldedBlock : g.block;
  const int all_banks = array.tn / g.block;
  g.banks = folded ? std::max(1, array.tn / kBeatBytes) : all_banks;
  g.out_planes = array.tm / g.block;
  g.in_planes = static_cast<int>(divide_up(job.in_channels, g.in_block));
  g.written_planes = static_cast<int>(divide_up(job.out_channels, g.block));
  g.chunks = folded ? 1 : static_cast<int>(divide_up(job.in_channels, array.tn));
  g.group_chunks = grouped ? std::max(1, array.tm / array.tn) : g.chunks;
  g.groups = static_cast<int>(divide_up(job.out_channels, array.tm));
  g.steps_across = folded ? static_cast<int>(divide_up(job.kernel_w, array.folded_pixels())) : job.kernel_w;
  g.across_pixels = folded ? array.folded_pixels() : job.dilation_w;
  g.steps_per_chunk = job.kernel_h * g.steps_across;
  g.raw_beats = job.raw ? std::max(1, g.block * 4 / kBeatBytes) : 1;
  g.bank_words = array.feature_bytes / kBeatBytes / all_banks;
  g.weight_words = 2 * array.weight_bytes / array.step_bytes();
  g.rows_extent = std::int64_t{job.kernel_h - 1} * job.dilation_h + 1;
  if (job.chunks_per_slice > 0) {
    g.slices = static_cast<int>(divide_up(g.group_chunks, job.chunks_per_slice));
    g.slice_words = std::min(job.chunks_per_slice, g.group_chunks) * g.steps_per_chunk;
    g.last_slice_words = (g.group_chunks - (g.slices - 1) * job.chunks_per_slice) * g.steps_per_chunk;
  }
  return g;
}

int chunks_needed(const ConvJob& job, const Array& array, const Geometry& g, int group, int slice) {
  if (job.form == Form::grouped) {
    const int first = (group + job.group_phase) * array.tm / array.tn;
    return std::min(g.chunks, first + g.group_chunks);
  }
  return group > 0 ? g.chunks : std::min(g.chunks, (slice + 1) * job.chunks_per_slice);
}

Band band_at(const ConvJob& job, const Geometry& g, int row) {
  Band band;
  band.row = row;
  band.rows = std::min(job.band_rows, job.row_end - row);
  band.top = row * job.stride_h - job.pad_top;
  const std::int64_t bottom = band.top + std::int64_t{band.rows - 1} * job.stride_h + g.rows_extent;
  // A window that lies in the padding altogether still loads one row, so that nothing is ever empty.
  band.in_begin = std::clamp(band.top, 0, job.in_h - 1);
  band.in_end = static_cast<int>(std::clamp<std::int64_t>(bottom, band.in_begin + 1, job.in_h));
  const std::int64_t row_bytes = std::int64_t{job.in_w} * g.in_block;
  const std::int64_t begin = band.in_begin * row_bytes;
  const std::int64_t end = band.in_end * row_bytes;
  band.segment_offset = begin / kBeatBytes * kBeatBytes;
  band.head = begin - band.segment_offset;
  band.segment_words = divide_up(end - band.segment_offset, kBeatBytes);
  band.words =
      job.form == Form::folded ? divide_up(band.segment_words, g.banks) : band.segment_words * g.chunks;
  return band;
}

}  // namespace tandem::accelerator
