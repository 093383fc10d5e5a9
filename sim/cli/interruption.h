// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM of work that can go on later: the first is remembered, so that what was reached can be
// kept and said; the second is obeyed.
#pragma once

#include <exception>

namespace tandem::cli {

class Interrupted : public std::exception {
 public:
  explicit Interrupted(int signal) : signal_(signal) {}
  [[nodiscard]] const char* what() const noexcept override { return "interrupted"; }
  [[nodiscard]] int exit_code() const { return 128 + signal_; }  // as a shell reports it

 private:
  int signal_;
};

// While it lives.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
};

// Throws Interrupted after a signal.
void stop_if_interrupted();

}  // namespace tandem::cli
