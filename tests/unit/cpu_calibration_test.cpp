// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "models/core/random.h"
#include "models/cpu/calibration.h"

namespace tandem::cpu {
namespace {

constexpr Costs kTrue{0.25, 1.5, 12, 6, 0.8, 70, 150'000};

std::vector<Observation> observations(double noise) {
  Random random(7, "calibration");
  const auto some = [&](double most) { return most * static_cast<double>(random.below(1000)) / 1000; };
  std::vector<Observation> all;
  for (int i = 0; i < 120; ++i) {
    Observation one;
    one.part = i;
    one.megahertz = 400 + 200 * static_cast<double>(random.below(8));
    one.work = {some(5e7),
                some(4e6),
                some(3e5),
                some(1e6),
                i % 5 == 0 ? some(1e7) : 0,
                i % 7 == 0 ? some(1e5) : 0,
                1 + static_cast<double>(random.below(6))};
    one.memory_ms = some(3);
    one.measured_ms = predict_ms(kTrue, one) + one.memory_ms;
    one.measured_ms *= 1 + noise * (some(2) - 1);
    all.push_back(one);
  }
  return all;
}

TEST(FitCosts, FindsTheCostsThatMadeTheTimes) {
  const Costs found = fit_costs(observations(0));
  for (std::size_t i = 0; i < kCosts; ++i) EXPECT_NEAR(found[i] / kTrue[i], 1, 1e-6) << kCostNames[i];
}

// Single costs may stray where two kinds of work go together; the times they predict are nearer to the truth
// than the measurements, which are 2.5 % off on average.
TEST(FitCosts, PredictsTimesThroughNoise) {
  const Costs found = fit_costs(observations(0.05));
  double sum = 0;
  const std::vector<Observation> clean = observations(0);
  for (const Observation& one : clean) {
    sum += std::abs((predict_ms(found, one) + one.memory_ms) / one.measured_ms - 1);
  }
  EXPECT_LT(sum / static_cast<double>(clean.size()), 0.025);
}

TEST(FitCosts, AreNeverNegative) {
  std::vector<Observation> all = observations(0);
  // Time falls with depthwise work here: the best without a sign would be below zero.
  for (Observation& one : all)
    one.measured_ms = std::max(0.1, one.measured_ms - one.work[3] * 20 / one.megahertz * 1e-3);
  const Costs found = fit_costs(all);
  for (const double cost : found) EXPECT_GE(cost, 0);
  EXPECT_EQ(found[3], 0);
}

TEST(Costs, GoIntoACoreAndComeBack) {
  spec::CoreType core;
  Picoseconds launch{0};
  set_costs(kTrue, core, launch);
  EXPECT_EQ(launch, Picoseconds(150'000'000));
  EXPECT_DOUBLE_EQ(core.fp32_macs_per_cycle, 4.0);
  const Costs back = costs_of(core, launch);
  for (std::size_t i = 0; i < kCosts; ++i) EXPECT_NEAR(back[i], kTrue[i], 1e-9) << kCostNames[i];
}

}  // namespace
}  // namespace tandem::cpu
