// SPDX-License-Identifier: Apache-2.0
#include "models/accelerator/job.h"

#include <algorithm>

#include "models/accelerator/geometry.h"

namespace tandem::accelerator {

namespace {

constexpr std::uint32_t kDescriptorMark = 0x54440001;                   // "TD", version 1
constexpr int kFolded = 1, kGrouped = 2, kRaw = 4, kRoundingShift = 3;  // flags in word 26

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
std::uint64_t wide(std::uint32_t lo, std::uint32_t hi) { return std::uint64_t{hi} << 32 | lo; }
std::uint32_t halves(std::int64_t lo, std::int64_t hi) {
  return static_cast<std::uint32_t>((lo & 0xffff) | (hi & 0xffff) << 16);
}
std::uint32_t bytes(int b0, int b1, int b2, int b3) {
  return static_cast<std::uint32_t>((b0 & 0xff) | (b1 & 0xff) << 8 | (b2 & 0xff) << 16) |
         static_cast<std::uint32_t>(b3 & 0xff) << 24;
}
int half(std::uint32_t word, int index) { return static_cast<int>(word >> (16 * index) & 0xffff); }
int byte(std::uint32_t word, int index) { return static_cast<int>(word >> (8 * index) & 0xff); }
int signed_byte(std::uint32_t word, int index) { return static_cast<std::int8_t>(byte(word, index)); }

}  // namespace

std::array<std::uint32_t, kJobWords> encode(const ConvJob& job, const Array& array) {
  const Geometry g = geometry_of(job, array);
  std::array<std::uint32_t, kJobWords> words{};
  words[0] = kDescriptorMark;
  words[1] = job.id;
  words[2] = low(job.input);
  words[3] = high(job.input);
  words[4] = low(job.output);
  words[5] = high(job.output);
  words[6] = low(job.weights);
  words[7] = high(job.weights);
  words[8] = low(job.quant);
  words[9] = high(job.quant);
  words[10] = static_cast<std::uint32_t>(job.in_plane_stride);
  words[11] = static_cast<std::uint32_t>(job.out_plane_stride);
  words[12] = halves(job.in_channels, job.out_channels);
  words[13] = halves(job.in_h, job.in_w);
  words[14] = halves(job.out_h, job.out_w);
  words[15] = halves(job.row_begin, job.row_end);
  words[16] = bytes(job.kernel_h, job.kernel_w, job.stride_h, job.stride_w);
  words[17] = bytes(job.pad_top, job.pad_left, job.dilation_h, job.dilation_w);
  words[18] = bytes(job.in_zero_point, job.out_zero_point, job.clamp_min, job.clamp_max);
  words[19] = halves(job.band_rows, job.chunks_per_slice);
  // From here on: products and quotients that save the hardware its multipliers and dividers.
  words[20] = halves(g.in_planes, g.written_planes);
  words[21] = halves(g.chunks, g.groups);
  words[22] = halves(g.slices, g.rows_extent);
  words[23] = halves(g.slice_words, g.last_slice_words);
  words[24] = static_cast<std::uint32_t>(job.stride_h * job.in_w);
  words[25] = static_cast<std::uint32_t>(job.dilation_h * job.in_w);
  const int flags = (job.form == Form::folded ? kFolded : 0) | (job.form == Form::grouped ? kGrouped : 0) |
                    (job.raw ? kRaw : 0) | static_cast<int>(job.rounding) << kRoundingShift;
  words[26] = bytes(array.tm, array.tn, array.bus_bytes, flags);
  words[27] = halves(job.group_phase, g.group_chunks);
  words[28] = bytes(g.steps_across, g.across_pixels, 0, 0);
  return words;
}

ConvJob decode(std::span<const std::uint32_t, kJobWords> words) {
  ConvJob job;
  job.id = words[1];
  job.input = wide(words[2], words[3]);
  job.output = wide(words[4], words[5]);
  job.weights = wide(words[6], words[7]);
  job.quant = wide(words[8], words[9]);
  job.in_plane_stride = words[10];
  job.out_plane_stride = words[11];
  job.in_channels = half(words[12], 0);
  job.out_channels = half(words[12], 1);
  job.in_h = half(words[13], 0);
  job.in_w = half(words[13], 1);
  job.out_h = half(words[14], 0);
  job.out_w = half(words[14], 1);
  job.row_begin = half(words[15], 0);
  job.row_end = half(words[15], 1);
  job.kernel_h = byte(words[16], 0);
  job.kernel_w = byte(words[16], 1);
  job.stride_h = byte(words[16], 2);
  job.stride_w = byte(words[16], 3);
  job.pad_top = byte(words[17], 0);
  job.pad_left = byte(words[17], 1);
  job.dilation_h = byte(words[17], 2);
  job.dilation_w = byte(words[17], 3);
  job.in_zero_point = signed_byte(words[18], 0);
  job.out_zero_point = signed_byte(words[18], 1);
  job.clamp_min = signed_byte(words[18], 2);
  job.clamp_max = signed_byte(words[18], 3);
  job.band_rows = half(words[19], 0);
  job.chunks_per_slice = half(words[19], 1);
  const int flags = byte(words[26], 3);
  job.form = (flags & kFolded) != 0 ? Form::folded : (flags & kGrouped) != 0 ? Form::grouped : Form::dense;
  job.raw = (flags & kRaw) != 0;
  job.rounding = static_cast<Rounding>(flags >> kRoundingShift & 3);
  job.group_phase = half(words[27], 0);
  return job;
}

namespace {

// Steps of one output group and of each chunk.
struct Steps {
  std::int64_t chunks = 0, across = 0, per_chunk = 0;
};

Steps steps_of(const WeightShape& shape, const Array& array) {
  Steps steps;
  steps.across =
      shape.form == Form::folded ? divide_up(shape.kernel_w, array.folded_pixels()) : shape.kernel_w;
  steps.per_chunk = shape.kernel_h * steps.across;
  steps.chunks = shape.form == Form::folded    ? 1
                 : shape.form == Form::grouped ? std::max(1, array.tm / array.tn)
                                               : divide_up(shape.in_channels, array.tn);
  return steps;
}

}  // namespace

std::int64_t packed_weight_bytes(const WeightShape& shape, const Array& array) {
  const Steps steps = steps_of(shape, array);
  return divide_up(shape.out_channels, array.tm) * steps.chunks * steps.per_chunk * array.step_bytes();
}

std::int64_t packed_weight_bytes(const ConvJob& job, const Array& array) {
  return packed_weight_bytes(
      WeightShape{job.out_channels, job.in_channels, job.kernel_h, job.kernel_w, job.form}, array);
}

std::vector<std::int8_t> pack_weights(std::span<const std::int8_t> weights, const WeightShape& shape,
                                      const Array& array) {
  const Steps steps = steps_of(shape, array);
  const std::int64_t taps = std::int64_t{shape.kernel_h} * shape.kernel_w;
  std::vector<std::int8_t> packed(static_cast<std::size_t>(packed_weight_bytes(shape, array)));
  for (std::int64_t k = 0; k < shape.out_channels; ++k) {
    const std::int64_t group = k / array.tm;
    for (std::int64_t c = 0; c < shape.in_channels; ++c) {
      const std::int8_t* const source = weights.data() + (k * shape.in_channels + c) * taps;
      std::int64_t chunk = c / array.tn;
      std::int64_t slot = c % array.tn;
      if (shape.form == Form::grouped) {
        const std::int64_t channel = k / shape.in_channels * shape.in_channels + c;  // of the input
        chunk = array.tm > array.tn ? channel % array.tm / array.tn : 0;
        slot = channel % array.tn;
      }
      std::int8_t* const target = packed.data() +
                                  (group * steps.chunks + chunk) * steps.per_chunk * array.step_bytes() +
                                  k % array.tm * array.tn;
      for (std::int64_t ky = 0; ky < shape.kernel_h; ++ky) {
        for (std::int64_t kx = 0; kx < shape.kernel_w; ++kx) {
          const bool folded = shape.form == Form::folded;
          const std::int64_t step = ky * steps.across + (folded ? kx / array.folded_pixels() : kx);
          const std::int64_t at = folded ? kx % array.folded_pixels() * kFoldedBlock + c : slot;
          target[step * array.step_bytes() + at] = source[ky * shape.kernel_w + kx];
        }
      }
    }
  }
  return packed;
}

}  // namespace tandem::accelerator
