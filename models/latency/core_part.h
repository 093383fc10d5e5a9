// SPDX-License-Identifier: Apache-2.0
// What a core group does for its part of a layer, by the closed form: time, and what energy is counted from.
#pragma once

#include <array>
#include <cstdint>

#include "models/core/quantity.h"

namespace tandem::latency {

struct CorePart {
  Picoseconds time{0};                     // of the busiest core, with the launch of its kernels
  Picoseconds last_end{0};                 // of the last thread, when they start one after the other
  int steps = 0;                           // kernels, one after the other
  Picoseconds computing{0}, stalled{0};    // of the busiest core
  double cores = 0;                        // that many are as busy
  double read_bytes = 0, write_bytes = 0;  // over the bus, all cores
  double l2_lines = 0;                     // all cores
  bool shares_window = false;              // reads weights as matrix-vector products do
};

// What an accelerator does for its part of a layer.
struct UnitPart {
  Picoseconds time{0};
  Cycles cycles{0}, mac_cycles{0};
  std::int64_t jobs = 0, read_bytes = 0, write_bytes = 0;
  std::array<double, 2> longest{};  // of its jobs the two longest, in parts of `time`
};

}  // namespace tandem::latency
