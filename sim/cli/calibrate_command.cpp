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
#include "models/lowering/resources.h"
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
    for (const auto& [resource, observations] : observed) {
      costs[resource] = cpu::fit_parts(observations);
      const lowering::Resource cores = *lowering::find_resource(calibration.platform, resource);
      spec::Cluster& cluster = calibration.platform.clusters[static_cast<std::size_t>(cores.cluster)];
      cpu::set_costs(costs[resource], cluster.core, cluster.kernel_launch);
    }
  }
  for (const auto& [resource, observations] : observed) {
    fmt::print("{}", report::calibration_text(resource, observations, costs[resource]));
  }
  if (!csv.empty() && !(std::ofstream(csv) << report::calibration_csv(observed, costs)).flush()) {
    throw InputError({csv, 0, 0}, "", "cannot be written");
  }
  return 0;
}

}  // namespace tandem::cli
