// SPDX-License-Identifier: Apache-2.0
// Six power constants, fitted to measured boards by least squares of the relative error, and how well they
// predict what they were not fitted to.
//
//   RK3399Pro, board   base + C n f V^2 ((1 - w) + s w) + m w     w: share of the time stalled for memory
//   Kirin 960, active  k C_dt n f V^2 + m                         C_dt: the device tree's coefficient
//
// C is of the A72 or the A53, n the busy cores. Without stalls the memory system's power is part of `base`,
// which a measurement of the board alone cannot take apart; the virus is taken to keep memory busy. The
// voltage enters squared only: leakage cannot be told from the rest by these measurements.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/energy/power_data.h"

namespace tandem::energy {

struct PowerConstants {
  double base_mw = 0;         // RK3399Pro board with idle cores
  double a72 = 0, a53 = 0;    // uW/MHz/V^2 of a computing core, its share of L2 included
  double stall_activity = 0;  // dynamic power of a core stalled for memory, of that of a computing one
  double memory_mw = 0;       // interconnect, controller, PHY and DRAM while the cores wait for them
  double kirin_scale = 0;     // of the device tree's coefficients
};

double predict(const PartPower& part, const PowerConstants& constants);
double predict(const VirusPower& row, const PowerConstants& constants);

PowerConstants fit_power(const PowerData& data);

// Every part predicted by constants fitted without its fold; `fold` names it. The virus stays in every fit.
using Fold = std::function<std::string(const PartPower&)>;
std::vector<double> cross_validate(const PowerData& data, const Fold& fold);
// Parts of one shape are one fold: MobileNetV1's five pairs on 512 channels of 14x14 (parts 7 to 11).
std::string fold_by_shape(const PartPower& part);
std::string fold_by_frequency(const PartPower& part);

// One inference: all parts of a network on one cluster at one frequency.
struct InferencePower {
  std::string network, cluster;
  double megahertz = 0;
  double milliseconds = 0;
  double measured_mj = 0, predicted_mj = 0;
  [[nodiscard]] double error_percent() const { return 100.0 * (predicted_mj / measured_mj - 1.0); }
};
// `predicted_mw` stands beside data.parts. The times are the measured ones.
std::vector<InferencePower> inferences(const PowerData& data, const std::vector<double>& predicted_mw);

}  // namespace tandem::energy
