// SPDX-License-Identifier: Apache-2.0
// Two clusters running side by side, against a board: nothing is fitted to it.
#include <fmt/format.h>

#include <string>

#include "sim/cli/evidence.h"
#include "sim/cli/evidence_runs.h"

namespace tandem::cli {
namespace {

struct Pair {
  const char *network, *own, *other;
  double low, high;  // percent by which `own` slows while `other` runs the same network
};

// Published for Pipe-it's authors' later board, the RK3399Pro: the big cluster 16 to 18 %, the LITTLE 28 to
// 40 %.
constexpr Pair kPairs[] = {{"alexnet", "a72x2", "a53x4", 16, 18},
                           {"alexnet", "a53x4", "a72x2", 28, 40},
                           {"resnet50", "a72x2", "a53x4", 16, 18},
                           {"resnet50", "a53x4", "a72x2", 28, 40}};

constexpr double kPoints = 8;

constexpr const char* kWhy =
    "AlexNet's fully connected layers on both clusters share one limit of what the memory gives such "
    "streams, here in equal parts; the board seems to favour its big cluster. Of other layers queueing at "
    "the simulated memory, which both clusters leave far from full, explains a percent or two. What else the "
    "board's clusters share (the operating system on cores that are idle otherwise, the heat) is not "
    "published; nothing was fitted to these figures.";

std::vector<std::string> run_of(const Pair& pair, bool side_by_side) {
  std::vector<std::string> settings = {"platform=rk3399pro", fmt::format("network={}", pair.network),
                                       "precision=fp32", "schedule.planner=cpu-only",
                                       fmt::format("schedule.cores=[\"{}\"]", pair.own)};
  if (side_by_side) {
    settings.push_back(fmt::format("beside=[{{network=\"{}\",cores=[\"{}\"]}}]", pair.network, pair.other));
  }
  return settings;
}

}  // namespace

std::vector<Evidence> contention_evidence() {
  std::vector<std::vector<std::string>> runs;
  for (const Pair& pair : kPairs) {
    runs.push_back(run_of(pair, false));
    runs.push_back(run_of(pair, true));
  }
  const std::vector<double> times = simulate_runs(runs);
  std::vector<Evidence> rows;
  for (const Pair& pair : kPairs) {
    const double slower = 100 * (times[2 * rows.size() + 1] / times[2 * rows.size()] - 1);
    // Within so many points of the measured range, written as its middle and half of it more.
    rows.push_back({"contention", fmt::format("{} on {} slows beside {}", pair.network, pair.own, pair.other),
                    fmt::format("RK3399Pro, published {:g} to {:g} %", pair.low, pair.high), "%",
                    (pair.low + pair.high) / 2, slower, Bound::points, kPoints + (pair.high - pair.low) / 2,
                    false, kWhy});
  }
  return rows;
}

}  // namespace tandem::cli
