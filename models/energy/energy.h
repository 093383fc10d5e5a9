// SPDX-License-Identifier: Apache-2.0
// Energy of a run from what was active for how long. First version: dynamic power C*f*V^2 of busy cores,
// static power of all, accelerator per MAC and idle, interconnect and DRAM per byte and background, board.
// Ignored: temperature, power gating, L2 beside its share in the core's coefficient.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/core/quantity.h"

namespace tandem::energy {

struct ClusterActivity {
  std::string name;
  double dynamic_uw_per_mhz_v2 = 0;
  Hertz frequency{0};
  int millivolts = 0;
  int cores = 0;
  Milliwatts core_static{0};
  Picoseconds busy{0};  // sum over the cores
};

struct AcceleratorActivity {
  std::string name;
  double pj_per_mac = 0;
  Milliwatts idle{0};
  std::int64_t macs = 0;
};

struct RunActivity {
  Picoseconds duration{0};
  std::vector<ClusterActivity> clusters;
  std::vector<AcceleratorActivity> accelerators;
  std::int64_t bus_bytes = 0;
  double bus_pj_per_byte = 0;
  std::int64_t dram_bytes = 0;
  double dram_pj_per_byte = 0;
  Milliwatts dram_background{0};
  Milliwatts board{0};
};

// By component; the run's energy is their sum.
std::map<std::string, Picojoules> energy_by_component(const RunActivity& activity);

// mW * ps = 1e-3 pJ
constexpr Picojoules energy_over(Milliwatts power, Picoseconds time) {
  return Picojoules(power.raw() * static_cast<double>(time.raw()) * 1e-3);
}
Milliwatts core_dynamic_power(const ClusterActivity& cluster);  // of one busy core

}  // namespace tandem::energy
