// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "models/cpu/cross_validation.h"
#include "models/energy/power_fit.h"
#include "models/memory/dram_rates.h"
#include "models/memory/dram_spec.h"
#include "sim/cli/part_experiments.h"

namespace tandem::cli {

bool Evidence::pass() const { return at_least ? figure >= expected : std::abs(error()) <= tolerance; }

namespace {

constexpr const char* kBoard = "Rock Pi N10, ARM Compute Library";

// Parts and networks at the highest operating points.
std::vector<Evidence> cpu_evidence() {
  PartExperiments experiments = open_part_experiments(
      "rk3399pro", "configs/calibration/armcl_rk3399pro_parts.csv", "configs/calibration/parts.toml");
  std::map<std::string, Hertz> top;
  for (const Experiment& one : experiments.experiments) {
    Hertz& highest = top.try_emplace(one.resource, Hertz(0)).first->second;
    highest = std::max(highest, one.frequency);
  }
  std::erase_if(experiments.experiments,
                [&](const Experiment& one) { return one.frequency != top.at(one.resource); });
  std::vector<Evidence> rows;
  for (const auto& [resource, observations] : experiments.observe()) {
    const int count = std::stoi(resource.substr(resource.rfind('x') + 1));
    const std::string name = resource.substr(0, resource.rfind('x'));
    const auto cluster =
        std::find_if(experiments.platform.clusters.begin(), experiments.platform.clusters.end(),
                     [&](const spec::Cluster& own) { return own.name == name && own.cores >= count; });
    const cpu::Costs costs = cpu::costs_of(cluster->core, cluster->kernel_launch);
    std::vector<double> errors;
    std::map<std::string, std::pair<double, double>> networks;
    for (const cpu::Observation& one : observations) {
      errors.push_back(cpu::error_of(costs, one));
      networks[one.network].first += one.measured_ms;
      networks[one.network].second += cpu::predict_ms(costs, one) + one.memory_ms;
    }
    for (const auto& [network, times] : networks) {
      rows.push_back({"cpu", fmt::format("time of {} on {}", network, resource), kBoard, "ms", times.first,
                      times.second, 4, false, true});
    }
    const cpu::ErrorSummary summary = cpu::summarise(errors);
    rows.push_back({"cpu", fmt::format("mean of 100 % less a part's error, {}", resource), kBoard, "%", 93,
                    100 * (1 - summary.mean), 0, true, true});
    rows.push_back({"cpu", fmt::format("parts within 15 %, {}", resource), kBoard, "%", 90,
                    100 * summary.within_15_percent, 0, true, true});
  }
  return rows;
}

std::vector<Evidence> memory_evidence() {
  constexpr int kAccesses = 20'000;
  constexpr std::uint64_t kSeed = 7;
  std::vector<Evidence> rows;
  for (const std::string& name : memory::dram_names()) {
    const memory::DramSpec& part = *memory::find_dram(name);
    const memory::DramRates implied = memory::implied_rates(part);
    const memory::DramRates ordinary =
        memory::simulated_rates(part, memory::SchedulerSpec{}, kAccesses, kSeed);
    const memory::DramRates far_looking =
        memory::simulated_rates(part, memory::far_looking_queue(part), kAccesses, kSeed);
    rows.push_back({"memory", "stream, " + name, "share of the peak", "% of peak", 85,
                    100 * ordinary.stream_share, 0, true, false});
    rows.push_back({"memory", "stream, far-looking queue, " + name, "closed form of its timing", "% of peak",
                    100 * implied.stream_share, 100 * far_looking.stream_share, 1, false, false});
    rows.push_back({"memory", "random rows, " + name, "closed form of its timing", "M/s",
                    implied.random_per_second * 1e-6, ordinary.random_per_second * 1e-6, 2, false, false});
  }
  return rows;
}

// With measured times; constants fitted to the same board's parts, each left out in its own prediction.
std::vector<Evidence> energy_evidence() {
  const energy::PowerData data = energy::read_power_data();
  const std::vector<double> predicted = energy::cross_validate(data, energy::fold_by_shape);
  std::map<std::string, double> top;
  const std::vector<energy::InferencePower> all = energy::inferences(data, predicted);
  for (const energy::InferencePower& one : all) top[one.cluster] = std::max(top[one.cluster], one.megahertz);
  std::vector<Evidence> rows;
  for (const energy::InferencePower& one : all) {
    if (one.megahertz != top[one.cluster]) continue;
    rows.push_back({"energy",
                    fmt::format("board energy of {} on {}, part left out", one.network, one.cluster),
                    "Rock Pi N10, power meter", "mJ", one.measured_mj, one.predicted_mj, 15, false, true});
  }
  return rows;
}

}  // namespace

std::vector<std::string> evidence_suites() { return {"cpu", "energy", "memory"}; }

std::vector<Evidence> collect_evidence(const std::string& suite) {
  if (suite == "cpu") return cpu_evidence();
  if (suite == "energy") return energy_evidence();
  return memory_evidence();
}

}  // namespace tandem::cli
