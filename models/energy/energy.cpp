// SPDX-License-Identifier: Apache-2.0
#include "models/energy/energy.h"

namespace tandem::energy {

namespace {

constexpr std::int64_t kWordBytes = 16;

Picojoules each(double picojoules, std::int64_t times) {
  return Picojoules(picojoules * static_cast<double>(times));
}

Picojoules static_energy(Milliwatts at_highest, const ClusterActivity& cluster) {
  Picojoules sum{0};
  for (const PointActivity& point : cluster.points) {
    const double share = static_cast<double>(point.millivolts) / cluster.highest_millivolts;
    sum += energy_over(Milliwatts(at_highest.raw() * share), point.time);
  }
  return sum;
}

Picojoules core_energy(const ClusterActivity& cluster) {
  Picojoules sum = static_energy(Milliwatts(cluster.core_static.raw() * cluster.cores), cluster);
  for (const PointActivity& point : cluster.points) {
    const Milliwatts computing = core_dynamic_power(cluster.dynamic_uw_per_mhz_v2, point);
    sum += energy_over(computing, point.computing);
    sum += energy_over(Milliwatts(computing.raw() * cluster.stall_activity), point.stalled);
    sum += energy_over(Milliwatts(computing.raw() * cluster.poll_activity), point.polling);
  }
  return sum;
}

Picojoules dram_energy(const DramActivity& dram, Picoseconds duration) {
  return each(dram.part.activate_pj, dram.activates) + each(dram.part.read_pj, dram.reads) +
         each(dram.part.write_pj, dram.writes) + each(dram.part.refresh_pj, dram.refreshes) +
         energy_over(dram.part.background, duration) + each(dram.pj_per_byte, dram.bytes) +
         energy_over(dram.background, duration);
}

}  // namespace

Milliwatts core_dynamic_power(double uw_per_mhz_v2, const PointActivity& point) {
  const double volts = point.millivolts * 1e-3;
  const double megahertz = static_cast<double>(point.frequency.raw()) * 1e-6;
  return Milliwatts(uw_per_mhz_v2 * megahertz * volts * volts * 1e-3);
}

std::int64_t buffer_accesses(const accelerator::Array& array, Cycles steps, std::int64_t loaded_bytes) {
  const std::int64_t words = divide_up(array.tn, kWordBytes) + divide_up(array.macs(), kWordBytes);
  return steps.raw() * words + divide_up(loaded_bytes, kWordBytes);
}

std::map<std::string, Picojoules> energy_by_component(const RunActivity& activity) {
  std::map<std::string, Picojoules> parts;
  for (const ClusterActivity& cluster : activity.clusters) {
    parts[cluster.name] = core_energy(cluster);
    parts[cluster.name + "_l2"] =
        static_energy(cluster.cluster_static, cluster) + each(cluster.l2_access_pj, cluster.l2_accesses);
  }
  for (const AcceleratorActivity& unit : activity.accelerators) {
    parts[unit.name] = each(unit.pj_per_mac, unit.macs) +
                       each(unit.pj_per_buffer_access, unit.buffer_accesses) +
                       each(unit.pj_per_beat, unit.beats) + energy_over(unit.idle, activity.duration);
  }
  parts["interconnect"] = each(activity.bus_pj_per_byte, activity.bus_bytes);
  parts["dram"] = dram_energy(activity.dram, activity.duration);
  parts["board"] = energy_over(activity.board, activity.duration);
  return parts;
}

}  // namespace tandem::energy
