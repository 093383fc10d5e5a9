// SPDX-License-Identifier: Apache-2.0
#include "models/energy/platform_activity.h"

namespace tandem::energy {

ClusterActivity activity_of(const spec::Cluster& cluster) {
  ClusterActivity activity;
  activity.name = cluster.name;
  activity.cores = cluster.cores;
  activity.dynamic_uw_per_mhz_v2 = cluster.core_dynamic_uw_per_mhz_v2;
  activity.stall_activity = cluster.stall_activity;
  activity.poll_activity = cluster.poll_activity;
  activity.core_static = cluster.core_static;
  activity.cluster_static = cluster.cluster_static;
  activity.highest_millivolts = cluster.operating_points.back().millivolts;
  activity.l2_access_pj = cluster.l2_access_pj;
  return activity;
}

AcceleratorActivity activity_of(const spec::Accelerator& accelerator) {
  AcceleratorActivity activity;
  activity.name = accelerator.name;
  activity.pj_per_mac = accelerator.energy_pj_per_mac;
  activity.pj_per_buffer_access = accelerator.buffer_access_pj;
  activity.pj_per_beat = accelerator.bus_beat_pj;
  activity.idle = accelerator.idle;
  return activity;
}

void set_energy(const RunActivity& activity, spec::RunResult& result) {
  for (const auto& [name, energy] : energy_by_component(activity)) {
    const Picojoules per_image(energy.raw() / result.images);
    result.energy_parts[name] = per_image;
    result.energy += per_image;
  }
}

}  // namespace tandem::energy
