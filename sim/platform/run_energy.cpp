// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/run_energy.h"

#include <cstddef>

#include "models/energy/energy.h"

namespace tandem::sim {

namespace {

energy::ClusterActivity cluster_activity(const EnergySources& sources, std::size_t index, Picoseconds end) {
  const spec::Cluster& cluster = sources.platform.clusters[index];
  const auto number = static_cast<int>(index);
  energy::ClusterActivity activity;
  activity.name = cluster.name;
  activity.cores = cluster.cores;
  activity.dynamic_uw_per_mhz_v2 = cluster.core_dynamic_uw_per_mhz_v2;
  activity.stall_activity = cluster.stall_activity;
  activity.poll_activity = cluster.poll_activity;
  activity.core_static = cluster.core_static;
  activity.cluster_static = cluster.cluster_static;
  activity.highest_millivolts = cluster.operating_points.back().millivolts;
  activity.points = sources.cores.activity(number, end);
  activity.l2_accesses = sources.caches.accesses(number);
  activity.l2_access_pj = cluster.l2_access_pj;
  return activity;
}

energy::AcceleratorActivity accelerator_activity(const EnergySources& sources, std::size_t index,
                                                 std::int64_t macs) {
  const spec::Accelerator& own = sources.platform.accelerators[index];
  const BusMasterCounters& traffic = sources.accelerators[index]->traffic();
  energy::AcceleratorActivity activity;
  activity.name = own.name;
  activity.pj_per_mac = own.energy_pj_per_mac;
  activity.pj_per_buffer_access = own.buffer_access_pj;
  activity.pj_per_beat = own.bus_beat_pj;
  activity.idle = own.idle;
  activity.macs = macs;
  activity.buffer_accesses = energy::buffer_accesses(
      own.array, sources.accelerators[index]->counters().mac_active, traffic.read_bytes);
  activity.beats = divide_up(traffic.read_bytes, own.array.bus_bytes) +
                   divide_up(traffic.write_bytes, own.array.bus_bytes);
  return activity;
}

energy::DramActivity dram_activity(const EnergySources& sources) {
  const memory::DramCounters counters = sources.dram.counters();
  energy::DramActivity activity;
  activity.part = energy::dram_power(sources.dram.spec().dram);
  activity.activates = counters.activates;
  activity.reads = counters.reads;
  activity.writes = counters.writes;
  activity.refreshes = counters.refreshes;
  const BusPortCounters& port = sources.interconnect.target_counters(0);
  activity.bytes = port.read_bytes + port.write_bytes;
  activity.pj_per_byte = sources.platform.dram.energy_pj_per_byte;
  activity.background = sources.platform.dram.background;
  return activity;
}

}  // namespace

void add_energy(const EnergySources& sources, spec::RunResult& result) {
  energy::RunActivity activity;
  activity.duration = result.total;
  for (std::size_t i = 0; i < sources.platform.clusters.size(); ++i)
    activity.clusters.push_back(cluster_activity(sources, i, result.total));
  for (std::size_t i = 0; i < sources.accelerators.size(); ++i)
    activity.accelerators.push_back(accelerator_activity(sources, i, result.accelerators[i].macs));
  for (std::size_t i = 0; i < sources.interconnect.masters(); ++i) {
    const BusPortCounters& port = sources.interconnect.master_counters(i);
    activity.bus_bytes += port.read_bytes + port.write_bytes;
  }
  activity.bus_pj_per_byte = sources.platform.interconnect.energy_pj_per_byte;
  activity.dram = dram_activity(sources);
  activity.board = sources.platform.base_power;
  for (const auto& [name, energy] : energy::energy_by_component(activity)) {
    const Picojoules per_image(energy.raw() / result.images);
    result.energy_parts[name] = per_image;
    result.energy += per_image;
  }
}

}  // namespace tandem::sim
