// SPDX-License-Identifier: Apache-2.0
// Which bins of the coverage plan a job of the campaign hits.
#include <algorithm>
#include <array>
#include <cstring>

#include "models/accelerator/geometry.h"
#include "tests/rtl/campaign_job.h"

namespace tandem::rtl_test {

using accelerator::Array;
using accelerator::Band;
using accelerator::ConvJob;
using accelerator::Form;
using accelerator::Geometry;

namespace {

constexpr const char* kForms[] = {"dense", "folded", "grouped"};
constexpr const char* kRoundings[] = {"half-up", "half-even", "half-away", "floor"};
constexpr const char* kEngines[] = {"descriptor", "features", "weights", "table", "output"};

const char* amount(std::int64_t count) { return count == 1 ? "1" : count == 2 ? "2" : "many"; }

std::string zero_point(int value) {
  return value == -128 || value == 0 || value == 127 ? std::to_string(value) : "other";
}

class Collector {
 public:
  Collector(const CampaignJob& campaign, const Finished& finished, const PlacedJob& placed,
            const Array& array, Memory& memory, Coverage& coverage)
      : campaign_(campaign),
        finished_(finished),
        placed_(placed),
        job_(placed.job),
        array_(array),
        g_(accelerator::geometry_of(job_, array)),
        memory_(memory),
        coverage_(coverage),
        form_(kForms[static_cast<int>(job_.form)]),
        element_(job_.raw ? "int32" : "int8") {
    for (int row = job_.row_begin; row < job_.row_end; row += job_.band_rows) {
      bands_.push_back(accelerator::band_at(job_, g_, row));
    }
  }

  void collect_job() {
    window();
    channels();
    tiling();
    folding();
    table();
    results();
  }

  void collect_run() {
    hit("array and form", campaign_.array + " " + form_);
    hit("array and result", campaign_.array + " " + element_);
    if (finished_.waited_for_features) hit("array waits for", form_ + " features");
    if (finished_.waited_for_weights) hit("array waits for", form_ + " weights");
    if (finished_.waited_for_output) hit("array waits for", form_ + " output");
    // With few groups, one slice and no int32 beats nothing else lets the array wait for its results.
    const auto groups = static_cast<std::int64_t>(bands_.size()) * g_.groups;
    if (finished_.waited_for_output && groups <= 4 && g_.slices == 1 && !job_.raw && !campaign_.second) {
      hit("results fill the FIFO", form_);
    }
    bus();
    if (campaign_.error) {
      const bool slave = campaign_.error->response == Response::slave_error;
      if (!campaign_.error->in_queued_descriptor) {
        hit("injected error",
            form_ + " " + kEngines[campaign_.error->engine] + (slave ? " SLVERR" : " DECERR"));
      }
      if (campaign_.second) {
        hit("error and a queued job",
            campaign_.error->in_queued_descriptor ? "the queued descriptor fails" : "the running job fails");
      }
    }
    hit("watchdog", campaign_.watchdog == 0 ? "off" : "armed");
    hit("queue", !campaign_.second             ? "alone"
                 : campaign_.second_after == 0 ? "rung in at once"
                                               : "rung in later");
  }

 private:
  void hit(const std::string& point, const std::string& bin) { coverage_.hit(point, bin); }

