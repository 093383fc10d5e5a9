// SPDX-License-Identifier: Apache-2.0
// Fits the rates of a core type, and what a kernel's launch costs, to measured times.
//
// A measured time is taken as  sum(cost[i] * work[i]) / f + launches * launch + memory,  where work is that
// of the busiest thread, launches are kernels handed to several threads, and the time for memory is the
// simulator's. Costs are never negative; the fit
// minimises the sum of |predicted / measured - 1| by least squares with changing weights.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/cpu/work.h"

namespace tandem::cpu {

// cost[i], cycles: a MAC, a moved byte, a transformed element, a depthwise MAC, a MAC of a matrix-vector
// product, a special element; then the launch in nanoseconds.
inline constexpr std::size_t kCosts = 7;
inline constexpr int kWholeNetwork = -1;
inline constexpr std::size_t kGemvCost = 4;
using Costs = std::array<double, kCosts>;
extern const std::array<const char*, kCosts> kCostNames;

struct Observation {
  std::string network, resource;  // "a72x2"
  int part = 0;                   // kWholeNetwork: all of them
  double megahertz = 0;
  double measured_ms = 0;
  double memory_ms = 0;
  double weight = 1;  // in the fit
  std::array<double, kCosts> work{};
};

// Of one of `threads` threads: kernels are handed to each besides the first.
std::array<double, kCosts> as_array(const Work& work, int threads);
Costs costs_of(const spec::CoreType& core, Picoseconds launch);
// A cost of 0 leaves a rate at its largest.
void set_costs(const Costs& costs, spec::CoreType& core, Picoseconds& launch);

double column(const Observation& observation, std::size_t cost);  // milliseconds a unit of the cost adds
double predict_ms(const Costs& costs, const Observation& observation);  // without memory_ms: compute alone
Costs fit_costs(const std::vector<Observation>& observations);

}  // namespace tandem::cpu
