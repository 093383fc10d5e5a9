// SPDX-License-Identifier: Apache-2.0
// The values of a job. Whole layers run through here, so it is written as a matrix product over K-contiguous
// int16 panels whose inner loop compilers turn into multiply-add instructions; integer sums have no order.
#include <algorithm>
#include <cstring>

#include "models/accelerator/geometry.h"
#include "models/accelerator/job.h"

namespace tandem::accelerator {

namespace {

constexpr std::int64_t kPanelElements = 192 * 1024;  // of gathered input: stays in a second-level cache
constexpr std::int64_t kPixels = 4;                  // the register block
constexpr std::int64_t kChannels = 2;
constexpr std::int64_t kPadding = 8;  // K is rounded up to this with zeros, so that no loop has a tail

struct Quant {
  std::int32_t bias = 0, multiplier = 0;
  int shift = 1;
};

Quant read_quant(const std::uint8_t* entry) {
  std::uint32_t words[3];
  std::memcpy(words, entry, sizeof words);
  return {static_cast<std::int32_t>(words[0]), static_cast<std::int32_t>(words[1]),
          static_cast<int>(words[2] & 63)};
}

// K order inside a panel: chunk, ky, step across, input of the step - the order of the packed weights. A
// dense job leaves out the inputs behind its last channel.
class Panels {
 public:
  Panels(const ConvJob& job, const Array& array, MemoryView& memory)
      : job_(job), array_(array), g_(geometry_of(job, array)), memory_(memory) {
    const int inputs = job.form == Form::folded ? array.tn : job.in_channels;
    k_ = std::int64_t{inputs} * g_.steps_per_chunk;
    k_padded_ = round_up(k_, kPadding);
    planes_.resize(static_cast<std::size_t>(g_.in_planes));
    const std::int64_t plane_bytes = std::int64_t{job.in_h} * job.in_w * g_.in_block;
    for (int p = 0; p < g_.in_planes; ++p) {
      planes_[static_cast<std::size_t>(p)] = reinterpret_cast<const std::int8_t*>(
          memory.at(job.input + static_cast<std::uint64_t>(p * job.in_plane_stride), plane_bytes));
    }
    pixels_ = std::clamp(kPanelElements / k_padded_ / kPixels * kPixels, kPixels, std::int64_t{512});
    input_.resize(static_cast<std::size_t>(pixels_ * k_padded_));
    weights_.resize(static_cast<std::size_t>(array.tm * k_padded_));
  }

  [[nodiscard]] std::int64_t pixels() const { return pixels_; }
  [[nodiscard]] std::int64_t k() const { return k_padded_; }
  [[nodiscard]] const std::int16_t* input(std::int64_t i) const { return input_.data() + i * k_padded_; }
  [[nodiscard]] const std::int16_t* weights(std::int64_t m) const { return weights_.data() + m * k_padded_; }

  void load_pixels(std::int64_t first, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t pixel = first + i;
      std::int16_t* const target = input_.data() + i * k_padded_;
      const int y = static_cast<int>(pixel / job_.out_w);
      const int x = static_cast<int>(pixel % job_.out_w);
      if (job_.form == Form::folded) {
        load_folded_pixel(target, y, x);
      } else {
        load_pixel(target, y, x);
      }
    }
    // The register block may read past the last pixel.
    for (std::int64_t i = count; i < round_up(count, kPixels); ++i) {
      std::fill_n(input_.data() + i * k_padded_, k_padded_, std::int16_t{0});
    }
  }

  void load_weights(int group) {
    const std::int64_t group_bytes = std::int64_t{g_.chunks} * g_.steps_per_chunk * array_.step_bytes();
    const auto* const packed = reinterpret_cast<const std::int8_t*>(
        memory_.at(job_.weights + static_cast<std::uint64_t>(group * group_bytes), group_bytes));
    for (int m = 0; m < array_.tm; ++m) {
      std::int16_t* target = weights_.data() + m * k_padded_;
      for (int chunk = 0; chunk < g_.chunks; ++chunk) {
        const int channels =
            job_.form == Form::folded ? array_.tn : std::min(array_.tn, job_.in_channels - chunk * array_.tn);
        for (int tap = 0; tap < g_.steps_per_chunk; ++tap) {
          const std::int8_t* const source =
              packed + (std::int64_t{chunk} * g_.steps_per_chunk + tap) * array_.step_bytes() +
              std::int64_t{m} * array_.tn;
          for (int n = 0; n < channels; ++n) *target++ = source[n];
        }
      }
      std::fill_n(target, k_padded_ - k_, std::int16_t{0});
    }
  }

