// SPDX-License-Identifier: Apache-2.0
// A simulation in a process of its own, so that one test can compare several (SystemC elaborates once a
// process).
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "models/core/end_child.h"
#include "models/core/error.h"
#include "tests/platform/machine_bench.h"

namespace tandem::sim {

struct ChildResult {
  std::string failure;  // what ended the simulation; empty: it finished
  Picoseconds total{0};
  Picojoules energy{0};
  std::map<std::string, Picojoules> parts;
  std::string output_sha256;
};

// What `work` returns in a child process; what ends it instead is thrown here.
inline std::string text_from_child(const std::function<std::string()>& work) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    std::string answer;
    try {
      answer = '+';
      answer += work();
    } catch (const std::exception& error) {
      answer = std::string("-") + error.what();
    }
    const ssize_t written = ::write(ends[1], answer.data(), answer.size());
    end_child(written == static_cast<ssize_t>(answer.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t some = 0; (some = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    answer.append(buffer.data(), static_cast<std::size_t>(some));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (answer.empty()) throw std::runtime_error("the simulating process died");
  if (answer.front() == '-') throw SimulationError(answer.substr(1));
  return answer.substr(1);
}

inline ChildResult run_in_child(const Bench& bench, int images, const MachineOptions& options) {
  ChildResult result;
  std::string answer;
  try {
    answer = text_from_child([&] {
      std::ostringstream text;
      text.precision(17);
      const spec::RunResult run = simulate(bench.platform, bench.model, bench.schedule, images, options);
      const std::string hash = run.output_sha256.empty() ? "none" : run.output_sha256;
      text << run.total.raw() << ' ' << run.energy.raw() << ' ' << hash;
      for (const auto& [name, energy] : run.energy_parts) text << ' ' << name << ' ' << energy.raw();
      return text.str();
    });
  } catch (const SimulationError& error) {
    result.failure = error.what();
    return result;
  }
  std::istringstream words(answer);
  std::int64_t total = 0;
  double energy = 0;
  words >> total >> energy >> result.output_sha256;
  result.total = Picoseconds(total);
  result.energy = Picojoules(energy);
  for (std::string name; words >> name >> energy;) result.parts[name] = Picojoules(energy);
  return result;
}

}  // namespace tandem::sim
