// SPDX-License-Identifier: Apache-2.0
// One point of a sweep: a run with assignments, as metrics.
#pragma once

#include <string>
#include <vector>

namespace tandem::cli {

// Whether every point of the base with these assignments is analytic, so that one process can compute many.
bool is_analytic(const std::string& base, const std::vector<std::string>& assignments);

// What a point may tell of itself; docs/sweeps.md lists them.
const std::vector<std::string>& metric_names();

// Runs it in this process: metrics as JSON (dse/sweep/store.h). Throws CheckError when its output is not the
// reference, and what a run throws.
std::string compute_point(const std::string& base, const std::vector<std::string>& assignments);

}  // namespace tandem::cli
