// SPDX-License-Identifier: Apache-2.0
// How far fitted rates are off, on what they were fitted to and on what they did not see.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/cpu/calibration.h"

namespace tandem::cpu {

// The fit to parts and, beside them, to each network at each frequency as a whole: what is a little too short
// in every part is too short by as much in all.
Costs fit_parts(const std::vector<Observation>& parts);

double error_of(const Costs& costs, const Observation& one);  // predicted / measured - 1, memory included

// Errors when the costs are fitted without all that has the same key as what is predicted.
using Key = std::function<std::string(const Observation&)>;
std::vector<double> errors_left_out(const std::vector<Observation>& observations, const Key& key);

std::string key_of_shape(const Observation& one);  // parts of one shape do the same work
std::string key_of_frequency(const Observation& one);
std::string key_of_network(const Observation& one);

struct ErrorSummary {
  std::size_t count = 0;
  double mean = 0, worst = 0;    // of the absolute errors
  double within_15_percent = 0;  // share of the rows
};
ErrorSummary summarise(const std::vector<double>& errors);

}  // namespace tandem::cpu
