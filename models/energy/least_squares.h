// SPDX-License-Identifier: Apache-2.0
// Weighted linear least squares by the normal equations: for a handful of unknowns.
#pragma once

#include <vector>

namespace tandem::energy {

struct Equation {
  std::vector<double> factors;  // of the unknowns
  double value = 0;
  double weight = 1;  // of the squared residual
};

// The unknowns of least weighted squared residuals. All equations have as many factors. Throws
// std::invalid_argument when they do not determine the unknowns.
std::vector<double> least_squares(const std::vector<Equation>& equations);

}  // namespace tandem::energy
