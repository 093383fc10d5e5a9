// SPDX-License-Identifier: Apache-2.0
// How a sweep goes: one line that redraws itself on a terminal, else a line a minute, both on stderr. Every
// call may throw Interrupted (sim/cli/interruption.h).
#pragma once

#include <chrono>
#include <string>

#include "dse/sweep/conduct.h"

namespace tandem::cli {

class SweepProgress : public sweep::Watcher {
 public:
  // `reached` counts the points that are there, over all stages; it outlives this.
  SweepProgress(std::string name, std::size_t& reached);
  ~SweepProgress() override;
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;

  void stage(const std::string& what, std::size_t points) override;
  void point(bool computed, bool ok, const std::string& best) override;
  void tick() override;

 private:
  using Clock = std::chrono::steady_clock;

  std::string name_, stage_, best_;
  std::size_t& reached_;
  bool terminal_;
  bool drawn_ = false;
  std::size_t asked_ = 0, done_ = 0, failed_ = 0, computed_ = 0;  // of this stage
  Clock::time_point stage_begin_, last_;
};

}  // namespace tandem::cli
