// SPDX-License-Identifier: Apache-2.0
#include "models/energy/least_squares.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace tandem::energy {

std::vector<double> least_squares(const std::vector<Equation>& equations) {
  if (equations.empty()) throw std::invalid_argument("no equations");
  const std::size_t n = equations.front().factors.size();
  std::vector<std::vector<double>> normal(n, std::vector<double>(n + 1, 0.0));
  for (const Equation& equation : equations) {
    for (std::size_t i = 0; i < n; ++i) {
      const double weighted = equation.weight * equation.factors[i];
      for (std::size_t j = 0; j < n; ++j) normal[i][j] += weighted * equation.factors[j];
      normal[i][n] += weighted * equation.value;
    }
  }
  std::vector<double> scale(n);
  for (std::size_t i = 0; i < n; ++i) scale[i] = normal[i][i];
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < n; ++row) {
      if (std::abs(normal[row][column]) > std::abs(normal[pivot][column])) pivot = row;
    }
    std::swap(normal[column], normal[pivot]);
    if (!(std::abs(normal[column][column]) > 1e-12 * scale[column])) {
      throw std::invalid_argument("the equations do not determine their unknowns");
    }
    for (std::size_t row = 0; row < n; ++row) {
      if (row == column) continue;
      const double factor = normal[row][column] / normal[column][column];
      for (std::size_t j = column; j <= n; ++j) normal[row][j] -= factor * normal[column][j];
    }
  }
  std::vector<double> unknowns(n);
  for (std::size_t i = 0; i < n; ++i) unknowns[i] = normal[i][n] / normal[i][i];
  return unknowns;
}

std::vector<double> relative_least_squares(const std::vector<std::vector<double>>& factors,
                                           const std::vector<double>& values) {
  // Unknowns of one size make the normal equations well behaved.
  std::vector<double> scale(factors.empty() ? 0 : factors.front().size());
  for (const std::vector<double>& row : factors) {
    for (std::size_t i = 0; i < scale.size(); ++i) scale[i] = std::max(scale[i], std::abs(row[i]));
  }
  std::vector<Equation> equations;
  for (std::size_t row = 0; row < factors.size(); ++row) {
    Equation& equation = equations.emplace_back();
    for (std::size_t i = 0; i < scale.size(); ++i) equation.factors.push_back(factors[row][i] / scale[i]);
    equation.value = values[row];
    equation.weight = 1.0 / (values[row] * values[row]);
  }
  std::vector<double> found = least_squares(equations);
  for (std::size_t i = 0; i < scale.size(); ++i) found[i] /= scale[i];
  return found;
}

}  // namespace tandem::energy
