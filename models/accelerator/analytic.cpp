// SPDX-License-Identifier: Apache-2.0
// Closed form of a job. A band is as slow as the slowest of three: the array, the reads (its weights and the
// next band's features) and the writes; around it stands what cannot overlap.
#include <algorithm>
#include <cmath>

#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "models/accelerator/timing_constants.h"

namespace tandem::accelerator {

namespace {

// Cycles of a read of `runs` runs of `beats` beats: bounded by the memory's rate, or by the latency when the
// bursts are too short to cover it with those allowed in flight.
double read_cycles(std::int64_t runs, std::int64_t beats, const MemoryTiming& memory) {
  const double per_beat = std::max(1.0, kBeatBytes / memory.bytes_per_cycle);
  const auto bursts = static_cast<double>(runs * divide_up(beats, kBurstBeats));
  const double rate = static_cast<double>(runs * beats) * per_beat;
  const double round_trip =
      memory.read_latency + std::min<double>(static_cast<double>(beats), kBurstBeats) * per_beat;
  return std::max(rate, bursts * round_trip / kMaxOutstandingReads);
}

}  // namespace

Cycles mac_cycles(const ConvJob& job, const Array& array) {
  const Geometry g = geometry_of(job, array);
  const std::int64_t pixels = std::int64_t{job.row_end - job.row_begin} * job.out_w;
  return Cycles(pixels * g.groups * g.chunks * g.steps_per_chunk);
}

Cycles analytic_cycles(const ConvJob& job, const Array& array, const MemoryTiming& memory) {
  const Geometry g = geometry_of(job, array);
  const std::int64_t step_beats = array.step_bytes() / kBeatBytes;
  const std::int64_t steps = std::int64_t{g.chunks} * g.steps_per_chunk;
  const double group_read = read_cycles(1, array.tm, memory) + read_cycles(1, steps * step_beats, memory);
  const double first_slice =
      read_cycles(1, array.tm, memory) + read_cycles(1, g.slice_words * step_beats, memory);
  const double per_beat = std::max(1.0, kBeatBytes / memory.bytes_per_cycle);

  // The loader works in order: the next band's features come behind the weights of this band's last group,
  // which are ordered when a table and their room in the ring are free. So many groups still compute then.
  const std::int64_t ahead =
      std::min({std::int64_t{kQuantSlots}, std::int64_t{g.groups}, g.weight_words / steps});

  const auto features = [&](const Band& band) {
    return read_cycles(g.in_planes, band.segment_words, memory);
  };
  Band band = band_at(job, g, job.row_begin);
  double total = memory.read_latency + static_cast<double>(kJobBytes) / kBeatBytes + kSetupCycles;
  total += features(band) + memory.read_latency + first_slice;
  while (true) {
    const std::int64_t pixels = std::int64_t{band.rows} * job.out_w;
    const int next_row = band.row + band.rows;
    const bool more = next_row < job.row_end;
    const double compute =
        static_cast<double>(g.groups * (pixels * steps + std::int64_t{g.slices} * kSliceCycles));
    const auto written = static_cast<double>(g.written_planes * divide_up(pixels * g.block, kBeatBytes));
    const double writes = written * per_beat;
    double reads = group_read * g.groups - first_slice;
    if (!more) {
      total += std::max({compute, reads + static_cast<double>(pixels * steps) / g.slices, writes});
      break;
    }
    const Band next = band_at(job, g, next_row);
    if (band.words + next.words <= g.bank_words) {
      const double behind = features(next) + memory.read_latency + first_slice;
      // With all groups ordered ahead the loader is bands in front, and its latencies are under way together.
      const double cover = ahead == g.groups ? behind : compute / g.groups * static_cast<double>(ahead);
      reads += features(next) + first_slice;
      total += std::max({compute + std::max(0.0, behind - cover), reads, writes});
    } else {
      total += std::max({compute, reads, writes}) + features(next) + memory.read_latency + first_slice;
    }
    band = next;
  }
  total += static_cast<double>(kPipelineCycles + kFinishCycles) + memory.write_latency + kBurstBeats;
  return Cycles(static_cast<std::int64_t>(std::llround(total)));
}

}  // namespace tandem::accelerator
