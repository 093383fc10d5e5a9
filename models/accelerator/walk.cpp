// SPDX-License-Identifier: Apache-2.0
// The tile loop of the RTL as steps for a shell to play.
//
// Reads: the loader's runs in its order; each waits for the room that it needs in a ring. Computing: a slice,
// the last one of a group cut where a write burst is full. Writes: a burst as soon as its results are in the
// output FIFO; the array goes on while the FIFO has room.
#include <algorithm>
#include <array>
#include <deque>

#include "models/accelerator/bursts.h"
#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "models/accelerator/timing_constants.h"

namespace tandem::accelerator {

namespace {

using Engine = Step::Engine;

// The output FIFO of one plane of a group: what the array puts in and which write step takes it out.
class OutputFifo {
 public:
  void push(std::int64_t beats, std::int32_t write) {
    sent_ += beats;
    bursts_.push_back({sent_, write});
  }
  // The write step whose data must have left before the array may go on with `beats` in or behind the FIFO
  // since the job's start; -1: none.
  std::int32_t must_have_left(std::int64_t beats) {
    while (!bursts_.empty() && last_.end < beats - kFifoBeats) {
      last_ = bursts_.front();
      bursts_.pop_front();
    }
    return last_.write;
  }
  [[nodiscard]] std::int64_t sent() const { return sent_; }

 private:
  struct Burst {
    std::int64_t end = 0;  // beats up to its last one
    std::int32_t write = -1;
  };
  std::deque<Burst> bursts_;
  Burst last_;
  std::int64_t sent_ = 0;
};

class Walker {
 public:
  Walker(const ConvJob& job, const Array& array)
      : job_(job),
        array_(array),
        g_(geometry_of(job, array)),
        fifos_(static_cast<std::size_t>(g_.out_planes)) {}

  std::vector<Step> run() {
    add_compute(kStartCycles, {});
    for (int row = job_.row_begin; row < job_.row_end; row += job_.band_rows) {
      band(band_at(job_, g_, row));
    }
    add_compute(kFinishCycles, {last_write_});
    return std::move(steps_);
  }

 private:
  struct Held {  // something in a ring, and the step that frees it
    std::int64_t words = 0;
    std::int32_t freed_by = 0;
  };
  // The end of a run of results that fills a burst.
  struct Piece {
    std::int64_t pixels = 0;  // of the group, needed for it
    Burst burst;
    std::int64_t beats = 0;
    std::size_t fifo = 0;
  };

  Step& add(Engine engine) {
    steps_.emplace_back();
    steps_.back().engine = engine;
    return steps_.back();
  }
  [[nodiscard]] std::int32_t last() const { return static_cast<std::int32_t>(steps_.size()) - 1; }
  std::int32_t add_compute(std::int64_t cycles, std::vector<std::int32_t> after) {
    Step& step = add(Engine::compute);
    step.cycles = Cycles(cycles);
    step.after = std::move(after);
    return last();
  }
  std::int32_t add_read(Stream stream, std::uint64_t address, std::int64_t beats,
                        std::vector<std::int32_t> after, std::int64_t delay) {
    Step& step = add(Engine::read);
    step.after = std::move(after);
    step.delay = Cycles(delay);
    append(step.bursts, stream, address, beats);
    return last();
  }
  static void append(std::vector<Burst>& bursts, Stream stream, std::uint64_t address, std::int64_t beats) {
    for_each_burst(address, beats, [&](std::uint64_t at, std::int64_t some) {
      bursts.push_back({at, static_cast<std::uint32_t>(some * kBeatBytes), stream});
    });
  }
  // Makes room in a ring: the step that has to be over for that, or none.
  static std::vector<std::int32_t> make_room(std::deque<Held>& ring, std::int64_t words,
                                             std::int64_t capacity) {
    std::int64_t used = words;
    for (const Held& held : ring) used += held.words;
    std::vector<std::int32_t> after;
    while (used > capacity && !ring.empty()) {
      used -= ring.front().words;
      after = {ring.front().freed_by};
      ring.pop_front();
    }
    return after;
  }

  void band(const Band& band) {
    std::vector<std::int32_t> room = make_room(feature_ring_, band.words, g_.bank_words);
    // A band begins to load when the one before has arrived.
    if (features_ >= 0) room.push_back(features_);
    std::int64_t delay = features_ >= 0 ? kBandRoomCycles : kSetupCycles;
    if (features_ >= 0) add_compute(kBandTurnCycles, {});
    int planes = 0;  // ordered
    std::uint64_t weights = job_.weights;
    for (int group = 0; group < g_.groups; ++group) {
      for (int slice = 0; slice < g_.slices; ++slice) {
        const int chunks = chunks_needed(job_, array_, g_, group, slice);
        const int needed = job_.form == Form::folded ? 1 : std::min(g_.in_planes, chunks * g_.banks);
        if (planes < needed) {
          features_ = add_read(Stream::features, 0, 0, room, delay);
          for (; planes < needed; ++planes) {
            const std::int64_t offset = planes * job_.in_plane_stride + band.segment_offset;
            append(steps_.back().bursts, Stream::features, job_.input + static_cast<std::uint64_t>(offset),
                   band.segment_words);
          }
          room.clear();
          delay = 0;
        }
        this->slice(band, group, slice, weights);
      }
    }
    feature_ring_.push_back({band.words, computed_});
  }