  void window() {
    hit("kernel height", form_ + " " + std::to_string(job_.kernel_h));
    hit("kernel width", form_ + " " + std::to_string(job_.kernel_w));
    hit("stride down", form_ + " " + std::to_string(job_.stride_h));
    hit("stride across", form_ + " " + std::to_string(job_.stride_w));
    hit("dilation down", form_ + " " + std::to_string(job_.dilation_h));
    hit("dilation across", form_ + " " + std::to_string(job_.dilation_w));
    const std::int64_t reach_h =
        std::int64_t{job_.out_h - 1} * job_.stride_h - job_.pad_top + (job_.kernel_h - 1) * job_.dilation_h;
    const std::int64_t reach_w =
        std::int64_t{job_.out_w - 1} * job_.stride_w - job_.pad_left + (job_.kernel_w - 1) * job_.dilation_w;
    const auto side = [&](const char* name, bool some) {
      hit("padding", form_ + " " + name + (some ? " some" : " 0"));
    };
    side("top", job_.pad_top > 0);
    side("left", job_.pad_left > 0);
    side("bottom", reach_h >= job_.in_h);
    side("right", reach_w >= job_.in_w);
    const bool pads = job_.pad_left > 0 || reach_w >= job_.in_w;
    if (pads && (job_.in_zero_point == -128 || job_.in_zero_point == 127)) {
      hit("padding of a zero point", form_ + " " + std::to_string(job_.in_zero_point));
    }
    for (const Band& band : bands_) {
      if (band.top + (band.rows - 1) * job_.stride_h + g_.rows_extent <= 0)
        hit("band in the padding", "above the input");
      if (band.top >= job_.in_h) hit("band in the padding", "below the input");
    }
    hit("input zero point", zero_point(job_.in_zero_point));
    hit("output zero point", zero_point(job_.out_zero_point));
    const bool first = job_.row_begin == 0;
    const bool last = job_.row_end == job_.out_h;
    hit("row range", form_ + (first && last ? " all"
                              : first       ? " first rows"
                              : last        ? " last rows"
                                            : " inside"));
  }

  void channels() {
    hit("output channels", form_ + (job_.out_channels < array_.tm        ? " below Tm"
                                    : job_.out_channels % array_.tm == 0 ? " whole groups"
                                                                         : " partial last group"));
    hit("last output plane", element_ + (job_.out_channels % g_.block == 0 ? " full" : " partial"));
    hit("output groups", form_ + (g_.groups == 1   ? " 1"
                                  : g_.groups == 2 ? " 2"
                                  : g_.groups <= 8 ? " 3..8"
                                                   : " above 8"));
    const std::string shape = array_.tm < array_.tn ? " Tm<Tn" : array_.tm == array_.tn ? " Tm=Tn" : " Tm>Tn";
    if (job_.form == Form::folded) {
      hit("folded input channels", std::to_string(job_.in_channels));
    } else {
      hit("array shape", form_ + shape);
    }
    if (job_.form == Form::dense) {
      hit("input channels", job_.in_channels < array_.tn        ? "below Tn"
                            : job_.in_channels % array_.tn == 0 ? "whole chunks"
                                                                : "partial last chunk");
    }
    if (job_.form == Form::grouped) {
      hit("channels of a group", std::to_string(placed_.shape.in_channels));
      const int last = std::max(1, array_.tn / array_.tm) - 1;
      hit("group phase", job_.group_phase == 0 ? "0" : job_.group_phase == last ? "last" : "middle");
    }
  }

  void tiling() {
    if (job_.form == Form::dense) {
      hit("slices", element_ + " " + amount(g_.slices));
      if (g_.slices > 1) hit("last slice", g_.last_slice_words == g_.slice_words ? "as long" : "shorter");
      if (job_.band_rows * job_.out_w == 1) hit("one-pixel band", std::string("slices ") + amount(g_.slices));
    }
    hit("bands", form_ + " " + amount(static_cast<std::int64_t>(bands_.size())));
    if (bands_.size() > 1) {
      hit("last band", bands_.back().rows == job_.band_rows ? "as high" : "lower");
      const bool waits = bands_[0].words + bands_[1].words > g_.bank_words;
      hit("next band's features", waits ? "wait for room" : "fit beside");
    }
    std::int64_t words = 0;
    for (const Band& band : bands_) {
      words += band.words;
      hit("first row of a band in memory", form_ + (band.head == 0 ? " at a beat" : " inside a beat"));
      const std::int64_t first = std::int64_t{band.row} * job_.out_w * accelerator::out_pixel_bytes(job_, g_);
      hit("first result of a band",
          element_ + (first % accelerator::kBeatBytes == 0 ? " at a beat" : " inside a beat"));
    }
    if (words > g_.bank_words) hit("feature ring", form_ + " wraps");
    const std::int64_t steps =
        static_cast<std::int64_t>(bands_.size()) * g_.groups * g_.group_chunks * g_.steps_per_chunk;
    if (steps > g_.weight_words) hit("weight ring", form_ + " wraps");
  }

