// SPDX-License-Identifier: Apache-2.0
// A run's result with round numbers: two images of a layer that two sides share, one of the cores, one in
// place.
#pragma once

#include "models/spec/run_result.h"

namespace tandem::test {

constexpr Picoseconds microseconds(std::int64_t time) { return Picoseconds(time * 1'000'000); }

// Back to back, at times that are no round microseconds; each track's account is that of its bars.
inline void add_sample_timeline(spec::RunResult& result) {
  using spec::Reason;
  const Picoseconds wait_end(1'100'000'007), job_begin(100'000'001), job_end(1'000'000'003);
  result.timeline.spans = {
      {0, 0, Reason::compute, microseconds(100), microseconds(900)},
      {0, 0, Reason::synchronisation, microseconds(900), wait_end},
      {0, 1, Reason::transfer, wait_end, Picoseconds(1'490'000'011)},
      {2, -1, Reason::latency, microseconds(50), microseconds(60)},
      {2, -1, Reason::transfer, microseconds(60), microseconds(1400)},
  };
  result.timeline.jobs = {{0, 1, 0, job_begin, job_end, microseconds(500)}};
  result.timeline.masters = {"a53", "accelerator0"};
  result.timeline.transactions = {{0, false, 3'000'000, microseconds(100), microseconds(400)},
                                  {1, true, 1'000'000, microseconds(4000), microseconds(5000)}};
  result.tracks = {{"a53 core 0", spec::TrackKind::core, {}},
                   {"accelerator0", spec::TrackKind::accelerator, {}},
                   {"DRAM", spec::TrackKind::dram, {}}};
  for (const spec::Span& span : result.timeline.spans)
    result.tracks[static_cast<std::size_t>(span.track)].account[span.reason] += span.end - span.begin;
  result.tracks[1].account[Reason::compute] = microseconds(500);
  result.tracks[1].account[Reason::transfer] = job_end - job_begin - microseconds(500);
  for (spec::Track& track : result.tracks) track.account[Reason::idle] = result.total - track.account.sum();
  // Two cores and the accelerator: each closes to its layer's 1000 us.
  spec::LayerAccount cores{2, {}}, unit{1, {}};
  cores.sum[Reason::compute] = microseconds(1600);
  cores.sum[Reason::synchronisation] = microseconds(400);
  unit.sum[Reason::compute] = microseconds(500);
  unit.sum[Reason::transfer] = microseconds(400);
  unit.sum[Reason::idle] = microseconds(100);
  result.layers[0].account = {{"a53x4", cores}, {"accelerator0", unit}};
}

inline spec::RunResult sample_result() {
  spec::RunResult result;
  result.platform = "ultra96";
  result.network = "sample";
  result.precision = "int8";
  result.planner = "cosched";
  result.accelerator_fidelity = "model";
  result.images = 2;
  result.latency = microseconds(2500);
  result.total = microseconds(5000);
  result.predicted_latency = microseconds(2000);
  result.energy = Picojoules(7e9);
  result.energy_parts = {{"a53", Picojoules(4e9)}, {"dram", Picojoules(3e9)}};
  result.output_sha256 = result.reference_sha256 = "12ab";
  for (int image = 0; image < 2; ++image) {
    const Picoseconds begin = microseconds(2500 * image);
    spec::LayerResult split;
    split.name = "conv1";
    split.kind = "conv";
    split.image = image;
    split.macs = 1'000'000;
    split.channels = {{"a53x4", 24}, {"accelerator0", 40}};
    split.start = begin + microseconds(100);
    split.end = begin + microseconds(1100);
    split.busy = {{"a53x4", microseconds(800)}, {"accelerator0", microseconds(900)}};
    split.predicted = microseconds(950);
    spec::LayerResult pool = split;
    pool.name = "pool";
    pool.kind = "max_pool";
    pool.macs = 0;
    pool.channels = {{"a53x4", 64}};
    pool.start = split.end;
    pool.end = begin + microseconds(1500);
    pool.busy = {{"a53x4", microseconds(390)}};
    spec::LayerResult drop;
    drop.name = "drop";
    drop.kind = "dropout";
    drop.image = image;
    drop.in_place = true;
    drop.start = drop.end = pool.end;
    result.layers.insert(result.layers.end(), {split, pool, drop});
  }
  result.stages = {{"conv1", "pool", {"a53x4", "accelerator0"}, microseconds(2250)}};
  result.accelerators = {{"accelerator0", 2, 360'000, 1'250'000, 300'000, 1'200'000, 0.5}};
  result.memory = {4'000'000, 1'000'000, 1.0, 0.75};
  result.simulation = {0.5, 12345, 0};
  add_sample_timeline(result);
  return result;
}

}  // namespace tandem::test
