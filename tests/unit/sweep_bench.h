// SPDX-License-Identifier: Apache-2.0
// Sweeps over a made-up function instead of runs.
#pragma once

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "dse/sweep/conduct.h"

namespace tandem::test {

// A folder of its own, gone with it.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("tandem_sweep_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

inline const char* const kTwoAxes =
    "base = \"quickstart\"\n"
    "[[axis]]\nname = \"x\"\nkey = \"images\"\nrange = [1, 20]\n"
    "[[axis]]\nname = \"y\"\nkey = \"seed\"\nrange = [0, 19]\n"
    "[[objective]]\nname = \"cost\"\nvalue = \"cost\"\n"
    "[[objective]]\nname = \"time\"\nvalue = \"time\"\n";

inline double number_in(const std::vector<std::string>& assignments, const std::string& key) {
  for (const std::string& assignment : assignments) {
    if (assignment.starts_with(key + "=")) return std::stod(assignment.substr(key.size() + 1));
  }
  return 0;
}

// cost grows with x, time falls with it; y off its best makes both worse.
inline sweep::Metrics made_up(const std::vector<std::string>& assignments) {
  const double x = number_in(assignments, "images"), y = number_in(assignments, "seed");
  const double off = (y - 7) * (y - 7) * 0.05;
  return {{"cost", x + off}, {"time", 100 / x + off}};
}

// In this process; ends with an exception before the job `ends_before`.
class FakeBackend : public sweep::Backend {
 public:
  std::size_t computed = 0, ends_before = static_cast<std::size_t>(-1);
  bool backwards = false;
  void compute(const std::vector<sweep::Job>& jobs, const std::string& level, const Done& done,
               const Tick&) override {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (computed == ends_before) throw std::runtime_error("killed");
      const std::size_t index = backwards ? jobs.size() - 1 - i : i;
      sweep::Metrics metrics = made_up(jobs[index].assignments);
      if (!level.empty()) metrics["time"] *= 1.1;
      sweep::Outcome outcome;
      outcome.metrics = sweep::write_metrics(metrics);
      ++computed;
      done(index, outcome);
    }
  }
};

class Silent : public sweep::Watcher {
 public:
  void stage(const std::string&, std::size_t) override {}
  void point(bool, bool, const std::string&) override {}
  void tick() override {}
};

}  // namespace tandem::test
