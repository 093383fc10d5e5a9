// SPDX-License-Identifier: Apache-2.0
// Energy of inferences, against a board.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/energy/power_fit.h"
#include "sim/cli/evidence.h"

namespace tandem::cli {
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
    rows.push_back(
        {"energy", fmt::format("board energy of {} on {}, part left out", one.network, one.cluster),
         "Rock Pi N10, power meter", "mJ", one.measured_mj, one.predicted_mj, Bound::within, 15, true});
  }
  return rows;
}

}  // namespace tandem::cli
