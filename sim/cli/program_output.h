// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace tandem::cli {

struct ProgramOutput {
  int code = 0;             // as a shell gives it; 127: there is no such program
  std::string out, errors;  // what it wrote to stdout and stderr
};

// Runs a program of the PATH with these arguments and waits for its end; its stdin is empty. SimulationError
// when no process can be started.
ProgramOutput run_program(const std::vector<std::string>& arguments);

}  // namespace tandem::cli