 private:
  void load_pixel(std::int16_t* target, int oy, int ox) const {
    const int top = oy * job_.stride_h - job_.pad_top;
    const int left = ox * job_.stride_w - job_.pad_left;
    const auto pad = static_cast<std::int16_t>(job_.in_zero_point);
    for (int chunk = 0; chunk < g_.chunks; ++chunk) {
      const int first_channel = chunk * array_.tn;
      const int channels = std::min(array_.tn, job_.in_channels - first_channel);
      for (int ky = 0; ky < job_.kernel_h; ++ky) {
        const int iy = top + ky * job_.dilation_h;
        for (int kx = 0; kx < job_.kernel_w; ++kx) {
          const int ix = left + kx * job_.dilation_w;
          if (iy < 0 || iy >= job_.in_h || ix < 0 || ix >= job_.in_w) {
            target = std::fill_n(target, channels, pad);
            continue;
          }
          const std::int64_t offset = (std::int64_t{iy} * job_.in_w + ix) * g_.block;
          for (int c = 0; c < channels; c += g_.block) {
            const std::int8_t* const source =
                planes_[static_cast<std::size_t>((first_channel + c) / g_.block)] + offset;
            const int some = std::min(g_.block, channels - c);
            for (int n = 0; n < some; ++n) *target++ = source[n];
          }
        }
      }
    }
    std::fill_n(target, k_padded_ - k_, std::int16_t{0});
  }

  void load_folded_pixel(std::int16_t* target, int oy, int ox) const {
    const int top = oy * job_.stride_h - job_.pad_top;
    const int left = ox * job_.stride_w - job_.pad_left;
    for (int ky = 0; ky < job_.kernel_h; ++ky) {
      const int iy = top + ky * job_.dilation_h;
      for (int column = 0; column < g_.steps_across * g_.across_pixels; ++column) {
        const int ix = left + column;
        if (iy < 0 || iy >= job_.in_h || ix < 0 || ix >= job_.in_w) {
          target = std::fill_n(target, kFoldedBlock, static_cast<std::int16_t>(job_.in_zero_point));
          continue;
        }
        const std::int8_t* const source = planes_[0] + (std::int64_t{iy} * job_.in_w + ix) * kFoldedBlock;
        target = std::copy_n(source, kFoldedBlock, target);
      }
    }
    std::fill_n(target, k_padded_ - k_, std::int16_t{0});
  }

  const ConvJob& job_;
  const Array& array_;
  Geometry g_;
  MemoryView& memory_;
  std::int64_t k_ = 0, k_padded_ = 0, pixels_ = 0;
  std::vector<const std::int8_t*> planes_;
  std::vector<std::int16_t> input_, weights_;
};

// sums[channel][pixel]: 4 input rows against 2 weight rows.
void dot_block(const std::int16_t* x, const std::int16_t* w, std::int64_t k,
               std::int32_t (&sums)[kChannels][kPixels]) {
  const std::int16_t *x0 = x, *x1 = x + k, *x2 = x + 2 * k, *x3 = x + 3 * k, *w0 = w, *w1 = w + k;
  std::int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    a0 += x0[i] * w0[i];
    a1 += x1[i] * w0[i];
    a2 += x2[i] * w0[i];
    a3 += x3[i] * w0[i];
    b0 += x0[i] * w1[i];
    b1 += x1[i] * w1[i];
    b2 += x2[i] * w1[i];
    b3 += x3[i] * w1[i];
  }
  sums[0][0] = a0, sums[0][1] = a1, sums[0][2] = a2, sums[0][3] = a3;
  sums[1][0] = b0, sums[1][1] = b1, sums[1][2] = b2, sums[1][3] = b3;
}

// Writes what the sums of one output channel become.
class Results {
 public:
  Results(const ConvJob& job, const Array& array, MemoryView& memory)
      : job_(job),
        g_(geometry_of(job, array)),
        memory_(memory),
        table_(memory.at(job.quant, std::int64_t{g_.groups} * array.tm * kQuantBytes)) {}

  [[nodiscard]] bool written(int channel) const { return channel / g_.block < g_.written_planes; }

  void begin(int channel, std::int64_t first_pixel, std::int64_t pixels) {
    quant_ = read_quant(table_ + std::int64_t{channel} * kQuantBytes);
    const std::int64_t bytes = out_pixel_bytes(job_, g_);
    const std::uint64_t address = job_.output +
                                  static_cast<std::uint64_t>(channel / g_.block * job_.out_plane_stride) +
                                  static_cast<std::uint64_t>(first_pixel * bytes);
    out_ = memory_.at(address, pixels * bytes) + channel % g_.block * (job_.raw ? 4 : 1);
  }

