// SPDX-License-Identifier: Apache-2.0
// The calibration of one core group as text and as rows.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/cpu/calibration.h"

namespace tandem::report {

// Parts and networks at the highest frequency, errors over all rows and cross-validated, the costs.
std::string calibration_text(const std::string& cluster, const std::vector<cpu::Observation>& observations,
                             const cpu::Costs& costs);

// Every row with its work, by cluster.
std::string calibration_csv(const std::map<std::string, std::vector<cpu::Observation>>& observed,
                            const std::map<std::string, cpu::Costs>& costs);

}  // namespace tandem::report
