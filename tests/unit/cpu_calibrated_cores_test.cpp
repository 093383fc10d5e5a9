// SPDX-License-Identifier: Apache-2.0
// The core files hold what the saved rows of the calibration give, and the bars they meet stay met.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "models/core/locate.h"
#include "models/cpu/cross_validation.h"

namespace tandem::cpu {
namespace {

std::map<std::string, std::vector<Observation>> saved_rows() {
  std::ifstream file(project_root() + "/results/calibration/rk3399pro.csv");
  std::map<std::string, std::vector<Observation>> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream words(line);
    std::string resource;
    Observation one;
    double simulated = 0;
    words >> resource >> one.network >> one.part >> one.megahertz >> one.measured_ms >> simulated >>
        one.memory_ms;
    for (double& work : one.work) words >> work;
    if (!words) ADD_FAILURE() << line;
    rows[resource].push_back(one);
  }
  return rows;
}

// Rates stand in the files with four digits, the launch in microseconds.
TEST(CalibratedCores, HoldTheFitOfTheSavedRows) {
  const auto rows = saved_rows();
  ASSERT_EQ(rows.size(), 2u);
  const spec::Platform platform = spec::read_platform("rk3399pro");
  for (const spec::Cluster& cluster : platform.clusters) {
    const std::string resource = cluster.name + "x" + std::to_string(cluster.cores);
    const Costs fitted = fit_parts(rows.at(resource)), held = costs_of(cluster.core, cluster.kernel_launch);
    for (std::size_t i = 0; i < kCosts; ++i) {
      EXPECT_NEAR(held[i] / fitted[i], 1, i + 1 == kCosts ? 5e-3 : 1e-3) << resource << " " << kCostNames[i];
    }
  }
}

TEST(CalibratedCores, MeetTheirBars) {
  for (const auto& [resource, observations] : saved_rows()) {
    const Costs costs = fit_parts(observations);
    double top = 0;
    for (const Observation& one : observations) top = std::max(top, one.megahertz);
    std::vector<double> all, at_top;
    for (const Observation& one : observations) {
      all.push_back(error_of(costs, one));
      if (one.megahertz == top) at_top.push_back(all.back());
    }
    EXPECT_EQ(at_top.size(), 32u) << resource;
    EXPECT_LT(summarise(at_top).mean, 0.07) << resource;
    EXPECT_GE(summarise(at_top).within_15_percent, 0.9) << resource;
    EXPECT_LT(summarise(all).mean, 0.08) << resource;
    EXPECT_LT(summarise(errors_left_out(observations, key_of_shape)).mean, 0.10) << resource;
  }
}

}  // namespace
}  // namespace tandem::cpu
