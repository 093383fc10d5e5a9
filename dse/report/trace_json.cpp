// SPDX-License-Identifier: Apache-2.0
#include "dse/report/trace_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "dse/report/over_time.h"
#include "dse/report/result_json.h"

namespace tandem::report {

using spec::Reason;

namespace {

constexpr int kWindows = 1000;              // of the counters
constexpr std::int64_t kMostSlices = 5000;  // of a track of interconnect or DRAM, about

struct Slice {
  std::string name, category;
  int image = -1;
  Picoseconds begin{0}, end{0};
  spec::Account account;
};

class Trace {
 public:
  explicit Trace(const spec::RunResult& result) : result_(result), slices_(result.tracks.size()) {}

  std::string text() {
    for (const spec::Span& span : result_.timeline.spans) add_span(span);
    for (const spec::AcceleratorWork& job : result_.timeline.jobs) add_job(job);
    write_metadata();
    for (std::size_t track = 0; track < slices_.size(); ++track) write_track(track);
    write_flows();
    write_counters();
    return text_of(Json{{"displayTimeUnit", "ns"}, {"traceEvents", events_}}) + "\n";
  }

 private:
  void add_span(const spec::Span& span) {
    std::vector<Slice>& track = slices_[static_cast<std::size_t>(span.track)];
    const spec::TrackKind kind = result_.tracks[static_cast<std::size_t>(span.track)].kind;
    const bool shared = kind == spec::TrackKind::interconnect || kind == spec::TrackKind::dram;
    const Picoseconds grain(result_.total.raw() / kMostSlices);
    if (shared && !track.empty() && span.begin - track.back().end <= grain &&
        span.end - track.back().begin <= grain * 4) {
      Slice& last = track.back();
      last.account[Reason::idle] += span.begin - last.end;
      last.account[span.reason] += span.end - span.begin;
      last.end = span.end;
      return;
    }
    Slice slice;
    slice.name = shared ? "busy" : "between layers";
    slice.category = shared ? "memory" : spec::kReasonNames[static_cast<std::size_t>(span.reason)];
    slice.begin = span.begin;
    slice.end = span.end;
    slice.account[span.reason] = span.end - span.begin;
    name_after(slice, span.layer);
    track.push_back(slice);
  }

  void add_job(const spec::AcceleratorWork& job) {
    Slice slice;
    slice.category = "job";
    slice.begin = job.begin;
    slice.end = std::min(job.end, result_.total);
    slice.account[Reason::compute] = job.computing;
    slice.account[Reason::transfer] = slice.end - slice.begin - job.computing;
    name_after(slice, job.layer);
    slices_[static_cast<std::size_t>(job.track)].push_back(slice);
  }

  void name_after(Slice& slice, int layer) const {
    if (layer < 0) return;
    slice.name = result_.layers[static_cast<std::size_t>(layer)].name;
    slice.image = result_.layers[static_cast<std::size_t>(layer)].image;
  }

  void write_metadata() {
    const auto metadata = [&](const char* what, std::size_t track, const Json& args) {
      Json event = {{"name", what}, {"ph", "M"}, {"pid", 1}};
      if (track != 0) event["tid"] = track;
      event["args"] = args;
      events_.push_back(event);
    };
    metadata("process_name", 0, {{"name", result_.network + " on " + result_.platform}});
    for (std::size_t i = 0; i < result_.tracks.size(); ++i) {
      metadata("thread_name", i + 1, {{"name", result_.tracks[i].name}});
      metadata("thread_sort_index", i + 1, {{"sort_index", i + 1}});
    }
  }

  void write(std::size_t track, const Slice& slice) {
    Json args = Json::object();
    if (slice.image >= 0) args["image"] = slice.image;
    for (std::size_t reason = 0; reason < spec::kReasons; ++reason) {
      if (slice.account.time[reason].raw() != 0)
        args[fmt::format("{}_us", spec::kReasonNames[reason])] = to_microseconds(slice.account.time[reason]);
    }
    events_.push_back({{"name", slice.name},
                       {"cat", slice.category},
                       {"ph", "X"},
                       {"pid", 1},
                       {"tid", track + 1},
                       {"ts", to_microseconds(slice.begin)},
                       {"dur", to_microseconds(slice.end - slice.begin)},
                       {"args", args}});
  }

  void write_track(std::size_t track) {
    Picoseconds at{0};
    const auto idle_until = [&](Picoseconds end) {
      if (end <= at) return;
      Slice idle{"idle", "idle", -1, at, end, {}};
      idle.account[Reason::idle] = end - at;
      write(track, idle);
    };
    for (const Slice& slice : slices_[track]) {
      idle_until(slice.begin);
      write(track, slice);
      at = slice.end;
    }
    idle_until(result_.total);
  }

  void write_flows() {
    int id = 0;
    for (const spec::AcceleratorWork& job : result_.timeline.jobs) {
      ++id;
      const auto step = [&](const char* phase, int track, Picoseconds time) {
        Json event = {{"name", "job"},
                      {"cat", "job"},
                      {"ph", phase},
                      {"id", id},
                      {"pid", 1},
                      {"tid", track + 1},
                      {"ts", to_microseconds(time)}};
        if (*phase == 'f') event["bp"] = "e";
        events_.push_back(event);
      };
      step("s", job.core, job.begin);
      step("t", job.track, job.begin);
      step("f", job.core, job.end);
    }
  }

  void write_counters() {
    const OverTime over = over_time(result_, kWindows);
    const auto counter = [&](const std::string& name, std::size_t window, const Json& values) {
      events_.push_back({{"name", name},
                         {"ph", "C"},
                         {"pid", 1},
                         {"ts", to_microseconds(over.window * static_cast<std::int64_t>(window))},
                         {"args", values}});
    };
    for (std::size_t i = 0; i < over.transactions.size(); ++i) {
      for (std::size_t master = 0; master < over.masters.size(); ++master) {
        counter("GB/s " + over.masters[master], i,
                {{"read", over.read_gbytes_per_s[master][i]}, {"write", over.write_gbytes_per_s[master][i]}});
      }
      counter("transactions under way", i, {{"mean", over.transactions[i]}});
    }
  }

  const spec::RunResult& result_;
  std::vector<std::vector<Slice>> slices_;  // by track
  Json events_ = Json::array();
};

}  // namespace

std::string chrome_trace(const spec::RunResult& result) { return Trace(result).text(); }

}  // namespace tandem::report
