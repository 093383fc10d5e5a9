// SPDX-License-Identifier: Apache-2.0
// Energy of a run by component, from what was active for how long and how often.
//
//  cores         dynamic C f V^2 of every core while it computes; a share of that while it is stalled for
//                memory or polls; nothing while it sleeps (WFI). Static by core, in proportion to the
//                voltage.
//  L2            static by cluster, likewise; each line read or written
//  interconnect  each byte that crossed it, register accesses included
//  dram          ACTIVATE, READ, WRITE, REFRESH, background (dram_power.h); controller and PHY by byte and by
//                time
//  accelerator   each useful MAC, each 16-byte word of its buffers, each beat of its bus port; idle power
//  board         all the rest, by time
//
// Ignored: temperature, power gating, what a change of the operating point itself costs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/accelerator/array.h"
#include "models/core/quantity.h"
#include "models/energy/dram_power.h"

namespace tandem::energy {

// A cluster's stay at one operating point; times of its cores are sums over them.
struct PointActivity {
  Hertz frequency{0};
  int millivolts = 0;
  Picoseconds time{0};
  Picoseconds computing{0}, stalled{0}, polling{0};
};

struct ClusterActivity {
  std::string name;
  int cores = 0;
  double dynamic_uw_per_mhz_v2 = 0;
  double stall_activity = 1, poll_activity = 1;  // of a computing core's dynamic power
  Milliwatts core_static{0}, cluster_static{0};  // at the highest operating point
  int highest_millivolts = 1000;
  std::vector<PointActivity> points;
  std::int64_t l2_accesses = 0;  // lines
  double l2_access_pj = 0;
};

struct AcceleratorActivity {
  std::string name;
  double pj_per_mac = 0, pj_per_buffer_access = 0, pj_per_beat = 0;
  Milliwatts idle{0};
  std::int64_t macs = 0;
  std::int64_t buffer_accesses = 0;  // 16-byte words
  std::int64_t beats = 0;            // of its master port, both directions
};

struct DramActivity {
  DramPower part;
  std::int64_t activates = 0, reads = 0, writes = 0, refreshes = 0;  // of all channels
  std::int64_t bytes = 0;
  double pj_per_byte = 0;    // controller and PHY
  Milliwatts background{0};  // controller and PHY
};

struct RunActivity {
  Picoseconds duration{0};
  std::vector<ClusterActivity> clusters;
  std::vector<AcceleratorActivity> accelerators;
  std::int64_t bus_bytes = 0;
  double bus_pj_per_byte = 0;
  DramActivity dram;
  Milliwatts board{0};
};

// By component: "a53", "a53_l2", "accelerator0", "interconnect", "dram", "board". The run's energy is their
// sum, taken in this order.
std::map<std::string, Picojoules> energy_by_component(const RunActivity& activity);

// mW * ps = 1e-3 pJ
constexpr Picojoules energy_over(Milliwatts power, Picoseconds time) {
  return Picojoules(power.raw() * static_cast<double>(time.raw()) * 1e-3);
}
Milliwatts core_dynamic_power(double uw_per_mhz_v2, const PointActivity& point);  // of one computing core

// Words of 16 bytes that cross the array's buffers: a step reads Tn bytes of features and Tm x Tn of weights,
// and what the bus loads is written once.
std::int64_t buffer_accesses(const accelerator::Array& array, Cycles steps, std::int64_t loaded_bytes);

}  // namespace tandem::energy
