// SPDX-License-Identifier: Apache-2.0
#include "models/energy/energy.h"

namespace tandem::energy {

Milliwatts core_dynamic_power(const ClusterActivity& cluster) {
  const double volts = cluster.millivolts * 1e-3;
  const double megahertz = static_cast<double>(cluster.frequency.raw()) * 1e-6;
  return Milliwatts(cluster.dynamic_uw_per_mhz_v2 * megahertz * volts * volts * 1e-3);
}

std::map<std::string, Picojoules> energy_by_component(const RunActivity& activity) {
  std::map<std::string, Picojoules> parts;
  for (const ClusterActivity& cluster : activity.clusters) {
    parts[cluster.name] = energy_over(core_dynamic_power(cluster), cluster.busy) +
                          energy_over(cluster.core_static, activity.duration * cluster.cores);
  }
  for (const AcceleratorActivity& unit : activity.accelerators) {
    parts[unit.name] = Picojoules(unit.pj_per_mac * static_cast<double>(unit.macs)) +
                       energy_over(unit.idle, activity.duration);
  }
  parts["interconnect"] = Picojoules(activity.bus_pj_per_byte * static_cast<double>(activity.bus_bytes));
  parts["dram"] = Picojoules(activity.dram_pj_per_byte * static_cast<double>(activity.dram_bytes)) +
                  energy_over(activity.dram_background, activity.duration);
  parts["board"] = energy_over(activity.board, activity.duration);
  return parts;
}

}  // namespace tandem::energy
