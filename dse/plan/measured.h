// SPDX-License-Identifier: Apache-2.0
// What a planner that measures learns from one simulated image; and as text, to pass from a child process.
#pragma once

#include <string>
#include <vector>

#include "models/core/quantity.h"
#include "models/network/graph.h"
#include "models/spec/run_result.h"

namespace tandem::plan {

struct Measured {
  std::vector<Picoseconds> layers;  // by layer id: its time; 0 without work
  // By so much the layer's cores ended before its accelerator; negative: after it; 0: one of them had no
  // work.
  std::vector<Picoseconds> lead;
  Picoseconds latency{0};
  bool operator==(const Measured&) const = default;
};

// `result` is of one image.
Measured measured_of(const spec::RunResult& result, const network::Network& network);

std::string write_measured(const Measured& measured);
Measured read_measured(const std::string& text);  // std::logic_error when it is none

}  // namespace tandem::plan
