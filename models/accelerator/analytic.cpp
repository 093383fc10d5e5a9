// SPDX-License-Identifier: Apache-2.0
// A job in front of a memory of fixed latency: one recurrence over its slices. The loader orders the features
// and weights of a slice as soon as the rings have room, the array begins when they are there, the results of
// a group leave at the bus's rate. What follows depends on how far apart these instants lie and on nothing
// else: when they lie as they did some groups ago, the groups since then repeat, to the last but one. Times
// are multiples of 2^-30 cycles, so that sums are exact and the same distances the same numbers.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "models/accelerator/job_memo.h"
#include "models/accelerator/timing_constants.h"

namespace tandem::accelerator {

namespace {

// The instants at which the last slices were over, and so freed their weights.
class Past {
 public:
  void push(double end) { ends_[static_cast<std::size_t>(next_++) % ends_.size()] = end; }
  // The instant at which the slice `back` before the next one was over; 0 before the first, or where so long
  // ago that nothing waits for it.
  [[nodiscard]] double end(std::int64_t back) const {
    if (back > next_ || back > kKept) return 0;
    return ends_[static_cast<std::size_t>(next_ - back) % ends_.size()];
  }
  void shift(double by) {
    for (double& end : ends_) end += by;
  }
  [[nodiscard]] std::int64_t count() const { return next_; }
  [[nodiscard]] static bool keeps(std::int64_t back) { return back <= kKept; }

 private:
  static constexpr std::int64_t kKept = 64;
  std::array<double, static_cast<std::size_t>(kKept)> ends_{};
  std::int64_t next_ = 0;
};

constexpr std::int64_t kFollowed = 16;  // bursts of a long read, one by one

double exact(double cycles) { return std::ldexp(std::nearbyint(std::ldexp(cycles, 30)), -30); }

class Recurrence {
 public:
  Recurrence(const ConvJob& job, const Array& array, const MemoryTiming& memory, Repeats repeats)
      : job_(job), array_(array), memory_(memory), repeats_(repeats), g_(geometry_of(job, array)) {
    memory_.read_latency = exact(memory.read_latency);
    memory_.write_latency = exact(memory.write_latency);
    per_beat_ = exact(std::max(1.0, kBeatBytes / memory.bytes_per_cycle));
    slices_ahead_ = std::max<std::int64_t>(g_.weight_words / g_.slice_words, 1);
    for (const std::int64_t back : {slices_ahead_, std::int64_t{kQuantSlots} * g_.slices}) {
      if (Past::keeps(back)) reach_ = std::max(reach_, back);
    }
    const double begin = memory_.read_latency + static_cast<double>(kJobBytes) / kBeatBytes + kSetupCycles;
    ordered_ = begin;
    arrived_ = begin;
  }

  double run() {
    double freed[2] = {0, 0};  // the ends of the two bands before
    std::int64_t words[2] = {0, 0};
    for (int row = job_.row_begin; row < job_.row_end; row += job_.band_rows) {
      const Band band = band_at(job_, g_, row);
      // Room for the band: what lies before it in the ring must be over.
      double room = freed[0];
      if (words[1] + band.words > g_.bank_words) room = freed[1];
      ordered_ = std::max({ordered_, room, features_there_}) + kBandCycles;
      this->band(band);
      freed[0] = freed[1];
      words[0] = words[1];
      freed[1] = computed_;
      words[1] = band.words;
    }
    return written_ + memory_.write_latency + kFinishCycles;
  }

 private:
  // One burst goes out a cycle, as long as no more than so many are in flight.
  void burst(std::int64_t beats) {
    double& oldest = answered_[static_cast<std::size_t>(bursts_++) % answered_.size()];
    const double issued = std::max(ordered_, oldest);
    arrived_ = std::max(arrived_, issued + kAddressCycles + memory_.read_latency) +
               static_cast<double>(beats) * per_beat_;
    oldest = arrived_;
    ordered_ = issued + 1;
  }

