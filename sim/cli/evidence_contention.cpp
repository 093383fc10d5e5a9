// SPDX-License-Identifier: Apache-2.0
// Two clusters running side by side, against a board: nothing is fitted to it.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "models/core/locate.h"
#include "sim/cli/children.h"
#include "sim/cli/evidence.h"
#include "sim/cli/session.h"

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

double latency_ms(const Pair& pair, bool side_by_side) {
  std::vector<std::string> settings = {"platform=rk3399pro", fmt::format("network={}", pair.network),
                                       "precision=fp32", "schedule.planner=cpu-only",
                                       fmt::format("schedule.cores=[\"{}\"]", pair.own)};
  if (side_by_side) {
    settings.push_back(fmt::format("beside=[{{network=\"{}\",cores=[\"{}\"]}}]", pair.network, pair.other));
  }
  const Session session = open_session("quickstart", settings);
  return static_cast<double>(simulate(session, schedule_for(session), false).latency.raw()) * 1e-9;
}

}  // namespace

std::vector<Evidence> contention_evidence() {
  const int count = static_cast<int>(std::size(kPairs));
  const std::vector<std::string> texts = run_in_children(
      2 * count, 2, [&](int i) { return fmt::format("{}", latency_ms(kPairs[i / 2], i % 2 == 1)); },
      [](int) {});
  std::vector<Evidence> rows;
  for (int i = 0; i < count; ++i) {
    const Pair& pair = kPairs[i];
    const auto at = static_cast<std::size_t>(2 * i);
    const double slower = 100 * (std::stod(texts[at + 1]) / std::stod(texts[at]) - 1);
    // Held against the nearer end of what was measured.
    rows.push_back({"contention", fmt::format("{} on {} slows beside {}", pair.network, pair.own, pair.other),
                    "RK3399Pro, published", "%", std::clamp(slower, pair.low, pair.high), slower,
                    Bound::points, 8, false});
  }
  return rows;
}

}  // namespace tandem::cli