  void folding() {
    if (job_.form != Form::folded) return;
    hit("folded steps across", amount(g_.steps_across));
    const int pixels = array_.folded_pixels();
    for (int x = 0; x < job_.out_w; ++x) {
      for (int step = 0; step < g_.steps_across; ++step) {
        const int first = x * job_.stride_w - job_.pad_left + step * pixels;
        const bool left = first < 0 && first + pixels > 0;
        const bool right = first < job_.in_w && first + pixels > job_.in_w;
        if (left || right) {
          hit("padding inside a folded step", left && right ? "both" : left ? "left" : "right");
        }
        if (first >= 0 && job_.in_w % 4 == 0)
          hit("folded first pixel in its word", std::to_string(first % 4));
      }
    }
  }

  struct Entry {
    std::int32_t bias = 0, multiplier = 0, shift = 0;
  };
  [[nodiscard]] Entry entry(int channel) {
    Entry one;
    std::memcpy(&one, memory_.at(job_.quant + static_cast<std::uint64_t>(16 * channel), 12), 12);
    return one;
  }

  void table() {
    hit("rounding", form_ + " " + kRoundings[static_cast<int>(job_.rounding)] + " " + element_);
    if (!job_.raw) {
      const bool below = job_.clamp_min > -128;
      const bool above = job_.clamp_max < 127;
      hit("clamp", below && above ? "both" : below ? "below" : above ? "above" : "none");
    }
    for (int k = 0; k < job_.out_channels; ++k) {
      const Entry e = entry(k);
      hit("multiplier", e.multiplier == INT32_MAX   ? "2^31-1"
                        : e.multiplier == INT32_MIN ? "-2^31"
                        : e.multiplier == 0         ? "0"
                        : e.multiplier < 0          ? "negative"
                        : e.multiplier < 16         ? "small"
                                                    : "other");
      hit("shift", e.shift == 0 ? "0" : e.shift <= 30 ? "1..30" : e.shift <= 61 ? "31..61" : "62");
    }
  }

  // The sums themselves, as the raw results of the same job with a table that changes nothing.
  void results() {
    ConvJob sums = job_;
    sums.raw = true;
    sums.rounding = accelerator::Rounding::floor;
    const network::BlockedLayout layout = output_layout(sums, array_);
    sums.out_plane_stride = layout.plane_stride();
    const std::int64_t entries = std::int64_t{g_.groups} * array_.tm;
    Memory scratch = memory_;
    const std::uint64_t end = memory_.base() + memory_.data().size();
    scratch.data().resize(memory_.data().size() + static_cast<std::size_t>(16 * entries + layout.bytes()));
    sums.quant = end;
    sums.output = end + static_cast<std::uint64_t>(16 * entries);
    for (int k = 0; k < entries; ++k) {
      const std::int32_t plain[4] = {entry(k).bias, 1, 0, 0};
      std::memcpy(scratch.at(sums.quant + static_cast<std::uint64_t>(16 * k), 16), plain, sizeof plain);
    }
    accelerator::execute(sums, array_, scratch);
    for (int k = 0; k < job_.out_channels; ++k) {
      const Entry e = entry(k);
      for (int y = job_.row_begin; y < job_.row_end; ++y) {
        for (int x = 0; x < job_.out_w; ++x) {
          std::int32_t sum = 0;
          std::memcpy(&sum, scratch.at(sums.output + static_cast<std::uint64_t>(layout.offset(k, y, x)), 4),
                      4);
          result(e, sum);
        }
      }
    }
    static constexpr const char* kPlaces[] = {"at the lower bound", "at the upper bound", "between"};
    static constexpr const char* kTies[] = {" positive even", " positive odd", " negative even",
                                            " negative odd"};
    for (std::size_t i = 0; i < std::size(kPlaces); ++i) {
      if (places_[i]) hit("result", kPlaces[i]);
    }
    for (std::size_t i = 0; i < std::size(kTies); ++i) {
      if (ties_[i])
        hit("tie that shows", std::string(kRoundings[static_cast<int>(job_.rounding)]) + kTies[i]);
    }
  }

