// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/random_job.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

#include "models/accelerator/cycle_model.h"
#include "models/network/layout.h"

namespace tandem::rtl_test {

using accelerator::Array;
using accelerator::ConvJob;

namespace {

int draw(Random& random, int low, int high) { return static_cast<int>(random.between(low, high)); }

int extent(int kernel, int dilation) { return (kernel - 1) * dilation + 1; }

std::uint64_t take(std::uint64_t& offset, std::int64_t bytes, std::uint64_t alignment) {
  const std::uint64_t begin = (offset + alignment - 1) / alignment * alignment;
  offset = begin + static_cast<std::uint64_t>(bytes);
  return begin;
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
    job.pad_top = draw(random, 0, extent(job.kernel_h, job.dilation_h) - 1);
    job.pad_left = draw(random, 0, extent(job.kernel_w, job.dilation_w) - 1);
    const int pad_bottom = draw(random, 0, extent(job.kernel_h, job.dilation_h) - 1);
    const int pad_right = draw(random, 0, extent(job.kernel_w, job.dilation_w) - 1);
    job.rounding = static_cast<accelerator::Rounding>(random.below(4));
    job.raw = random.below(5) == 0;
    job.in_channels = random.below(5) == 0 ? draw(random, 1, 12 * array.tn) : draw(random, 1, 3 * array.tn);
    job.out_channels = draw(random, 1, 3 * array.tm);
    const std::uint64_t form = random.below(6);
    if (form == 0 && array.can_fold()) {
      job.form = accelerator::Form::folded;
      job.in_channels = draw(random, 1, accelerator::kFoldedBlock);
      job.dilation_w = 1;
      job.pad_left = draw(random, 0, job.kernel_w - 1);
    } else if (form == 1) {
      job.form = accelerator::Form::grouped;
      job.group_phase = draw(random, 0, std::max(1, array.tn / array.tm) - 1);
      job.out_channels = draw(random, 1, 3 * std::max(array.tm, array.tn));
      job.in_channels = job.out_channels + job.group_phase * array.tm;
    }
    job.in_h = draw(random, 1, random.below(4) == 0 ? 40 : 14);
    job.in_w = draw(random, 1, random.below(4) == 0 ? 60 : 14);
    const int free_h = job.in_h + job.pad_top + pad_bottom - extent(job.kernel_h, job.dilation_h);
    const int free_w = job.in_w + job.pad_left + pad_right - extent(job.kernel_w, job.dilation_w);
    if (free_h < 0 || free_w < 0) continue;
    job.out_h = free_h / job.stride_h + 1;
    job.out_w = free_w / job.stride_w + 1;
    job.row_begin = random.below(3) == 0 ? draw(random, 0, job.out_h - 1) : 0;
    job.row_end = random.below(3) == 0 ? draw(random, job.row_begin + 1, job.out_h) : job.out_h;
    job.in_zero_point = draw(random, -128, 127);
    job.out_zero_point = draw(random, -128, 127);
    job.clamp_min = random.below(2) == 0 ? -128 : draw(random, -128, 0);
    job.clamp_max = random.below(2) == 0 ? 127 : draw(random, 0, 127);
    if (accelerator::mac_cycles(job, array).raw() <= work) return job;
  }
}

ConvJob layer_shape(int in_channels, int in_size, int out_channels, int kernel, int stride, int pad) {
  ConvJob job;
  job.in_channels = in_channels;
  job.in_h = job.in_w = in_size;
  job.out_channels = out_channels;
  job.kernel_h = job.kernel_w = kernel;
  job.stride_h = job.stride_w = stride;
  job.pad_top = job.pad_left = pad;
  job.out_h = job.out_w = (in_size + 2 * pad - kernel) / stride + 1;
  job.row_end = job.out_h;
  return job;
}

network::BlockedLayout input_layout(const ConvJob& job, const Array& array) {
  const int block = job.form == accelerator::Form::folded ? accelerator::kFoldedBlock : array.block();
  return {job.in_channels, job.in_h, job.in_w, block, 1};
}

network::BlockedLayout output_layout(const ConvJob& job, const Array& array) {
  return {job.out_channels, job.out_h, job.out_w, array.block(), job.raw ? 4 : 1};
}

PlacedJob place(ConvJob job, const Array& array, Memory& memory, std::uint64_t& offset, Random& random) {
  const std::uint64_t base = memory.base();
  const bool grouped = job.form == accelerator::Form::grouped;
  const network::BlockedLayout in = input_layout(job, array);
  const network::BlockedLayout out = output_layout(job, array);
  job.in_plane_stride = in.plane_stride();
  job.out_plane_stride = out.plane_stride();
  const std::int64_t table_channels = round_up(job.out_channels, array.tm);
  // The groups of a grouped job: of any size that lies inside a chunk and divides its channels.
  int group_channels = 1;
  while (grouped && group_channels < std::min(array.tm, array.tn) &&
         job.out_channels % (2 * group_channels) == 0 && random.below(3) != 0) {
    group_channels *= 2;
  }
  const accelerator::WeightShape shape{job.out_channels, grouped ? group_channels : job.in_channels,
                                       job.kernel_h, job.kernel_w, job.form};
  const std::int64_t weight_count =
      std::int64_t{job.out_channels} * shape.in_channels * job.kernel_h * job.kernel_w;
  const std::int64_t weight_bytes = accelerator::packed_weight_bytes(job, array);
  job.input = base + take(offset, in.bytes(), 64);
  job.output = base + take(offset, out.bytes(), 64);
  job.weights = base + take(offset, weight_bytes, 16);
  job.quant = base + take(offset, table_channels * 16, 16);
  const std::uint64_t descriptor = base + take(offset, accelerator::kJobBytes, accelerator::kJobBytes);
  if (!memory.holds(base, static_cast<std::int64_t>(offset))) throw std::runtime_error("memory too small");
  if (const auto reason = accelerator::tile(job, array)) throw std::runtime_error(*reason);

  for (std::int64_t i = 0; i < in.bytes(); ++i) {
    *memory.at(job.input + static_cast<std::uint64_t>(i), 1) = static_cast<std::uint8_t>(random.next());
  }
  std::vector<std::int8_t> weights(static_cast<std::size_t>(weight_count));
  for (std::int8_t& weight : weights) weight = static_cast<std::int8_t>(random.between(-128, 127));
  // A later phase: the channels of its chunk before it belong to another job.
  const auto skipped = static_cast<std::size_t>(std::int64_t{job.group_phase} * array.tm * shape.in_channels *
                                                job.kernel_h * job.kernel_w);
  std::vector<std::int8_t> chunk_weights(skipped);
  chunk_weights.insert(chunk_weights.end(), weights.begin(), weights.end());
  accelerator::WeightShape whole = shape;
  whole.out_channels += job.group_phase * array.tm;
  auto packed = accelerator::pack_weights(chunk_weights, whole, array);
  packed.erase(packed.begin(), packed.end() - weight_bytes);
  std::memcpy(memory.at(job.weights, weight_bytes), packed.data(), packed.size());
  // Results spread over the whole int8 range: sums have about 14 + log2(K)/2 bits, multipliers 31.
  const int sum_bits =
      14 + static_cast<int>(std::bit_width(static_cast<std::uint64_t>(weight_count / job.out_channels))) / 2;
  for (std::int64_t k = 0; k < table_channels; ++k) {
    std::uint32_t entry[4] = {
        static_cast<std::uint32_t>(random.between(-100000, 100000)),
        static_cast<std::uint32_t>(random.between(1 << 30, (std::int64_t{1} << 31) - 1)),
        static_cast<std::uint32_t>(random.between(20, 27) + sum_bits), 0};
    if (random.below(4) == 0) {  // fractions of exactly one half, for the rounding
      entry[1] = static_cast<std::uint32_t>(random.between(-3, 3));
      entry[2] = static_cast<std::uint32_t>(random.between(0, 4));
    }
    std::memcpy(memory.at(job.quant + static_cast<std::uint64_t>(k * 16), 16), entry, sizeof entry);
  }
  const auto words = accelerator::encode(job, array);
  std::memcpy(memory.at(descriptor, accelerator::kJobBytes), words.data(), accelerator::kJobBytes);
  return {job, descriptor, shape, weights};
}

std::string describe(const ConvJob& job) {
  const auto pair = [](int a, int b) { return std::to_string(a) + "x" + std::to_string(b); };
  static constexpr const char* kForms[] = {"dense", "folded", "grouped"};
  return std::string(kForms[static_cast<int>(job.form)]) + (job.raw ? " raw" : "") + " rounding " +
         std::to_string(static_cast<int>(job.rounding)) + " phase " + std::to_string(job.group_phase) +
         " in " + std::to_string(job.in_channels) + "x" + pair(job.in_h, job.in_w) + " out " +
         std::to_string(job.out_channels) + "x" + pair(job.out_h, job.out_w) + " kernel " +
         pair(job.kernel_h, job.kernel_w) + " stride " + pair(job.stride_h, job.stride_w) + " pad " +
         pair(job.pad_top, job.pad_left) + " dilation " + pair(job.dilation_h, job.dilation_w) + " rows " +
         std::to_string(job.row_begin) + ".." + std::to_string(job.row_end) + " band " +
         std::to_string(job.band_rows) + " slice " + std::to_string(job.chunks_per_slice);
}

}  // namespace tandem::rtl_test
