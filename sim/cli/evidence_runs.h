// SPDX-License-Identifier: Apache-2.0
// Whole runs simulated for evidence.
#pragma once

#include <string>
#include <vector>

namespace tandem::cli {

// Milliseconds an image of every run, each given as settings (key=value) on top of the quickstart's; in child
// processes.
std::vector<double> simulate_runs(const std::vector<std::vector<std::string>>& runs);

}  // namespace tandem::cli
