// SPDX-License-Identifier: Apache-2.0
// Work in child processes: SystemC elaborates once a process, and a crash costs one child only.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace tandem::cli {

// Runs work(0) .. work(count-1), each in a forked child, `parallel` at once; returns what they returned, in
// order. A child's InputError or SimulationError is thrown here again as such; a crash becomes
// SimulationError.
std::vector<std::string> run_in_children(int count, int parallel, const std::function<std::string(int)>& work,
                                         const std::function<void(int done)>& progress);

}  // namespace tandem::cli
