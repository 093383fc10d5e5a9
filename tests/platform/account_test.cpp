// SPDX-License-Identifier: Apache-2.0
// Where the time of a simulated run goes: accounts close exactly, agree with what other counters say, and
// asking for a timeline changes nothing.
#include <gtest/gtest.h>

#include <map>

#include "sim/platform/machine.h"
#include "tests/platform/child_run.h"

namespace tandem::sim {
namespace {

using spec::Reason;

spec::RunResult run(const std::string& platform, network::Precision precision, spec::Planner planner,
                    int images, bool timeline) {
  const Bench bench = make_bench(platform, "tiny", precision, planner);
  MachineOptions options;
  options.rtl = false;
  options.timeline = timeline;
  return simulate(bench.platform, bench.model, bench.schedule, images, options);
}

void expect_closed(const spec::RunResult& result) {
  for (const spec::Track& track : result.tracks) {
    EXPECT_EQ(track.account.sum(), result.total) << track.name;
    for (const Picoseconds part : track.account.time) EXPECT_GE(part.raw(), 0) << track.name;
  }
  for (const spec::LayerResult& layer : result.layers) {
    EXPECT_EQ(layer.account.empty(), layer.end == layer.start) << layer.name;
    for (const auto& [resource, account] : layer.account) {
      if (resource.find('x') != std::string::npos) {
        EXPECT_GT(account.sum[Reason::synchronisation].raw(), 0) << layer.name << ": a barrier ends it";
        EXPECT_LT(account.sum[Reason::idle] * 50, account.sum.sum())
            << layer.name << ": cores wait for each other";
      }
      EXPECT_EQ(account.sum.sum(), (layer.end - layer.start) * account.tracks)
          << layer.name << " " << resource;
      for (const Picoseconds part : account.sum.time)
        EXPECT_GE(part.raw(), 0) << layer.name << " " << resource;
    }
  }
}

TEST(Account, ClosesForEveryTrackAndLayerOfCoScheduling) {
  const spec::RunResult result = run("ultra96", network::Precision::int8, spec::Planner::cosched, 2, false);
  expect_closed(result);
  std::map<std::string, spec::Account> by_name;
  for (const spec::Track& track : result.tracks) by_name[track.name] = track.account;
  ASSERT_EQ(result.tracks.size(), 4u + 1 + 2 + 1) << "cores, accelerator, two ways of the bus, DRAM";
  // The accelerator's account is its busy time of the layers.
  Picoseconds busy{0};
  for (const spec::LayerResult& layer : result.layers) {
    if (layer.busy.contains("accelerator0")) busy += layer.busy.at("accelerator0");
  }
  const spec::Account& unit = by_name.at("accelerator0");
  EXPECT_EQ(unit[Reason::compute] + unit[Reason::transfer], busy);
  EXPECT_GT(unit[Reason::compute].raw(), 0);
  EXPECT_GT(by_name.at("a53 core 0")[Reason::coherence].raw(), 0) << "shared without a coherent port";
  EXPECT_GT(by_name.at("a53 core 0")[Reason::synchronisation].raw(), 0);
  EXPECT_GT(by_name.at("DRAM")[Reason::transfer].raw(), 0);
  EXPECT_TRUE(result.timeline.spans.empty());
}

TEST(Account, ClosesOnTwoClusters) {
  const spec::RunResult result =
      run("hikey970", network::Precision::fp32, spec::Planner::kernel_parallel, 1, true);
  expect_closed(result);
  EXPECT_EQ(result.layers[0].account.size(), 2u) << "both clusters took part";
}

TEST(Account, OfALayerCountsWhatItsBusyTimeCounts) {
  const spec::RunResult result = run("ultra96", network::Precision::int8, spec::Planner::cpu_only, 1, false);
  int compared = 0;
  for (const spec::LayerResult& layer : result.layers) {
    for (const auto& [resource, busy] : layer.busy) {
      const spec::LayerAccount& account = layer.account.at(resource);
      const Picoseconds waits = account.sum[Reason::synchronisation] + account.sum[Reason::idle];
      // The busiest core decides `busy`; the account is the sum, with the fetch of commands.
      EXPECT_GE((busy * account.tracks).raw() / 50 * 51 + 1'000'000 * account.tracks,
                ((layer.end - layer.start) * account.tracks - waits).raw())
          << layer.name;
      EXPECT_GE(layer.end - layer.start, busy) << layer.name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 3);
}

TEST(Account, CoresThatComputeALayerAloneAreBusyWithIt) {
  const spec::RunResult result = run("ultra96", network::Precision::int8, spec::Planner::cpu_only, 1, false);
  int compared = 0;
  for (const spec::LayerResult& layer : result.layers) {
    if (layer.kind != "conv") continue;
    // Kernels that are handed to one thread after the other keep their cores as waiting for others does not.
    for (const auto& [resource, busy] : layer.busy) {
      EXPECT_GE(busy.raw(), (layer.end - layer.start).raw() / 10 * 8) << layer.name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 3);
}

TEST(Account, AskingForATimelineChangesNothing) {
  const Bench bench = make_bench("ultra96", "tiny", network::Precision::int8, spec::Planner::cosched);
  MachineOptions options;
  options.rtl = false;
  const ChildResult without = run_in_child(bench, 1, options);
  options.timeline = true;
  const spec::RunResult result = simulate(bench.platform, bench.model, bench.schedule, 1, options);
  EXPECT_EQ(result.total, without.total);
  EXPECT_EQ(result.energy, without.energy);
  expect_closed(result);
  // Bars and jobs sum to the accounts.
  std::vector<spec::Account> sums(result.tracks.size());
  std::vector<Picoseconds> ends(result.tracks.size(), Picoseconds(0));
  for (const spec::Span& span : result.timeline.spans) {
    const auto track = static_cast<std::size_t>(span.track);
    EXPECT_GE(span.begin, ends[track]) << result.tracks[track].name;
    ends[track] = span.end;
    sums[track][span.reason] += span.end - span.begin;
  }
  ASSERT_FALSE(result.timeline.jobs.empty());
  for (const spec::AcceleratorWork& job : result.timeline.jobs) {
    const auto track = static_cast<std::size_t>(job.track);
    sums[track][Reason::compute] += job.computing;
    sums[track][Reason::transfer] += job.end - job.begin - job.computing;
    EXPECT_EQ(result.tracks[static_cast<std::size_t>(job.core)].name, "a53 core 0") << "the host";
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    for (std::size_t reason = 0; reason + 1 < spec::kReasons; ++reason)
      EXPECT_EQ(sums[i].time[reason], result.tracks[i].account.time[reason]) << result.tracks[i].name;
  }
  std::int64_t read = 0, written = 0;
  for (const spec::Transaction& own : result.timeline.transactions) (own.write ? written : read) += own.bytes;
  EXPECT_LE(read, result.memory.read_bytes);
  EXPECT_GT(read, result.memory.read_bytes * 9 / 10) << "but for what was under way at the end";
  EXPECT_GT(written, result.memory.write_bytes * 9 / 10);
}

}  // namespace
}  // namespace tandem::sim
