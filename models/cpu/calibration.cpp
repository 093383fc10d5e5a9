// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/calibration.h"

#include <algorithm>
#include <cmath>

namespace tandem::cpu {

const std::array<const char*, kCosts> kCostNames = {
    "MAC",           "moved byte",        "transformed element",
    "depthwise MAC", "matrix-vector MAC", "special element",
    "launch [ns]"};

std::array<double, kCosts> as_array(const Work& work, int threads) {
  return {work.macs,
          work.moved_bytes,
          work.transformed,
          work.depthwise_macs,
          work.gemv_macs,
          work.special,
          threads > 1 ? static_cast<double>(work.launches) : 0};
}

Costs costs_of(const spec::CoreType& core, Picoseconds launch) {
  return {1 / core.fp32_macs_per_cycle,
          1 / core.move_bytes_per_cycle,
          1 / core.transform_elements_per_cycle,
          1 / core.depthwise_macs_per_cycle,
          1 / core.gemv_macs_per_cycle,
          core.special_cycles_per_element,
          static_cast<double>(launch.raw()) * 1e-3};
}

void set_costs(const Costs& costs, spec::CoreType& core, Picoseconds& launch) {
  constexpr double kLeast = 1e-3;
  const auto rate = [&](std::size_t i) { return 1 / std::max(costs[i], kLeast); };
  core.fp32_macs_per_cycle = rate(0);
  core.move_bytes_per_cycle = rate(1);
  core.transform_elements_per_cycle = rate(2);
  core.depthwise_macs_per_cycle = rate(3);
  core.gemv_macs_per_cycle = rate(4);
  core.special_cycles_per_element = std::max(costs[5], 0.01);
  launch = Picoseconds(std::llround(costs[6] * 1e3));
}

double column(const Observation& observation, std::size_t i) {
  return i + 1 == kCosts ? observation.work[i] * 1e-6 : observation.work[i] / (observation.megahertz * 1e3);
}

namespace {

// Non-negative least squares of `weight * (columns * cost - target)` by coordinate descent on the normal
// equations: few unknowns, so convergence is no matter.
Costs least_squares(const std::vector<Observation>& observations, const std::vector<double>& weights) {
  std::array<std::array<double, kCosts>, kCosts> matrix{};
  Costs right{}, costs{};
  for (std::size_t row = 0; row < observations.size(); ++row) {
    const Observation& one = observations[row];
    const double target = one.measured_ms - one.memory_ms, weight = weights[row] * weights[row];
    for (std::size_t i = 0; i < kCosts; ++i) {
      right[i] += weight * column(one, i) * target;
      for (std::size_t j = 0; j < kCosts; ++j) matrix[i][j] += weight * column(one, i) * column(one, j);
    }
  }
  for (int round = 0; round < 20'000; ++round) {
    double change = 0;
    for (std::size_t i = 0; i < kCosts; ++i) {
      if (matrix[i][i] == 0) continue;
      double residual = right[i];
      for (std::size_t j = 0; j < kCosts; ++j) {
        if (j != i) residual -= matrix[i][j] * costs[j];
      }
      const double next = std::max(0.0, residual / matrix[i][i]);
      change = std::max(change, std::abs(next - costs[i]) * std::sqrt(matrix[i][i]));
      costs[i] = next;
    }
    if (change < 1e-12) break;
  }
  return costs;
}

}  // namespace

double predict_ms(const Costs& costs, const Observation& observation) {
  double time = 0;
  for (std::size_t i = 0; i < kCosts; ++i) time += costs[i] * column(observation, i);
  return time;
}

Costs fit_costs(const std::vector<Observation>& observations) {
  std::vector<double> weights;
  for (const Observation& one : observations) weights.push_back(one.weight / one.measured_ms);
  Costs costs = least_squares(observations, weights);
  for (int round = 0; round < 30; ++round) {
    for (std::size_t i = 0; i < observations.size(); ++i) {
      const Observation& one = observations[i];
      const double error = std::abs((predict_ms(costs, one) + one.memory_ms) / one.measured_ms - 1);
      weights[i] = one.weight / (one.measured_ms * std::sqrt(std::max(error, 0.02)));
    }
    costs = least_squares(observations, weights);
  }
  return costs;
}

}  // namespace tandem::cpu
