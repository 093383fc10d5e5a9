// SPDX-License-Identifier: Apache-2.0
// Points in child processes of this machine: a crash, a hang or a lack of memory costs that point only.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "dse/sweep/sweep_file.h"

namespace tandem::sweep {

struct Outcome {
  enum class Status { ok, failed } status = Status::ok;
  std::string failure;  // of a failed point: changed check crash input killed memory simulation timeout
  std::string reason;   // one line
  std::string log;      // the end of what the point wrote to stderr
  std::string metrics;  // of a good one: what `work` returned
  int attempts = 0;
  double wall_s = 0;
};

// A point's files changed while it was computed: thrown by `work`.
class FilesChanged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Whether the failure says something about this machine rather than about the point, so that a later sweep
// tries again.
bool is_of_the_host(const std::string& failure);

struct RunnerOptions {
  int workers = 1;
  int batch = 1;  // points a child computes one after the other; a failed one is tried again alone
  PointLimits limits;
};

// Calls work(0) .. work(count-1) in forked children; `done` is called in this process with each outcome, in
// the order they end, and `tick` at least twice a second; what either throws ends all of it. Children die
// with this process.
void run_points(std::size_t count, const RunnerOptions& options,
                const std::function<std::string(std::size_t)>& work,
                const std::function<void(std::size_t, Outcome)>& done, const std::function<void()>& tick);

}  // namespace tandem::sweep
