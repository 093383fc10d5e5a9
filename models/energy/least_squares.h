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

// The same for rows of factors and their values, none zero, with relative residuals: a small value counts as
// much as a large one. Factors may be of very different sizes.
std::vector<double> relative_least_squares(const std::vector<std::vector<double>>& factors,
                                           const std::vector<double>& values);

}  // namespace tandem::energy