  // Orders `runs` runs of beats; of many bursts the first ones are followed, the others go on at their pace.
  void read(std::int64_t runs, std::int64_t beats) {
    const std::int64_t per_run = divide_up(beats, kBurstBeats);
    const std::int64_t bursts = runs * per_run;
    const std::int64_t followed = bursts <= 4 * kFollowed ? bursts : kFollowed;
    std::int64_t left = runs * beats;
    for (std::int64_t i = 0; i < followed; ++i) {
      const bool last = i % per_run == per_run - 1;
      const std::int64_t some = last ? beats - (per_run - 1) * kBurstBeats : kBurstBeats;
      burst(some);
      left -= some;
    }
    if (followed == bursts) return;
    const auto rest = static_cast<double>(bursts - followed);
    const double transfer = static_cast<double>(left) / rest * per_beat_;
    const double pace = exact(std::max(transfer, (memory_.read_latency + kAddressCycles + transfer) /
                                                     static_cast<double>(answered_.size())));
    arrived_ += rest * pace;
    bursts_ += bursts - followed;
    for (std::size_t back = 0; back < answered_.size(); ++back) {
      answered_[(static_cast<std::size_t>(bursts_) - 1 - back) % answered_.size()] =
          arrived_ - static_cast<double>(back) * pace;
    }
    ordered_ = std::max(ordered_ + rest, arrived_ - pace * static_cast<double>(answered_.size()));
  }

  void band(const Band& band) {
    const std::int64_t pixels = std::int64_t{band.rows} * job_.out_w;
    const std::int64_t beats = divide_up(pixels * out_pixel_bytes(job_, g_), kBeatBytes);
    const std::int64_t step_beats = array_.step_bytes() / kBeatBytes;
    int planes = 0;
    std::optional<Remembered> remembered;
    for (int group = 0; group < g_.groups; ++group) {
      for (int slice = 0; slice < g_.slices; ++slice) {
        const bool last = slice == g_.slices - 1;
        const int chunks = chunks_needed(job_, array_, g_, group, slice);
        const int needed = job_.form == Form::folded ? 1 : std::min(g_.in_planes, chunks * g_.banks);
        if (planes < needed) {
          read(needed - planes, band.segment_words);
          features_there_ = arrived_;
          planes = needed;
        }
        if (slice == 0) {
          ordered_ = std::max(ordered_, past_.end(std::int64_t{kQuantSlots} * g_.slices));
          read(1, array_.tm);
        }
        const std::int64_t words = last ? g_.last_slice_words : g_.slice_words;
        ordered_ = std::max(ordered_, past_.end(slices_ahead_));
        read(1, words * step_beats);
        const double there = std::max(arrived_, features_there_) + 1;
        const double drain = pixels == 1 && slice > 0 ? kPartialSumCycles : 0;
        computed_ = std::max(computed_ + kSliceCycles + drain, there);
        const double begin = computed_;
        const auto pixel_cycles =
            static_cast<double>(last ? std::max<std::int64_t>(words, g_.raw_beats) : words);
        computed_ += static_cast<double>(pixels) * pixel_cycles;
        if (last) write(begin, pixel_cycles, pixels, group, beats);
        past_.push(computed_);
      }
      if (repeats_ == Repeats::passed_over && planes == g_.in_planes) group += repeat(group, remembered);
    }
  }

  // Everything that decides what the next group does, as distances from the end of the last one.
  struct Instants {
    int group = 0;
    double computed = 0, arrived = 0, ordered = 0, written = 0;
    std::array<double, static_cast<std::size_t>(kMaxOutstandingReads)> answered{};
    std::vector<double> past;

    [[nodiscard]] bool lie_like(const Instants& other) const {
      return arrived == other.arrived && ordered == other.ordered && written == other.written &&
             answered == other.answered && past == other.past;
    }
  };

  [[nodiscard]] Instants instants(int group) const {
    Instants now{group, computed_, arrived_ - computed_, ordered_ - computed_, written_ - computed_, {}, {}};
    for (std::size_t i = 0; i < answered_.size(); ++i)
      now.answered[i] = answered_[(static_cast<std::size_t>(bursts_) + i) % answered_.size()] - computed_;
    for (std::int64_t back = 1; back <= reach_; ++back) now.past.push_back(past_.end(back) - computed_);
    return now;
  }

  // What a band remembers to compare with: for as many groups as `span` says, then later ones for twice as
  // many, so that any period is found.
  struct Remembered {
    Instants instants;
    int span = 1;
  };

