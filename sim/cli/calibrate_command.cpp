// SPDX-License-Identifier: Apache-2.0
// `tandem calibrate PLATFORM`: fits the rates of the platform's core types to measured times of network
// parts. What memory costs comes from simulating each part on the platform; the rest of a measured time is
// what the rates have to explain (models/cpu/calibration.h). Simulated and fitted in rounds, because the
// rates change when cores meet on the bus.
#include <fmt/format.h>

#include <fstream>

#include "dse/report/calibration_report.h"
#include "models/core/error.h"
#include "models/cpu/cross_validation.h"
#include "sim/cli/commands.h"
#include "sim/cli/part_experiments.h"

namespace tandem::cli {

using cpu::Costs;
using cpu::Observation;

int calibrate_command(const std::string& platform, const std::string& measured, const std::string& parts,
                      int rounds, const std::string& csv) {
  PartExperiments calibration = open_part_experiments(platform, measured, parts);
  std::map<std::string, std::vector<Observation>> observed;
  std::map<std::string, Costs> costs;
  for (int round = 0; round < rounds; ++round) {
    observed = calibration.observe();
    for (spec::Cluster& cluster : calibration.platform.clusters) {
      const auto own = observed.find(cluster.name);
      if (own == observed.end()) continue;
      costs[cluster.name] = cpu::fit_parts(own->second);
      cpu::set_costs(costs[cluster.name], cluster.core, cluster.kernel_launch);
    }
  }
  for (const auto& [cluster, observations] : observed) {
    fmt::print("{}", report::calibration_text(cluster, observations, costs[cluster]));
  }
  if (!csv.empty() && !(std::ofstream(csv) << report::calibration_csv(observed, costs)).flush()) {
    throw InputError({csv, 0, 0}, "", "cannot be written");
  }
  return 0;
}

}  // namespace tandem::cli
