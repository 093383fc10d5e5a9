// SPDX-License-Identifier: Apache-2.0
// Micro-benchmarks of a core's memory, run on the simulated platform: programs of dependent loads, copies and
// fills instead of a network's. What they find is what a benchmark on the board would.
#pragma once

#include <string>

#include "models/spec/platform.h"

namespace tandem::sim {

struct MemoryFigures {
  double l1_ns = 0, l2_ns = 0,
         dram_ns = 0;            // a load whose address the load before gave, by the level that has it
  double copy_gbytes_per_s = 0;  // bytes copied: as many are read as are written
  double fill_gbytes_per_s = 0;
};

// One core alone at `frequency`, which need not be an operating point. One call a process, as every
// simulation.
MemoryFigures probe_memory(const spec::Platform& platform, const std::string& cluster, Hertz frequency);

}  // namespace tandem::sim
