// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include "sim/cli/terminal_line.h"

namespace tandem::cli {

using std::chrono::steady_clock;

Progress::Progress(std::string what)
    : what_(std::move(what)),
      visible_(isatty(STDERR_FILENO) != 0),
      start_(steady_clock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (drawn_) clear_line();
}

void Progress::step(int done, int all) {
  if (!visible_ || all <= 0) return;
  const auto now = steady_clock::now();
  if (drawn_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  drawn_ = true;
  const std::chrono::duration<double> elapsed = now - start_;
  const double left = done > 0 ? elapsed.count() / done * (all - done) : 0.0;
  draw_line(fmt::format("{}  {}/{}  {:.0f} %  {:.0f} s left", what_, done, all, 100.0 * done / all, left));
}

}  // namespace tandem::cli
