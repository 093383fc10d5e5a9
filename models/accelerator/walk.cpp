// SPDX-License-Identifier: Apache-2.0
// The tile loop of the RTL as steps for a shell to play. The constants at the top are the RTL's own:
// registers on the way of a doorbell, of a result, of a slice's hand-over.
#include <algorithm>
#include <deque>

#include "models/accelerator/bursts.h"
#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "models/accelerator/timing_constants.h"

namespace tandem::accelerator {

namespace {

using Engine = Step::Engine;

class Walker {
 public:
  Walker(const ConvJob& job, const Array& array) : job_(job), array_(array), g_(geometry_of(job, array)) {}

  std::vector<Step> run() {
    setup_ = add_compute(kSetupCycles, {});
    for (int row = job_.row_begin; row < job_.row_end; row += job_.band_rows) {
      band(band_at(job_, g_, row));
    }
    add_compute(kPipelineCycles + kFinishCycles, {writes_.back()});
    return std::move(steps_);
  }

 private:
  struct Held {  // something in a ring, and the step that frees it
    std::int64_t words = 0;
    std::int32_t freed_by = 0;
  };

  std::int32_t add(Engine engine, std::vector<Burst> bursts, std::vector<std::int32_t> after) {
    steps_.push_back({engine, Cycles(0), std::move(bursts), std::move(after)});
    return static_cast<std::int32_t>(steps_.size()) - 1;
  }
  std::int32_t add_compute(std::int64_t cycles, std::vector<std::int32_t> after) {
    steps_.push_back({Engine::compute, Cycles(cycles), {}, std::move(after)});
    return static_cast<std::int32_t>(steps_.size()) - 1;
  }
  static void append(std::vector<Burst>& bursts, std::uint64_t address, std::int64_t beats) {
    for_each_burst(address, beats, [&](std::uint64_t at, std::int64_t some) {
      bursts.push_back({at, static_cast<std::uint32_t>(some * kBeatBytes)});
    });
  }
  // Makes room in a ring; adds the step that has to be over for that to `after`.
  static void make_room(std::deque<Held>& ring, std::int64_t words, std::int64_t capacity,
                        std::vector<std::int32_t>& after) {
    std::int64_t used = words;
    for (const Held& held : ring) used += held.words;
    while (used > capacity && !ring.empty()) {
      used -= ring.front().words;
      after.push_back(ring.front().freed_by);
      ring.pop_front();
    }
  }

  void band(const Band& band) {
    std::vector<std::int32_t> room_for_band{setup_};
    make_room(feature_ring_, band.words, g_.bank_words, room_for_band);
    // A band begins to load when the one before has arrived.
    if (features_ >= 0) room_for_band.push_back(features_);
    int planes = 0;  // ordered
    std::uint64_t weights = job_.weights;
    for (int group = 0; group < g_.groups; ++group) {
      for (int slice = 0; slice < g_.slices; ++slice) {
        const bool last = slice == g_.slices - 1;
        const std::int64_t words = last ? g_.last_slice_words : g_.slice_words;
        const std::int64_t beats = words * array_.step_bytes() / kBeatBytes;
        const int chunks = chunks_needed(job_, array_, g_, group, slice);
        const int needed = job_.form == Form::folded ? 1 : std::min(g_.in_planes, chunks * g_.banks);
        if (planes < needed) {
          std::vector<Burst> bursts;
          for (; planes < needed; ++planes) {
            append(
                bursts,
                job_.input + static_cast<std::uint64_t>(planes * job_.in_plane_stride + band.segment_offset),
                band.segment_words);
          }
          features_ = add(Engine::read, std::move(bursts), room_for_band);
        }
        std::vector<std::int32_t> room{setup_};
        std::vector<Burst> fetched;
        if (slice == 0) {
          make_room(quant_ring_, 1, kQuantSlots, room);
          append(fetched,
                 job_.quant + static_cast<std::uint64_t>(std::int64_t{group} * array_.tm * kQuantBytes),
                 array_.tm);
        }
        make_room(weight_ring_, words, g_.weight_words, room);
        append(fetched, weights, beats);
        weights += static_cast<std::uint64_t>(beats * kBeatBytes);
        const std::int32_t loaded = add(Engine::read, std::move(fetched), std::move(room));
        const std::int64_t pixels = std::int64_t{band.rows} * job_.out_w;
        const bool last_of_job = group == g_.groups - 1 && band.row + band.rows == job_.row_end;
        const std::int64_t drain = pixels == 1 && slice > 0 ? kPartialSumCycles : 0;
        const std::int32_t done =
            last ? produce(band, group, words, kSliceCycles + drain, last_of_job, {loaded, features_})
                 : add_compute(kSliceCycles + drain + pixels * words, {loaded, features_});
        weight_ring_.push_back({words, done});
        if (last) quant_ring_.push_back({1, done});
        if (last && group == g_.groups - 1) feature_ring_.push_back({band.words, done});
      }
    }
  }

