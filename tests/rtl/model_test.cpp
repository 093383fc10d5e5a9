// SPDX-License-Identifier: Apache-2.0
// execute(), pack_weights(), encode() and tile() against definitions written out plainly.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "models/network/layout.h"
#include "tests/rtl/random_job.h"

namespace tandem::rtl_test {
namespace {

using accelerator::Array;
using accelerator::ConvJob;

// One output value by the definition of a convolution, from the plain weights and what lies in memory.
std::int64_t plain_sum(const PlacedJob& placed, const Array& array, Memory& memory, int k, int y, int x) {
  const ConvJob& job = placed.job;
  const network::BlockedLayout in = input_layout(job, array);
  // A group's first input channel; of a dense job 0.
  const int first =
      job.form == accelerator::Form::grouped
          ? (k + job.group_phase * array.tm) / placed.shape.in_channels * placed.shape.in_channels
          : 0;
  std::int64_t sum = 0;
  std::size_t at = static_cast<std::size_t>(k * placed.shape.in_channels * job.kernel_h * job.kernel_w);
  for (int c = 0; c < placed.shape.in_channels; ++c) {
    for (int ky = 0; ky < job.kernel_h; ++ky) {
      for (int kx = 0; kx < job.kernel_w; ++kx) {
        const int iy = y * job.stride_h - job.pad_top + ky * job.dilation_h;
        const int ix = x * job.stride_w - job.pad_left + kx * job.dilation_w;
        const bool inside = iy >= 0 && iy < job.in_h && ix >= 0 && ix < job.in_w;
        const int value = !inside
                              ? job.in_zero_point
                              : static_cast<std::int8_t>(*memory.at(
                                    job.input + static_cast<std::uint64_t>(in.offset(first + c, iy, ix)), 1));
        sum += value * placed.weights[at++];
      }
    }
  }
  return sum;
}

// That value requantised, rounded by comparing with the neighbours instead of by adding and shifting.
std::int64_t plain_output(const ConvJob& job, Memory& memory, int k, std::int64_t sum) {
  std::int32_t entry[3];
  std::memcpy(entry, memory.at(job.quant + static_cast<std::uint64_t>(16 * k), 12), 12);
  const auto acc = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum + entry[0]));
  __extension__ using Wide = __int128;
  const Wide product = Wide{acc} * entry[1];
  const Wide unit = Wide{1} << entry[2];
  Wide low = product / unit;
  if (product < low * unit) --low;
  const Wide twice = 2 * (product - low * unit);  // the fraction against one half
  bool up = twice > unit;
  if (twice == unit) {
    up = job.rounding == accelerator::Rounding::half_up ||
         (job.rounding == accelerator::Rounding::half_even && low % 2 != 0) ||
         (job.rounding == accelerator::Rounding::half_away && product > 0);
  }
  if (job.rounding == accelerator::Rounding::floor) up = false;
  const auto rounded = static_cast<std::int64_t>(low + (up ? 1 : 0));
  if (job.raw) return static_cast<std::int32_t>(rounded);
  return std::clamp<std::int64_t>(rounded + job.out_zero_point, job.clamp_min, job.clamp_max);
}

TEST(Model, ExecuteIsTheConvolutionOnEveryArray) {
  for (const char* const name : {"8x32", "16x16", "2x32", "32x4", "2x4", "32x32", "4x8"}) {
    const Array array = accelerator::parse_array(name);
    Random random(5, name);
    for (int i = 0; i < 24; ++i) {
      Memory memory(0x1000, std::size_t{4} << 20);
      std::uint64_t offset = 0;
      const PlacedJob placed = place(random_shape(random, array, 3000), array, memory, offset, random);
      SCOPED_TRACE(std::string(name) + " " + describe(placed.job));
      accelerator::execute(placed.job, array, memory);
      const ConvJob& job = placed.job;
      const network::BlockedLayout out = output_layout(job, array);
      for (int k = 0; k < job.out_channels; ++k) {
        for (int y = job.row_begin; y < job.row_end; ++y) {
          for (int x = 0; x < job.out_w; ++x) {
            const auto* const at = memory.at(job.output + static_cast<std::uint64_t>(out.offset(k, y, x)), 1);
            std::int32_t got = static_cast<std::int8_t>(*at);
            if (job.raw) std::memcpy(&got, at, sizeof got);
            ASSERT_EQ(got, plain_output(job, memory, k, plain_sum(placed, array, memory, k, y, x)))
                << k << " " << y << " " << x;
          }
        }
      }
    }
  }
}

TEST(Model, ADescriptorDecodesToTheJobItWasMadeFrom) {
  const Array array = accelerator::parse_array("8x32");
  Random random(9);
  for (int i = 0; i < 200; ++i) {
    ConvJob job = random_shape(random, array, 20000);
    job.input = random.next();
    job.output = random.next();
    job.weights = random.next();
    job.quant = random.next();
    job.in_plane_stride = static_cast<std::int64_t>(random.below(1u << 28)) * 16;
    job.out_plane_stride = static_cast<std::int64_t>(random.below(1u << 28)) * 16;
    ASSERT_EQ(accelerator::tile(job, array), std::nullopt);
    const auto words = accelerator::encode(job, array);
    const ConvJob back = accelerator::decode(words);
    EXPECT_EQ(accelerator::encode(back, array), words);
    EXPECT_EQ(back.input, job.input);
    EXPECT_EQ(back.out_plane_stride, job.out_plane_stride);
    EXPECT_EQ(back.row_end, job.row_end);
    EXPECT_EQ(back.in_zero_point, job.in_zero_point);
    EXPECT_EQ(back.clamp_min, job.clamp_min);
    EXPECT_EQ(back.dilation_w, job.dilation_w);
    EXPECT_EQ(back.chunks_per_slice, job.chunks_per_slice);
  }
}

