// SPDX-License-Identifier: Apache-2.0
// The calibration of the power constants as tables: constants, residuals, cross-validation, bars.
#pragma once

#include <string>

#include "models/energy/power_data.h"
#include "models/energy/power_fit.h"

namespace tandem::energy {

// What is demanded of board power and energy, percent.
inline constexpr double kPowerBarPercent = 15.0;

// Fits, cross-validates and says how far each figure is off.
std::string power_text(const PowerData& data);

// A row for every measured part: measured, fitted, and predicted by the fits that did not see it.
std::string power_csv(const PowerData& data);

}  // namespace tandem::energy
