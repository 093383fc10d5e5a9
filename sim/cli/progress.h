// SPDX-License-Identifier: Apache-2.0
// One line of progress with the time left, on stderr; silent when that is no terminal.
#pragma once

#include <chrono>
#include <string>

namespace tandem::cli {

class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void step(int done, int all);

 private:
  std::string what_;
  bool visible_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace tandem::cli
