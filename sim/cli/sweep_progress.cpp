// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "sim/cli/interruption.h"
#include "sim/cli/terminal_line.h"

namespace tandem::cli {

namespace {

std::string duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

SweepProgress::SweepProgress(std::string name, std::size_t& reached)
    : name_(std::move(name)),
      reached_(reached),
      terminal_(isatty(STDERR_FILENO) != 0),
      stage_begin_(Clock::now()),
      last_(stage_begin_) {}

SweepProgress::~SweepProgress() {
  if (drawn_) clear_line();
}

void SweepProgress::stage(const std::string& what, std::size_t points) {
  if (what == stage_) {  // the next generation
    asked_ += points;
  } else {
    stage_ = what;
    asked_ = points;
    done_ = failed_ = computed_ = 0;
    stage_begin_ = Clock::now();
  }
  tick();
}

void SweepProgress::point(bool computed, bool ok, const std::string& best) {
  ++done_;
  ++reached_;
  computed_ += computed ? 1 : 0;
  failed_ += ok ? 0 : 1;
  best_ = best;
  tick();
}

void SweepProgress::tick() {
  stop_if_interrupted();
  const auto since = Clock::now() - last_;
  if (since < (terminal_ ? Clock::duration(std::chrono::milliseconds(200))
                         : Clock::duration(std::chrono::minutes(1))))
    return;
  last_ = Clock::now();
  const double elapsed = std::chrono::duration<double>(last_ - stage_begin_).count();
  const double rate = elapsed > 0 ? static_cast<double>(computed_) / elapsed : 0;
  const std::string left = rate > 0 ? duration(static_cast<double>(asked_ - done_) / rate) + " left" : "";
  const std::string line = fmt::format("{}{}{}: {} of {} done, {} failed, {:.3g} points/s{}{}{}{}", name_,
                                       stage_.empty() ? "" : " ", stage_, done_, asked_, failed_, rate,
                                       left.empty() ? "" : ", ", left, best_.empty() ? "" : ", best ", best_);
  if (terminal_) {
    draw_line(line);
    drawn_ = true;
  } else {
    fmt::print(stderr, "{}\n", line);
    std::fflush(stderr);
  }
}

}  // namespace tandem::cli