  // After `group`: how many of the following were passed over because they repeat those since then.
  int repeat(int group, std::optional<Remembered>& remembered) {
    const int left = g_.groups - 2 - group;  // the last group's planes may be fewer
    if (left <= 0 || past_.count() < reach_ || bursts_ < kMaxOutstandingReads) return 0;
    if (!remembered) {
      remembered = {instants(group), 1};
      return 0;
    }
    const Instants& then = remembered->instants;
    const int period = group - then.group;
    if (arrived_ - computed_ == then.arrived && instants(group).lie_like(then)) {
      const int times = left / period;
      const double jump = (computed_ - then.computed) * times;
      for (double* const at : {&computed_, &arrived_, &ordered_, &written_}) *at += jump;
      past_.shift(jump);
      for (double& at : answered_) at += jump;
      return period * times;
    }
    if (period == remembered->span) remembered = {instants(group), 2 * remembered->span};
    return 0;
  }

  // The results of a group leave while it is computed, and hold it up when the bus is slower. Its first burst
  // goes when it is full.
  void write(double begin, double pixel_cycles, std::int64_t pixels, int group, std::int64_t beats) {
    const int planes = std::min(g_.out_planes, g_.written_planes - group * g_.out_planes);
    const double leave = static_cast<double>(planes * beats) * per_beat_;
    const std::int64_t first_pixels =
        std::min(pixels, std::int64_t{kBurstBeats} * kBeatBytes / out_pixel_bytes(job_, g_));
    const double first = static_cast<double>(first_pixels) * pixel_cycles;
    const double end = std::max(written_, begin + kPipelineCycles + first) + leave;
    const double slack = static_cast<double>(kFifoBeats * planes) * per_beat_;
    computed_ = std::max(computed_, end - slack);
    const double tail = static_cast<double>(planes * ((beats - 1) % kBurstBeats + 1)) * per_beat_;
    written_ = std::max(end, computed_ + kPipelineCycles + tail);
  }

  const ConvJob& job_;
  const Array& array_;
  MemoryTiming memory_;
  Repeats repeats_;
  Geometry g_;
  double per_beat_ = 1;
  std::int64_t slices_ahead_ = 1;
  std::int64_t reach_ = 0;  // slices back to the earliest whose end decides anything
  Past past_;
  std::array<double, static_cast<std::size_t>(kMaxOutstandingReads)> answered_{};  // the last bursts' ends
  std::int64_t bursts_ = 0;
  double ordered_ = 0, arrived_ = 0, features_there_ = 0, computed_ = 0, written_ = 0;
};

}  // namespace

Cycles mac_cycles(const ConvJob& job, const Array& array) {
  const Geometry g = geometry_of(job, array);
  const std::int64_t pixels = std::int64_t{job.row_end - job.row_begin} * job.out_w;
  return Cycles(pixels * g.groups * g.group_chunks * g.steps_per_chunk);
}

Cycles analytic_cycles(const ConvJob& job, const Array& array, const MemoryTiming& memory) {
  thread_local JobMemo<MemoryTiming, Cycles> memo;
  return memo.answer(job, array, memory, [&] { return recurrence_cycles(job, array, memory); });
}

Traffic traffic_of(const ConvJob& job, const Array& array) {
  const Geometry g = geometry_of(job, array);
  Traffic traffic;
  traffic.read_bytes = kJobBytes;
  const std::int64_t weights = packed_weight_bytes(job, array);
  const std::int64_t quant = std::int64_t{g.groups} * array.tm * kQuantBytes;
  for (int row = job.row_begin; row < job.row_end; row += job.band_rows) {
    const Band band = band_at(job, g, row);
    const std::int64_t planes = job.form == Form::folded ? 1 : g.in_planes;
    traffic.read_bytes += planes * band.segment_words * kBeatBytes + weights + quant;
  }
  const std::int64_t pixels = std::int64_t{job.row_end - job.row_begin} * job.out_w;
  traffic.write_bytes = g.written_planes * pixels * out_pixel_bytes(job, g);
  return traffic;
}

Cycles recurrence_cycles(const ConvJob& job, const Array& array, const MemoryTiming& memory,
                         Repeats repeats) {
  return Cycles(static_cast<std::int64_t>(std::llround(Recurrence(job, array, memory, repeats).run())));
}

}  // namespace tandem::accelerator