  void slice(const Band& band, int group, int slice, std::uint64_t& weights) {
    std::vector<std::int32_t> needs{features_};
    if (slice == 0) {
      const std::int64_t offset = std::int64_t{group} * array_.tm * kQuantBytes;
      needs.push_back(add_read(Stream::quant, job_.quant + static_cast<std::uint64_t>(offset), array_.tm,
                               make_room(quant_ring_, 1, kQuantSlots), kQuantRoomCycles));
    }
    const bool produces = slice == g_.slices - 1;
    const std::int64_t words = produces ? g_.last_slice_words : g_.slice_words;
    const std::int64_t beats = words * array_.step_bytes() / kBeatBytes;
    needs.push_back(add_read(Stream::weights, weights, beats, make_room(weight_ring_, words, g_.weight_words),
                             kWeightRoomCycles));
    weights += static_cast<std::uint64_t>(beats * kBeatBytes);

    const std::int64_t pixels = std::int64_t{band.rows} * job_.out_w;
    if (pixels == 1 && slice > 0) add_compute(kPartialSumCycles, {});
    if (produces)
      produce(band, group, words, std::move(needs));
    else
      computed_ = add_compute(kSliceCycles + pixels * words, std::move(needs));
    weight_ring_.push_back({words, computed_});
    if (produces) quant_ring_.push_back({1, computed_});
  }

  // The bursts of a group's results in one band, in the order in which they are full.
  [[nodiscard]] std::vector<Piece> pieces(const Band& band, int group) const {
    std::vector<Piece> all;
    const std::int64_t pixels = std::int64_t{band.rows} * job_.out_w;
    const std::int64_t pixel_bytes = out_pixel_bytes(job_, g_);
    const std::int64_t begin = std::int64_t{band.row} * job_.out_w * pixel_bytes;
    const std::int64_t head = begin % kBeatBytes;
    const std::int64_t bytes = head + pixels * pixel_bytes;
    const int first_plane = group * g_.out_planes;
    const int planes = std::min(g_.out_planes, g_.written_planes - first_plane);
    for (int p = 0; p < planes; ++p) {
      const std::int64_t offset = (first_plane + p) * job_.out_plane_stride + begin - head;
      const std::uint64_t start = job_.output + static_cast<std::uint64_t>(offset);
      for_each_burst(start, divide_up(bytes, kBeatBytes), [&](std::uint64_t at, std::int64_t beats) {
        // Only the band's own bytes are enabled.
        const auto from = static_cast<std::int64_t>(at - start);
        const std::int64_t upto = std::min(from + beats * kBeatBytes, bytes);
        const std::int64_t skipped = from == 0 ? head : 0;
        all.push_back({std::min(pixels, divide_up(from + beats * kBeatBytes - head, pixel_bytes)),
                       {at + static_cast<std::uint64_t>(skipped),
                        static_cast<std::uint32_t>(upto - from - skipped), Stream::output},
                       beats,
                       static_cast<std::size_t>(p)});
      });
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Piece& a, const Piece& b) { return a.pixels < b.pixels; });
    return all;
  }

  // The last slice of a group.
  void produce(const Band& band, int group, std::int64_t words, std::vector<std::int32_t> needs) {
    const std::int64_t pixel_bytes = out_pixel_bytes(job_, g_);
    const std::int64_t pixel_cycles = std::max<std::int64_t>(words, g_.raw_beats);
    const std::int64_t head = std::int64_t{band.row} * job_.out_w * pixel_bytes % kBeatBytes;
    std::vector<std::int64_t> before;  // beats in the FIFOs before this group
    for (const OutputFifo& fifo : fifos_) before.push_back(fifo.sent());
    std::vector<std::int32_t> may_begin;  // the writer takes one more task
    if (tasks_.size() >= kTasksAhead) {
      may_begin = {tasks_.front()};
      tasks_.pop_front();
    }
    std::int64_t done = 0;  // pixels
    for (const Piece& piece : pieces(band, group)) {
      if (piece.pixels > done) {
        // What is in the FIFOs or on its way when this piece begins.
        const std::int64_t arrived = std::max<std::int64_t>(0, done - (kPipelineCycles + 1) / pixel_cycles);
        const std::int64_t beats = (head + arrived * pixel_bytes) / kBeatBytes;
        std::vector<std::int32_t> must_have_left = std::move(may_begin);
        may_begin.clear();
        for (std::size_t p = 0; p < fifos_.size(); ++p) {
          const std::int32_t write = fifos_[p].must_have_left(before[p] + beats);
          if (write >= 0) must_have_left.push_back(write);
        }
        Step& step = add(Engine::compute);
        step.cycles = Cycles((piece.pixels - done) * pixel_cycles + (done == 0 ? kSliceCycles : 0));
        step.held_cycles = (piece.pixels - done) * (pixel_cycles - words);
        step.delay = Cycles(done == 0 ? 0 : kHoldCycles);
        step.after = std::move(needs);
        step.after_sent = std::move(must_have_left);
        needs.clear();
        done = piece.pixels;
        computed_ = last();
      }
      Step& write = add(Engine::write);
      write.after = {computed_};
      write.delay = Cycles(kPipelineCycles);
      write.bursts = {piece.burst};
      last_write_ = last();
      fifos_[piece.fifo].push(piece.beats, last_write_);
    }
    tasks_.push_back(last_write_);
  }

  const ConvJob& job_;
  const Array& array_;
  Geometry g_;
  std::vector<Step> steps_;
  std::int32_t features_ = -1;  // the last read of input features
  std::int32_t computed_ = -1;  // the last step of the array
  std::int32_t last_write_ = -1;
  std::deque<Held> feature_ring_, weight_ring_, quant_ring_;
  std::vector<OutputFifo> fifos_;
  std::deque<std::int32_t> tasks_;  // the last writes of the latest groups
};

}  // namespace

std::vector<Step> walk(const ConvJob& job, const Array& array) { return Walker(job, array).run(); }

}  // namespace tandem::accelerator
