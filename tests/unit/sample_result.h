// SPDX-License-Identifier: Apache-2.0
// A run's result with round numbers: two images of a layer that two sides share, one of the cores, one in
// place.
#pragma once

#include "models/spec/run_result.h"

namespace tandem::test {

constexpr Picoseconds microseconds(std::int64_t time) { return Picoseconds(time * 1'000'000); }

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
  // Back to back, at times that are no round microseconds.
  result.timeline = {
      {"a53 core 0", "conv1", "compute", microseconds(100), microseconds(900)},
      {"accelerator0", "conv1", "job", Picoseconds(100'000'001), Picoseconds(1'000'000'003)},
      {"a53 core 0", "conv1", "wait", microseconds(900), Picoseconds(1'100'000'007)},
      {"a53 core 0", "pool", "compute", Picoseconds(1'100'000'007), Picoseconds(1'490'000'011)}};
  return result;
}

}  // namespace tandem::test
