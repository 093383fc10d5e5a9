// SPDX-License-Identifier: Apache-2.0
// The timeline: what viewers require of Chrome trace JSON, tracks that are filled to the run's end, accounts
// that close, flows that begin and end inside a slice, counters that hold the bytes that moved.
#include "dse/report/trace_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "dse/report/over_time.h"
#include "dse/report/result_json.h"
#include "models/core/interval_union.h"
#include "tests/unit/sample_result.h"

namespace tandem::report {
namespace {

using test::sample_result;

struct Tracks {
  std::map<int, std::string> names;
  std::map<int, std::vector<Json>> slices;
  std::map<int, std::vector<Json>> flows;  // by id
  std::map<std::string, std::vector<Json>> counters;
};

// Every event has what its phase needs and nothing unknown.
Tracks read(const std::string& text) {
  Tracks tracks;
  const Json trace = Json::parse(text);
  EXPECT_EQ(trace["displayTimeUnit"], "ns");
  for (const Json& event : trace["traceEvents"]) {
    const std::string phase = event.at("ph");
    EXPECT_TRUE(event.at("name").is_string());
    EXPECT_EQ(event.at("pid"), 1);
    if (phase == "M") {
      if (event["name"] == "thread_name") {
        EXPECT_TRUE(tracks.names.emplace(event.at("tid"), event.at("args").at("name")).second);
      }
      continue;
    }
    EXPECT_GE(event.at("ts").get<double>(), 0.0);
    if (phase == "X") {
      EXPECT_GT(event.at("dur").get<double>(), 0.0);
      EXPECT_TRUE(event.at("cat").is_string());
      tracks.slices[event.at("tid")].push_back(event);
    } else if (phase == "C") {
      for (const auto& [series, value] : event.at("args").items()) EXPECT_TRUE(value.is_number()) << series;
      tracks.counters[event["name"]].push_back(event);
    } else {
      EXPECT_TRUE(phase == "s" || phase == "t" || phase == "f") << phase;
      EXPECT_TRUE(event.contains("tid"));
      tracks.flows[event.at("id")].push_back(event);
    }
  }
  return tracks;
}

double args_sum(const Json& slice) {
  double sum = 0;
  for (const auto& [key, value] : slice.at("args").items()) {
    if (key.ends_with("_us")) sum += value.get<double>();
  }
  return sum;
}

TEST(ChromeTrace, FillsEveryTrackFromZeroToTheEnd) {
  const spec::RunResult result = sample_result();
  const Tracks tracks = read(chrome_trace(result));
  ASSERT_EQ(tracks.names.size(), 3u);
  ASSERT_EQ(tracks.slices.size(), 3u);
  for (const auto& [track, slices] : tracks.slices) {
    double at = 0;
    for (const Json& slice : slices) {
      EXPECT_NEAR(slice["ts"].get<double>(), at, 1e-6) << tracks.names.at(track);
      EXPECT_NEAR(args_sum(slice), slice["dur"].get<double>(), 1e-6) << slice.dump();
      at = slice["ts"].get<double>() + slice["dur"].get<double>();
    }
    EXPECT_NEAR(at, to_microseconds(result.total), 1e-6) << tracks.names.at(track);
  }
}

TEST(ChromeTrace, SlicesSumToTheAccountOfTheirTrack) {
  const spec::RunResult result = sample_result();
  const Tracks tracks = read(chrome_trace(result));
  for (const auto& [track, slices] : tracks.slices) {
    for (std::size_t reason = 0; reason < spec::kReasons; ++reason) {
      double sum = 0;
      for (const Json& slice : slices)
        sum += slice["args"].value(std::string(spec::kReasonNames[reason]) + "_us", 0.0);
      EXPECT_NEAR(
          sum, to_microseconds(result.tracks[static_cast<std::size_t>(track - 1)].account.time[reason]), 1e-6)
          << tracks.names.at(track) << " " << spec::kReasonNames[reason];
    }
  }
}

TEST(ChromeTrace, AFlowLeadsFromTheDoorbellToTheInterrupt) {
  const Tracks tracks = read(chrome_trace(sample_result()));
  ASSERT_EQ(tracks.flows.size(), 1u);
  const std::vector<Json>& flow = tracks.flows.begin()->second;
  ASSERT_EQ(flow.size(), 3u);
  EXPECT_EQ(flow[0]["ph"], "s");
  EXPECT_EQ(flow[0]["tid"], 1);
  EXPECT_EQ(flow[1]["ph"], "t");
  EXPECT_EQ(flow[1]["tid"], 2);
  EXPECT_EQ(flow[2]["ph"], "f");
  EXPECT_EQ(flow[2]["bp"], "e");
  for (const Json& step : flow) {
    const double time = step["ts"];
    bool inside = false;
    for (const Json& slice : tracks.slices.at(step["tid"]))
      inside |= slice["ts"].get<double>() <= time &&
                time <= slice["ts"].get<double>() + slice["dur"].get<double>() + 1e-6;
    EXPECT_TRUE(inside) << step.dump();
  }
}

TEST(ChromeTrace, CountersHoldTheBytesThatMoved) {
  const spec::RunResult result = sample_result();
  const Tracks tracks = read(chrome_trace(result));
  ASSERT_EQ(tracks.counters.size(), 3u) << "two masters and the queue";
  const double window = to_microseconds(over_time(result, 1000).window) * 1e-6;
  double read_bytes = 0, written = 0;
  for (const Json& at : tracks.counters.at("GB/s a53"))
    read_bytes += at["args"]["read"].get<double>() * window * 1e9;
  for (const Json& at : tracks.counters.at("GB/s accelerator0"))
    written += at["args"]["write"].get<double>() * window * 1e9;
  EXPECT_NEAR(read_bytes, 3e6, 1);
  EXPECT_NEAR(written, 1e6, 1);
  EXPECT_DOUBLE_EQ(tracks.counters.at("transactions under way")[40]["args"]["mean"], 1.0);
}

TEST(ChromeTrace, OfARunWithoutTimelineIsStillATrace) {
  spec::RunResult result = sample_result();
  result.timeline = {};
  result.tracks.clear();
  EXPECT_TRUE(read(chrome_trace(result)).slices.empty());
}

TEST(IntervalUnion, IsTheTimeAtLeastOneOfThemTakes) {
  // Against counting picoseconds, for intervals in no order at all.
  std::uint32_t random = 7;
  for (int round = 0; round < 200; ++round) {
    IntervalUnion all;
    std::vector<bool> taken(200, false);
    for (int i = 0; i < 20; ++i) {
      random = random * 1664525 + 1013904223;
      const int begin = static_cast<int>(random >> 8) % 180;
      const int end = begin + static_cast<int>(random >> 24) % 20;
      all.add(Picoseconds(begin), Picoseconds(end));
      for (int at = begin; at < end; ++at) taken[static_cast<std::size_t>(at)] = true;
    }
    ASSERT_EQ(all.length(Picoseconds(1000)).raw(), std::count(taken.begin(), taken.end(), true));
    ASSERT_EQ(all.length(Picoseconds(90)).raw(), std::count(taken.begin(), taken.begin() + 90, true));
    for (std::size_t i = 1; i < all.spans().size(); ++i)
      ASSERT_LT(all.spans()[i - 1].end, all.spans()[i].begin);
  }
}

}  // namespace
}  // namespace tandem::report
