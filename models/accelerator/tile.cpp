// SPDX-License-Identifier: Apache-2.0
// The choice of the band of output rows and of the weight slices.
#include <algorithm>

#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "models/accelerator/job.h"
#include "models/accelerator/job_memo.h"

namespace tandem::accelerator {

namespace {

constexpr std::int64_t kMaxTerms = 131072;  // 2^17 products of at most 2^14: the 32-bit sum cannot overflow

std::optional<std::string> out_of_range(const char* what, std::int64_t value, std::int64_t low,
                                        std::int64_t high) {
  if (value >= low && value <= high) return std::nullopt;
  return std::string(what) + " is " + std::to_string(value) + ", allowed " + std::to_string(low) + ".." +
         std::to_string(high);
}

// What the descriptor's fields hold.
std::optional<std::string> check_fields(const ConvJob& job, const Array& array) {
  struct Limit {
    const char* what;
    std::int64_t value, low, high;
  };
  const Limit limits[] = {
      {"in_channels", job.in_channels, 1, 65535 - array.tn},
      {"out_channels", job.out_channels, 1, 65535 - array.tm},
      {"in_h", job.in_h, 1, 16383},
      {"in_w", job.in_w, 1, 16383},
      {"out_h", job.out_h, 1, 16383},
      {"out_w", job.out_w, 1, 16383},
      {"row_begin", job.row_begin, 0, job.out_h - 1},
      {"row_end", job.row_end, job.row_begin + 1, job.out_h},
      {"kernel_h", job.kernel_h, 1, 255},
      {"kernel_w", job.kernel_w, 1, 255},
      {"stride_h", job.stride_h, 1, 255},
      {"stride_w", job.stride_w, 1, 255},
      {"pad_top", job.pad_top, 0, 255},
      {"pad_left", job.pad_left, 0, 255},
      {"dilation_h", job.dilation_h, 1, 63},
      {"dilation_w", job.dilation_w, 1, 63},
      {"in_plane_stride", job.in_plane_stride, 0, 0xfffffff0},
      {"out_plane_stride", job.out_plane_stride, 0, 0xfffffff0},
      {"products in one sum", std::int64_t{job.in_channels} * job.kernel_h * job.kernel_w, 1, kMaxTerms},
  };
  for (const Limit& limit : limits) {
    if (auto problem = out_of_range(limit.what, limit.value, limit.low, limit.high)) return problem;
  }
  if (job.form == Form::folded) {
    if (!array.can_fold()) return "folding needs Tn of at least " + std::to_string(2 * kFoldedBlock);
    if (auto problem = out_of_range("in_channels of a folded job", job.in_channels, 1, kFoldedBlock)) {
      return problem;
    }
    if (auto problem = out_of_range("dilation_w of a folded job", job.dilation_w, 1, 1)) return problem;
  }
  if (job.form == Form::grouped) {
    const int phases = std::max(1, array.tn / array.tm);
    if (auto problem = out_of_range("group_phase", job.group_phase, 0, phases - 1)) return problem;
    const int read = job.out_channels + job.group_phase * array.tm;
    if (auto problem = out_of_range("in_channels of a grouped job", job.in_channels, read, read))
      return problem;
  }
  if ((job.in_plane_stride | job.out_plane_stride) % kBeatBytes != 0) {
    return "plane strides must be multiples of " + std::to_string(kBeatBytes);
  }
  return std::nullopt;
}

// Words of a bank that a band of `rows` output rows needs, wherever it starts.
std::int64_t band_words(ConvJob job, const Geometry& g, int rows) {
  const std::int64_t in_rows =
      std::min<std::int64_t>(job.in_h, std::int64_t{rows - 1} * job.stride_h + g.rows_extent);
  const std::int64_t row_bytes = std::int64_t{job.in_w} * g.in_block;
  const std::int64_t slack = row_bytes % kBeatBytes == 0 || in_rows == job.in_h ? 0 : kBeatBytes - g.in_block;
  const std::int64_t beats = divide_up(in_rows * row_bytes + slack, kBeatBytes);
  return job.form == Form::folded ? divide_up(beats, g.banks) : beats * g.chunks;
}

// The most output rows of which a band fits into `words` of a bank.
int rows_that_fit(const ConvJob& job, const Geometry& g, std::int64_t words) {
  int low = 0;
  int high = job.row_end - job.row_begin;
  while (low < high) {
    const int middle = low + (high - low + 1) / 2;
    if (band_words(job, g, middle) <= words) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

std::optional<std::string> search(ConvJob& job, const Array& array) {
  if (auto problem = check_fields(job, array)) return problem;
  job.chunks_per_slice = 0;
  const Geometry g = geometry_of(job, array);

  const std::int64_t slice_steps = g.weight_words / 2;
  const int least_chunks = job.form == Form::grouped ? g.group_chunks : 1;  // a grouped sum is never cut
  if (std::int64_t{least_chunks} * g.steps_per_chunk > slice_steps) {
    return "needs " + std::to_string(least_chunks * g.steps_per_chunk * array.step_bytes()) +
           " bytes of weight buffer for a kernel of " + std::to_string(job.kernel_h) + "x" +
           std::to_string(job.kernel_w) + ", has " + std::to_string(array.weight_bytes);
  }
  if (rows_that_fit(job, g, g.bank_words) == 0) {
    return "needs " + std::to_string(band_words(job, g, 1) * g.banks * kBeatBytes) +
           " bytes of feature buffer for one output row, has " +
           std::to_string(g.bank_words * g.banks * kBeatBytes);
  }
  const std::int64_t least_slices = divide_up(g.group_chunks, slice_steps / g.steps_per_chunk);
  if (least_slices > 1 && job.out_w > array.accumulators) {
    return "needs " + std::to_string(job.out_w) + " accumulators for one output row, has " +
           std::to_string(array.accumulators);
  }

  // Half of the ring lets the next band load while this one computes; the whole ring reads the weights fewer
  // times; small bands and small slices let the array start early.
  const int rows = job.row_end - job.row_begin;
  Cycles best_cycles{0};
  ConvJob best;
  for (std::int64_t slices = least_slices; slices <= g.group_chunks / least_chunks; slices *= 2) {
    job.chunks_per_slice = static_cast<int>(divide_up(g.group_chunks, slices));
    int most = rows;
    if (slices > 1) {  // partial sums of a band wait in the accumulators
      most = static_cast<int>(std::min<std::int64_t>(most, array.accumulators / job.out_w));
      if (most == 0) break;
    }
    int before = 0;
    for (const std::int64_t share : {1, 2, 3, 4, 6, 8, 12, 16}) {
      const int fit = std::min(most, rows_that_fit(job, g, g.bank_words / share));
      if (fit == 0) break;
      job.band_rows = static_cast<int>(divide_up(rows, divide_up(rows, fit)));
      if (job.band_rows == before) continue;
      before = job.band_rows;
      const Cycles cycles = recurrence_cycles(job, array, MemoryTiming{});
      if (best.band_rows == 0 || cycles < best_cycles) {
        best_cycles = cycles;
        best = job;
      }
    }
    if (slices == g.group_chunks) break;
  }
  job.band_rows = best.band_rows;
  job.chunks_per_slice = best.chunks_per_slice;
  return std::nullopt;
}

struct Nothing {
  [[nodiscard]] std::uint64_t hash() const { return 0; }
  bool operator==(const Nothing&) const = default;
};

struct Answer {
  int band_rows = 0, chunks_per_slice = 0;
  std::optional<std::string> refusal;
};

}  // namespace

std::optional<std::string> tile(ConvJob& job, const Array& array) {
  thread_local JobMemo<Nothing, Answer> memo;
  job.band_rows = job.chunks_per_slice = 0;
  const Answer& answer = memo.answer(job, array, {}, [&] {
    ConvJob tried = job;
    Answer found;
    found.refusal = search(tried, array);
    found.band_rows = tried.band_rows;
    found.chunks_per_slice = tried.chunks_per_slice;
    return found;
  });
  if (answer.refusal) return answer.refusal;
  job.band_rows = answer.band_rows;
  job.chunks_per_slice = answer.chunks_per_slice;
  return std::nullopt;
}

}  // namespace tandem::accelerator
