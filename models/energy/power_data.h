// SPDX-License-Identifier: Apache-2.0
// Measured power, from configs/calibration: what the power constants are fitted to.
#pragma once

#include <string>
#include <vector>

#include "models/core/quantity.h"

namespace tandem::energy {

// Board power while one cluster of an RK3399Pro runs one part of a network.
struct PartPower {
  std::string network, cluster;  // "alexnet", "a72x2"
  int part = 0;
  int cores = 0;
  double megahertz = 0, volts = 0;
  double milliseconds = 0;
  double measured_mw = 0;
  // Share of the time that a faster clock would not shorten: b / t of t = a / f + b, a line through the
  // part's times at 816 MHz and above (below, the first parts are contaminated by loading).
  double stalled = 0;
};

// Active power (idle subtracted) of a Kirin 960 while `cores` cores of one cluster run a power virus.
struct VirusPower {
  std::string core;  // "a73"
  int cores = 0;
  double megahertz = 0, volts = 0;
  double coefficient = 0;  // the device tree's, uW/MHz/V^2
  double measured_mw = 0;
};

struct PowerData {
  std::vector<PartPower> parts;  // those that compute, in file order
  std::vector<VirusPower> virus;
};

// InputError naming file and line where one cannot be read.
PowerData read_power_data();

}  // namespace tandem::energy
