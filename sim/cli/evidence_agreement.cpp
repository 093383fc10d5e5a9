// SPDX-License-Identifier: Apache-2.0
// The levels of fidelity against each other, on whole networks.
#include <fmt/format.h>

#include "sim/cli/evidence.h"
#include "sim/cli/evidence_runs.h"

namespace tandem::cli {
namespace {

struct Pair {
  std::string claim;
  std::vector<std::string> reference, ours;  // settings
};

std::vector<std::string> settings(const char* platform, const char* network, const char* planner,
                                  const char* cpu, const char* accelerator) {
  return {fmt::format("platform={}", platform),
          fmt::format("network={}", network),
          "images=1",
          fmt::format("schedule.planner={}", planner),
          fmt::format("fidelity.cpu={}", cpu),
          fmt::format("fidelity.accelerator={}", accelerator)};
}

std::vector<Evidence> compare(const char* suite, const char* reference, double tolerance, const char* why,
                              const std::vector<Pair>& pairs) {
  std::vector<std::vector<std::string>> runs;
  for (const Pair& pair : pairs) {
    runs.push_back(pair.reference);
    runs.push_back(pair.ours);
  }
  const std::vector<double> times = simulate_runs(runs);
  std::vector<Evidence> rows;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    rows.push_back({suite, pairs[i].claim, reference, "ms", times[2 * i], times[2 * i + 1], Bound::within,
                    tolerance, false, why});
  }
  return rows;
}

constexpr const char* kNetworks[] = {"alexnet",  "googlenet",  "mobilenet_v1",   "resnet18",
                                     "resnet50", "squeezenet", "squeezenet_v1_1"};

}  // namespace

std::vector<Evidence> agreement_evidence() {
  std::vector<Pair> pairs;
  for (const char* const platform : {"ultra96", "zcu104", "edge_soc"}) {
    for (const char* const network : kNetworks) {
      for (const char* const planner : {"accelerator-only", "cosched"}) {
        pairs.push_back({fmt::format("analytic: {} on {}, {}", network, platform, planner),
                         settings(platform, network, planner, "tile", "model"),
                         settings(platform, network, planner, "analytic", "analytic")});
      }
    }
  }
  return compare("agreement", "tile level and cycle model", 5,
                 "The closed form shares the memory out by means over a layer, not burst by burst.", pairs);
}

// The cycle model in the accelerator's place, everything around it the same.
std::vector<Evidence> model_evidence() {
  std::vector<Pair> pairs;
  for (const char* const network : {"tiny", "squeezenet_v1_1", "mobilenet_v1", "alexnet"}) {
    for (const char* const planner : {"accelerator-only", "cosched"}) {
      pairs.push_back({fmt::format("cycle model: {} on ultra96, {}", network, planner),
                       settings("ultra96", network, planner, "tile", "rtl"),
                       settings("ultra96", network, planner, "tile", "model")});
    }
  }
  return compare("model", "Verilated RTL", 1, "", pairs);
}

}  // namespace tandem::cli