  // The last slice of a group, cut where its results fill a write burst.
  std::int32_t produce(const Band& band, int group, std::int64_t words, std::int64_t extra, bool last_of_job,
                       std::vector<std::int32_t> after) {
    struct Piece {
      std::int64_t pixels = 0;  // results needed from the group's start
      Burst burst;
    };
    std::vector<Piece> pieces;
    const std::int64_t pixels = std::int64_t{band.rows} * job_.out_w;
    const std::int64_t pixel_bytes = out_pixel_bytes(job_, g_);
    const std::int64_t pixel_cycles = std::max<std::int64_t>(words, g_.raw_beats);
    const std::int64_t begin = std::int64_t{band.row} * job_.out_w * pixel_bytes;
    const std::int64_t head = begin % kBeatBytes;
    const std::int64_t beats = divide_up(head + pixels * pixel_bytes, kBeatBytes);
    const int first_plane = group * g_.out_planes;
    const int planes = std::min(g_.out_planes, g_.written_planes - first_plane);
    for (int p = first_plane; p < first_plane + planes; ++p) {
      const std::uint64_t start =
          job_.output + static_cast<std::uint64_t>(p * job_.out_plane_stride + begin - head);
      for_each_burst(start, beats, [&](std::uint64_t at, std::int64_t some) {
        const auto bytes_up_to = static_cast<std::int64_t>(at - start) + some * kBeatBytes - head;
        pieces.push_back({std::min(pixels, divide_up(bytes_up_to, pixel_bytes)),
                          {at, static_cast<std::uint32_t>(some * kBeatBytes)}});
      });
    }
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const Piece& a, const Piece& b) { return a.pixels < b.pixels; });
    std::int64_t done_pixels = 0;
    std::int32_t compute = 0;
    for (std::size_t i = 0; i < pieces.size();) {
      // Several bursts a step, as many as the output FIFO holds, so that the response of one does not hold up
      // the next; the last ones of the job go one by one, because nothing else covers them.
      const bool tail = last_of_job && pieces.size() - i <= 2 * kBufferedBursts;
      std::vector<Burst> bursts;
      std::int64_t upto = 0;
      while (i < pieces.size() &&
             (bursts.size() < (tail ? 1 : kBufferedBursts) || pieces[i].pixels == upto)) {
        upto = pieces[i].pixels;
        bursts.push_back(pieces[i++].burst);
      }
      // Their responses may be out while the FIFO fills again.
      if (writes_.size() >= kWritesAhead) after.push_back(writes_[writes_.size() - kWritesAhead]);
      compute = add_compute(extra + (upto - done_pixels) * pixel_cycles, std::move(after));
      after.clear();
      extra = 0;
      done_pixels = upto;
      writes_.push_back(add(Engine::write, std::move(bursts), {compute}));
    }
    return compute;
  }

  const ConvJob& job_;
  const Array& array_;
  Geometry g_;
  std::vector<Step> steps_;
  std::int32_t setup_ = 0;
  std::int32_t features_ = -1;  // the last read of input features
  std::deque<Held> feature_ring_, weight_ring_, quant_ring_;
  std::vector<std::int32_t> writes_;
};

}  // namespace

std::vector<Step> walk(const ConvJob& job, const Array& array) { return Walker(job, array).run(); }

}  // namespace tandem::accelerator