TEST(Model, WeightsFromAMultipleOfTmOnAreOneRange) {
  const Array array = accelerator::parse_array("8x32");
  std::vector<std::int8_t> weights(std::size_t{20} * 40 * 9);
  Random random(3);
  for (auto& weight : weights) weight = static_cast<std::int8_t>(random.next());
  const auto whole = accelerator::pack_weights(weights, {20, 40, 3, 3}, array);
  const auto tail =
      accelerator::pack_weights(std::span(weights).subspan(std::size_t{8} * 40 * 9), {12, 40, 3, 3}, array);
  EXPECT_EQ(static_cast<std::int64_t>(whole.size()),
            accelerator::packed_weight_bytes(accelerator::WeightShape{20, 40, 3, 3}, array));
  EXPECT_TRUE(std::equal(tail.begin(), tail.end(), whole.end() - static_cast<std::ptrdiff_t>(tail.size())));
}

TEST(Model, EveryLayerOfTheClassicNetworksFitsInto512KiB) {
  const ConvJob layers[] = {layer_shape(3, 227, 96, 11, 4, 0),    layer_shape(48, 27, 128, 5, 1, 2),
                            layer_shape(256, 13, 384, 3, 1, 1),   layer_shape(256, 6, 4096, 6, 1, 0),
                            layer_shape(4096, 1, 4096, 1, 1, 0),  layer_shape(3, 224, 64, 3, 1, 1),
                            layer_shape(64, 224, 64, 3, 1, 1),    layer_shape(512, 28, 512, 3, 1, 1),
                            layer_shape(512, 14, 512, 3, 1, 1),   layer_shape(512, 7, 4096, 7, 1, 0),
                            layer_shape(3, 224, 64, 7, 2, 3),     layer_shape(64, 56, 256, 1, 1, 0),
                            layer_shape(1024, 14, 2048, 1, 2, 0), layer_shape(2048, 7, 512, 1, 1, 0),
                            layer_shape(512, 14, 512, 3, 2, 1),   layer_shape(832, 7, 384, 1, 1, 0),
                            layer_shape(192, 28, 96, 1, 1, 0),    layer_shape(3, 224, 96, 7, 2, 0),
                            layer_shape(512, 13, 1000, 1, 1, 0),  layer_shape(1000, 1, 1000, 1, 1, 0)};
  for (const char* const name : {"2x32", "4x32", "8x32", "16x16", "2x16", "8x8", "32x32", "32x4"}) {
    const Array array = accelerator::parse_array(name);
    EXPECT_LE(array.on_chip_bytes(), 512 * 1024) << name;
    for (ConvJob job : layers) {
      const auto reason = accelerator::tile(job, array);
      EXPECT_EQ(reason, std::nullopt) << name << ": " << describe(job);
      const auto geometry = accelerator::geometry_of(job, array);
      for (int row = job.row_begin; row < job.row_end; row += job.band_rows) {
        EXPECT_LE(accelerator::band_at(job, geometry, row).words, geometry.bank_words);
      }
      EXPECT_LE(2 * geometry.slice_words, geometry.weight_words);
      if (geometry.slices > 1) {
        EXPECT_LE(job.band_rows * job.out_w, array.accumulators);
      }
    }
  }
}

TEST(Model, WhatDoesNotFitIsRefusedWithNumbers) {
  const Array array = accelerator::parse_array("8x32");
  ConvJob wide = layer_shape(2048, 300, 8, 3, 1, 1);
  EXPECT_EQ(accelerator::tile(wide, array),
            "needs 1843200 bytes of feature buffer for one output row, has 262144");
  ConvJob tall = layer_shape(8, 40, 8, 17, 1, 0);
  EXPECT_EQ(accelerator::tile(tall, array),
            "needs 73984 bytes of weight buffer for a kernel of 17x17, has 65536");
  ConvJob deep = layer_shape(4096, 16, 8, 6, 1, 0);
  EXPECT_EQ(accelerator::tile(deep, array), "products in one sum is 147456, allowed 1..131072");
}

TEST(Model, OnlyTheAllowedArraysParse) {
  EXPECT_EQ(accelerator::to_string(accelerator::parse_array("16x4")), "16x4");
  for (const char* const text :
       {"", "x", "8", "8x", "x32", "8x33", "3x32", "64x32", "8x2", "8x32 ", "+8x32"}) {
    EXPECT_EQ(accelerator::parse_array(text).tm, 0) << text;
  }
}

TEST(Model, RequantiseRoundsHalfUpAndClamps) {
  using accelerator::requantise;
  constexpr std::int32_t kHalf = 1 << 30;  // times 2^-31
  EXPECT_EQ(requantise(3, kHalf, 31, 0, -128, 127), 2);
  EXPECT_EQ(requantise(-3, kHalf, 31, 0, -128, 127), -1);
  EXPECT_EQ(requantise(5, 1, 0, 0, -128, 127), 5);
  EXPECT_EQ(requantise(1000, kHalf, 31, 5, -128, 127), 127);
  EXPECT_EQ(requantise(-1000, kHalf, 31, 5, 0, 127), 0);
  EXPECT_EQ(requantise(INT32_MIN, INT32_MAX, 62, 0, -128, 127), -1);
}

}  // namespace
}  // namespace tandem::rtl_test
