// SPDX-License-Identifier: Apache-2.0
// One accelerator job: a convolution (or fully connected layer, as a convolution whose kernel covers its
// input) for a range of output channels and output rows of one group. The descriptor is 128 bytes in memory,
// 32 little-endian words, aligned to 128; the accelerator fetches it itself when its address is written to
// the doorbell register. See docs/accelerator.md for the words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/accelerator/array.h"
#include "models/core/quantity.h"

namespace tandem::accelerator {

inline constexpr std::size_t kJobWords = 32;
inline constexpr std::size_t kJobBytes = 4 * kJobWords;

// How the Tn inputs of a step are filled.
enum class Form : std::uint8_t {
  dense,    // Tn input channels of one pixel; every output channel reads every input channel
  folded,   // few input channels: Tn / 4 pixels across, of 4 channels each; the input lies in blocks of 4
  grouped,  // channel groups (depthwise: of one) inside a chunk: Tm outputs read only the Tn inputs around
            // them
};

// Of the requantisation, where the dropped bits are exactly one half.
enum class Rounding : std::uint8_t { half_up, half_even, half_away, floor /* drops every fraction */ };

struct ConvJob {
  std::uint32_t id = 0;
  Form form = Form::dense;
  Rounding rounding = Rounding::half_up;
  // The output is int32, not clamped and without zero point: planes of the array's block in 4-byte elements.
  bool raw = false;
  std::uint64_t input = 0;    // address of the group's first input plane
  std::uint64_t output = 0;   // address of the plane of the job's first output channel
  std::uint64_t weights = 0;  // packed weights of the job's first output channel, see pack_weights()
  std::uint64_t quant = 0;    // 16 bytes a channel: bias i32, multiplier i32, shift u32, 0; see requantise()
  int in_channels = 0, in_h = 0, in_w = 0;     // of the group
  std::int64_t in_plane_stride = 0;            // bytes
  int out_channels = 0, out_h = 0, out_w = 0;  // out_channels: of this job; out_h: of the whole layer
  std::int64_t out_plane_stride = 0;
  int kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0, dilation_h = 1, dilation_w = 1;
  int row_begin = 0, row_end = 0;  // output rows [row_begin, row_end)
  // The bias in the quant table already holds -in_zero_point * sum(weights): padding reads in_zero_point.
  int in_zero_point = 0, out_zero_point = 0, clamp_min = -128, clamp_max = 127;
  // Grouped, Tm < Tn: which Tm channels of its first chunk the job's first output channels are; `input` and
  // `in_channels` count from that chunk's start. Else 0.
  int group_phase = 0;
  // Addresses and plane strides are multiples of 16; the tables' entries past the last channel, up to a
  // multiple of Tm, exist.
  // Chosen by tile(): output rows a band (all input rows it needs sit in the feature buffer) and input
  // channel chunks (of Tn) whose weights for Tm output channels sit in one weight bank.
  int band_rows = 0, chunks_per_slice = 0;

  bool operator==(const ConvJob&) const = default;
};

std::array<std::uint32_t, kJobWords> encode(const ConvJob& job, const Array& array);
ConvJob decode(std::span<const std::uint32_t, kJobWords> words);

// Fills band_rows and chunks_per_slice, by the least analytic_cycles(). When the buffers cannot hold the
// smallest tile the reason, with the numbers ("needs 150528 bytes of feature buffer for one output row, has
// 131072"). Planners and sweeps ask for the same shapes over and over, so each thread remembers its answers.
std::optional<std::string> tile(ConvJob& job, const Array& array);

// Weights as a network has them, [out_channels][in_channels][kernel_h][kernel_w]: of one group, or, for a
// grouped job, of all groups with in_channels the channels of one of them (a power of two up to Tm and Tn;
// as many outputs as inputs).
struct WeightShape {
  int out_channels = 0, in_channels = 0, kernel_h = 1, kernel_w = 1;
  Form form = Form::dense;
};

// The weights as the array reads them: for each Tm output channels, each chunk they read, each ky, each step
// across: Tm x Tn bytes [m][n], zero filled, and zero filled to a beat where Tm x Tn is less.
//  dense    chunk = Tn input channels; a step across is one kx
//  folded   one chunk; a step across is Tn / 4 columns of the kernel, n = column * 4 + channel
//  grouped  the chunk (Tm > Tn: the chunks) that holds the outputs' own channels: a block diagonal
// So the weights from any multiple of Tm on are one contiguous range.
std::vector<std::int8_t> pack_weights(std::span<const std::int8_t> weights, const WeightShape& shape,
                                      const Array& array);
std::int64_t packed_weight_bytes(const WeightShape& shape, const Array& array);
std::int64_t packed_weight_bytes(const ConvJob& job, const Array& array);  // those the job reads

// Bytes of simulated memory, for the functional side: at(address, bytes) throws SimulationError outside.
class MemoryView {
 public:
  virtual ~MemoryView() = default;
  virtual std::uint8_t* at(std::uint64_t address, std::int64_t bytes) = 0;
};

// What the job writes, computed directly (no timing). Bit-exact with the RTL.
void execute(const ConvJob& job, const Array& array, MemoryView& memory);

// (acc * multiplier) / 2^shift, rounded; 64-bit product, shift 0..62.
constexpr std::int64_t scale(std::int32_t acc, std::int32_t multiplier, int shift, Rounding rounding) {
  const std::int64_t product = std::int64_t{acc} * multiplier;
  if (shift == 0 || rounding == Rounding::floor) return product >> shift;
  const std::int64_t half = std::int64_t{1} << (shift - 1);
  switch (rounding) {
    case Rounding::half_even:
      return (product + half - 1 + (product >> shift & 1)) >> shift;
    case Rounding::half_away:
      return (product + half - (product < 0 ? 1 : 0)) >> shift;
    default:
      return (product + half) >> shift;
  }
}

// out = clamp(out_zero_point + scale(acc)).
constexpr std::int8_t requantise(std::int32_t acc, std::int32_t multiplier, int shift, int out_zero_point,
                                 int clamp_min, int clamp_max, Rounding rounding = Rounding::half_up) {
  const std::int64_t moved = scale(acc, multiplier, shift, rounding) + out_zero_point;
  return static_cast<std::int8_t>(moved < clamp_min ? clamp_min : moved > clamp_max ? clamp_max : moved);
}

}  // namespace tandem::accelerator