  void put(std::int64_t pixel, std::int32_t sum) const {
    // The sums wrap like the RTL's registers.
    const auto acc =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + static_cast<std::uint32_t>(quant_.bias));
    if (job_.raw) {
      const auto word =
          static_cast<std::uint32_t>(scale(acc, quant_.multiplier, quant_.shift, job_.rounding));
      std::memcpy(out_ + pixel * g_.block * 4, &word, sizeof word);
    } else {
      out_[pixel * g_.block] =
          static_cast<std::uint8_t>(requantise(acc, quant_.multiplier, quant_.shift, job_.out_zero_point,
                                               job_.clamp_min, job_.clamp_max, job_.rounding));
    }
  }

 private:
  const ConvJob& job_;
  Geometry g_;
  MemoryView& memory_;
  const std::uint8_t* table_;
  Quant quant_;
  std::uint8_t* out_ = nullptr;
};

// Most weights of a block diagonal are 0: each output channel goes through its others.
void execute_grouped(const ConvJob& job, const Array& array, MemoryView& memory) {
  const Geometry g = geometry_of(job, array);
  Results results(job, array, memory);
  const std::int64_t first = std::int64_t{job.row_begin} * job.out_w;
  const std::int64_t pixels = std::int64_t{job.row_end} * job.out_w - first;
  const std::int64_t plane_bytes = std::int64_t{job.in_h} * job.in_w * g.in_block;
  std::vector<std::int32_t> sums(static_cast<std::size_t>(pixels));
  for (int k = 0; k < g.groups * array.tm && results.written(k); ++k) {
    const int group = k / array.tm;
    const int first_chunk = (group + job.group_phase) * array.tm / array.tn;
    std::fill(sums.begin(), sums.end(), 0);
    for (int i = 0; i < g.group_chunks * g.steps_per_chunk * array.tn; ++i) {
      const int n = i % array.tn;
      const int tap = i / array.tn % g.steps_per_chunk;
      const int chunk = i / array.tn / g.steps_per_chunk;
      const std::int64_t step = (std::int64_t{group} * g.group_chunks + chunk) * g.steps_per_chunk + tap;
      const auto weight = static_cast<std::int8_t>(*memory.at(
          job.weights + static_cast<std::uint64_t>(step * array.step_bytes() + k % array.tm * array.tn + n),
          1));
      const int channel = (first_chunk + chunk) * array.tn + n;
      if (weight == 0 || channel / g.in_block >= g.in_planes) continue;
      const auto* const plane = reinterpret_cast<const std::int8_t*>(memory.at(
          job.input + static_cast<std::uint64_t>(channel / g.in_block * job.in_plane_stride), plane_bytes));
      const int dy = tap / g.steps_across * job.dilation_h - job.pad_top;
      const int dx = tap % g.steps_across * job.dilation_w - job.pad_left;
      std::int32_t* sum = sums.data();
      for (int y = job.row_begin; y < job.row_end; ++y) {
        const int iy = y * job.stride_h + dy;
        const bool row_inside = iy >= 0 && iy < job.in_h;
        const std::int8_t* const row =
            plane + std::int64_t{row_inside ? iy : 0} * job.in_w * g.in_block + channel % g.in_block;
        for (int x = 0; x < job.out_w; ++x) {
          const int ix = x * job.stride_w + dx;
          const bool inside = row_inside && ix >= 0 && ix < job.in_w;
          *sum++ += weight * (inside ? row[std::int64_t{ix} * g.in_block] : job.in_zero_point);
        }
      }
    }
    results.begin(k, first, pixels);
    for (std::int64_t i = 0; i < pixels; ++i) results.put(i, sums[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

void execute(const ConvJob& job, const Array& array, MemoryView& memory) {
  if (job.form == Form::grouped) return execute_grouped(job, array, memory);
  const Geometry g = geometry_of(job, array);
  Panels panels(job, array, memory);
  Results results(job, array, memory);
  const std::int64_t first = std::int64_t{job.row_begin} * job.out_w;
  const std::int64_t end = std::int64_t{job.row_end} * job.out_w;
  for (std::int64_t tile = first; tile < end; tile += panels.pixels()) {
    const std::int64_t count = std::min(panels.pixels(), end - tile);
    panels.load_pixels(tile, count);
    for (int group = 0; group < g.groups; ++group) {
      panels.load_weights(group);
      for (int m = 0; m < array.tm; m += kChannels) {
        const int channel = group * array.tm + m;
        if (!results.written(channel)) break;
        Results second = results;
        results.begin(channel, tile, count);
        second.begin(channel + 1, tile, count);
        for (std::int64_t pixel = 0; pixel < count; pixel += kPixels) {
          std::int32_t sums[kChannels][kPixels];
          dot_block(panels.input(pixel), panels.weights(m), panels.k(), sums);
          for (std::int64_t i = 0; i < std::min(kPixels, count - pixel); ++i) {
            results.put(pixel + i, sums[0][i]);
            second.put(pixel + i, sums[1][i]);
          }
        }
      }
    }
  }
}

}  // namespace tandem::accelerator
