// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/run_energy.h"

#include <cstddef>

#include "models/energy/platform_activity.h"

namespace tandem::sim {

namespace {

energy::ClusterActivity cluster_activity(const EnergySources& sources, std::size_t index, Picoseconds end) {
  const spec::Cluster& cluster = sources.platform.clusters[index];
  const auto number = static_cast<int>(index);
  energy::ClusterActivity activity = energy::activity_of(cluster);
  activity.points = sources.cores.activity(number, end);
  activity.l2_accesses = sources.caches.accesses(number);
  return activity;
}

energy::AcceleratorActivity accelerator_activity(const EnergySources& sources, std::size_t index,
                                                 std::int64_t macs) {
  const spec::Accelerator& own = sources.platform.accelerators[index];
  const BusMasterCounters& traffic = sources.accelerators[index]->traffic();
  energy::AcceleratorActivity activity = energy::activity_of(own);
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
  energy::set_energy(activity, result);
}

}  // namespace tandem::sim
