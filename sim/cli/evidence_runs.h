// SPDX-License-Identifier: Apache-2.0
// Whole runs simulated for evidence, in child processes. A run is given as settings (key=value) on top of the
// quickstart's.
#pragma once

#include <string>
#include <vector>

#include "dse/report/result_json.h"

namespace tandem::cli {

using Settings = std::vector<std::string>;

// Milliseconds an image of every run.
std::vector<double> simulate_runs(const std::vector<Settings>& runs);

// What `run --json` prints of every run.
std::vector<report::Json> simulate_in_full(const std::vector<Settings>& runs);

}  // namespace tandem::cli
