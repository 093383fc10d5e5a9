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

std::uint64_t take(std::uint64_t& offset, std::int64_t bytes, std::uint64_t alignment) {
  const std::uint64_t begin = (offset + alignment - 1) / alignment * alignment;
  offset = begin + static_cast<std::uint64_t>(bytes);
  return begin;
}

enum class Values { any, small, extreme };

std::int8_t draw(Random& random, Values values) {
  if (values == Values::small) return static_cast<std::int8_t>(random.between(-2, 2));
  if (values == Values::extreme) return random.below(2) == 0 ? -128 : 127;
  return static_cast<std::int8_t>(random.between(-128, 127));
}

// Results spread over the whole int8 range: sums have about 14 + log2(K)/2 bits, small ones 2,
// multipliers 31.
void fill_table(Memory& memory, const ConvJob& job, std::int64_t channels, std::int64_t terms, Values values,
                Random& random) {
  const int growth = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(terms))) / 2;
  const int sum_bits = (values == Values::small ? 2 : 14) + growth;
  const std::int64_t bias = std::int64_t{1} << std::min(sum_bits, 17);
  for (std::int64_t k = 0; k < channels; ++k) {
    std::int64_t multiplier = random.between(1 << 30, (std::int64_t{1} << 31) - 1);
    std::int64_t shift = random.between(20, 27) + sum_bits;
    switch (random.below(8)) {
      case 0:
      case 1:  // fractions of exactly one half
        multiplier = 2 * random.between(-3, 2) + 1;
        shift = random.between(1, std::max(1, sum_bits - 5));
        break;
      case 2:  // the ends of what a table can say
        multiplier = random.below(4) == 0 ? 0 : random.below(2) == 0 ? INT32_MIN : INT32_MAX;
        shift = random.below(3) == 0 ? 0 : random.below(2) == 0 ? 62 : random.between(1, 61);
        break;
      default:
        break;
    }
    const std::uint32_t entry[4] = {static_cast<std::uint32_t>(random.between(-bias, bias)),
                                    static_cast<std::uint32_t>(multiplier), static_cast<std::uint32_t>(shift),
                                    0};
    std::memcpy(memory.at(job.quant + static_cast<std::uint64_t>(k * 16), 16), entry, sizeof entry);
  }
}

}  // namespace

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

std::uint64_t placed_bytes(const ConvJob& job, const Array& array) {
  constexpr std::int64_t kGaps = 64 + 64 + 16 + 16 + accelerator::kJobBytes;
  return static_cast<std::uint64_t>(input_layout(job, array).bytes() + output_layout(job, array).bytes() +
                                    accelerator::packed_weight_bytes(job, array) +
                                    round_up(job.out_channels, array.tm) * 16 +
                                    static_cast<std::int64_t>(accelerator::kJobBytes) + kGaps);
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
  if (job.band_rows == 0) {
    if (const auto reason = accelerator::tile(job, array)) throw std::runtime_error(*reason);
  }

  const Values values = random.below(4) == 0    ? Values::small
                        : random.below(12) == 0 ? Values::extreme
                                                : Values::any;
  std::uint8_t* const input = memory.at(job.input, in.bytes());
  for (std::int64_t i = 0; i < in.bytes(); ++i) input[i] = static_cast<std::uint8_t>(draw(random, values));
  std::vector<std::int8_t> weights(static_cast<std::size_t>(weight_count));
  for (std::int8_t& weight : weights) weight = draw(random, values);
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
  fill_table(memory, job, table_channels, weight_count / job.out_channels, values, random);
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
