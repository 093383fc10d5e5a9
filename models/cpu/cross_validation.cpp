// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/cross_validation.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tandem::cpu {
namespace {

constexpr double kWeightOfWhole = 8;  // parts

}  // namespace

double error_of(const Costs& costs, const Observation& one) {
  return (predict_ms(costs, one) + one.memory_ms) / one.measured_ms - 1;
}

Costs fit_parts(const std::vector<Observation>& parts) {
  std::vector<Observation> all = parts;
  std::map<std::pair<std::string, double>, Observation> wholes;
  for (const Observation& one : parts) {
    Observation& whole = wholes[{one.network, one.megahertz}];
    whole.megahertz = one.megahertz;
    whole.measured_ms += one.measured_ms;
    whole.memory_ms += one.memory_ms;
    for (std::size_t i = 0; i < kCosts; ++i) whole.work[i] += one.work[i];
    whole.weight = kWeightOfWhole;
  }
  for (const auto& [key, whole] : wholes) all.push_back(whole);
  return fit_costs(all);
}

std::vector<double> errors_left_out(const std::vector<Observation>& observations, const Key& key) {
  std::map<std::string, std::vector<Observation>> rest;
  for (const Observation& one : observations) rest[key(one)];
  for (auto& [left_out, others] : rest) {
    for (const Observation& one : observations) {
      if (key(one) != left_out) others.push_back(one);
    }
  }
  std::map<std::string, Costs> costs;
  for (const auto& [left_out, others] : rest) costs[left_out] = fit_parts(others);
  std::vector<double> errors;
  for (const Observation& one : observations) errors.push_back(error_of(costs[key(one)], one));
  return errors;
}

std::string key_of_shape(const Observation& one) {
  std::string key;
  for (const double work : one.work) key += std::to_string(std::llround(work)) + " ";
  return key;
}

std::string key_of_frequency(const Observation& one) { return std::to_string(std::llround(one.megahertz)); }

std::string key_of_network(const Observation& one) { return one.network; }

ErrorSummary summarise(const std::vector<double>& errors) {
  ErrorSummary all;
  all.count = errors.size();
  for (const double error : errors) {
    all.mean += std::abs(error) / static_cast<double>(errors.size());
    all.within_15_percent += (std::abs(error) <= 0.15 ? 1.0 : 0.0) / static_cast<double>(errors.size());
    all.worst = std::max(all.worst, std::abs(error));
  }
  return all;
}

}  // namespace tandem::cpu
