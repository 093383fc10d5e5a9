// SPDX-License-Identifier: Apache-2.0
// How a sweep goes: one line that redraws itself on a terminal, else a line a minute, both on stderr.
#pragma once

#include <chrono>
#include <string>

#include "dse/sweep/conduct.h"

namespace tandem::cli {

class SweepProgress : public sweep::Watcher {
 public:
  explicit SweepProgress(std::string name);
  ~SweepProgress() override;
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;

  void stage(const std::string& what, std::size_t points) override;
  void point(bool computed, bool ok, const std::string& best) override;
  void tick();  // while nothing happens

 private:
  using Clock = std::chrono::steady_clock;

  std::string name_, stage_, best_;
  bool terminal_;
  bool drawn_ = false;
  std::size_t asked_ = 0, done_ = 0, failed_ = 0, computed_ = 0;  // of this stage
  Clock::time_point stage_begin_, last_;
};

}  // namespace tandem::cli