  void result(const Entry& e, std::int32_t sum) {
    const std::int64_t product = std::int64_t{sum} * e.multiplier;
    const std::int64_t low = product >> e.shift;
    const std::int64_t moved =
        accelerator::scale(sum, e.multiplier, e.shift, job_.rounding) + job_.out_zero_point;
    if (!job_.raw) {
      places_[moved < job_.clamp_min ? 0 : moved > job_.clamp_max ? 1 : 2] = true;
    }
    if (e.shift == 0 || (product & ((std::int64_t{1} << e.shift) - 1)) != std::int64_t{1} << (e.shift - 1))
      return;
    // Of both neighbours the other one would be another result.
    const bool shows = job_.raw || (low + job_.out_zero_point >= job_.clamp_min &&
                                    low + 1 + job_.out_zero_point <= job_.clamp_max);
    if (shows) ties_[(product < 0 ? 2 : 0) + (low % 2 == 0 ? 0 : 1)] = true;
  }

  void bus() {
    const Observed& o = finished_.observed;
    hit("reads outstanding", o.most_reads <= 4 ? "1..4" : o.most_reads <= 7 ? "5..7" : "8");
    hit("writes outstanding", o.most_writes <= 1 ? "1" : o.most_writes <= 7 ? "2..7" : "8");
    if (o.interleaved) hit("read responses", "interleaved");
    if (o.overtaken) hit("read responses", "overtaking");
    if (!o.interleaved && !o.overtaken) hit("read responses", "in order");
    for (std::size_t engine = 1; engine < 5; ++engine) {
      if (o.page_cuts[engine]) hit("run cut at 4 KiB", kEngines[engine]);
      if (o.short_bursts[engine]) hit("burst below 16 beats", kEngines[engine]);
    }
    if (o.full_write) hit("write strobes", "all");
    if (o.masked_write) hit("write strobes", "some");
    const Timing& t = campaign_.timing;
    hit("memory",
        std::string(t.jitter == 0 ? "steady " : "jitter ") + (t.stall_percent == 0    ? "no stalls"
                                                              : t.stall_percent <= 30 ? "few stalls"
                                                                                      : "many stalls"));
    constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32;
    hit("addresses", campaign_.base >= k4GiB                     ? "above"
                     : campaign_.base + campaign_.bytes <= k4GiB ? "below 4 GiB"
                                                                 : "across");
  }

  const CampaignJob& campaign_;
  const Finished& finished_;
  const PlacedJob& placed_;
  const ConvJob& job_;
  const Array& array_;
  Geometry g_;
  Memory& memory_;
  Coverage& coverage_;
  std::string form_, element_;
  std::vector<Band> bands_;
  std::array<bool, 3> places_{};
  std::array<bool, 4> ties_{};
};

}  // namespace

void collect(const CampaignJob& job, const Finished& finished, const Array& array, Memory& memory,
             Coverage& coverage) {
  Collector first(job, finished, job.first, array, memory, coverage);
  first.collect_job();
  first.collect_run();
  if (job.second) Collector(job, finished, *job.second, array, memory, coverage).collect_job();
}

}  // namespace tandem::rtl_test
