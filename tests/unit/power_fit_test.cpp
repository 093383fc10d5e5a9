// SPDX-License-Identifier: Apache-2.0
// The power calibration finds what is there, predicts what it did not see, and its saved results are its own.
#include "models/energy/power_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "models/core/locate.h"
#include "models/energy/dram_power.h"
#include "models/energy/least_squares.h"
#include "models/spec/platform.h"
#include "tests/agreement/power_report.h"

namespace tandem::energy {
namespace {

TEST(LeastSquares, FindsTheLineThroughItsPoints) {
  const auto line = least_squares({{{1, 0}, 3}, {{1, 1}, 5}, {{1, 2}, 7}});
  EXPECT_NEAR(line.at(0), 3, 1e-9);
  EXPECT_NEAR(line.at(1), 2, 1e-9);
}

TEST(LeastSquares, WeighsItsEquations) {
  EXPECT_NEAR(least_squares({{{1}, 0, 3}, {{1}, 4, 1}}).at(0), 1, 1e-12);
}

TEST(LeastSquares, RefusesUnknownsThatNothingTellsApart) {
  EXPECT_THROW(least_squares({{{1, 2}, 3}, {{2, 4}, 5}, {{3, 6}, 1}}), std::invalid_argument);
  EXPECT_THROW(least_squares({}), std::invalid_argument);
}

const PowerData& measured() {
  static const PowerData data = read_power_data();
  return data;
}

TEST(PowerFit, FindsTheConstantsOfPowersThatFollowThem) {
  const PowerConstants truth{2500, 400, 150, 0.3, 700, 0.9};
  PowerData data = measured();
  for (PartPower& part : data.parts) part.measured_mw = predict(part, truth);
  for (VirusPower& row : data.virus) row.measured_mw = predict(row, truth);
  const PowerConstants found = fit_power(data);
  EXPECT_NEAR(found.base_mw, truth.base_mw, 0.1);
  EXPECT_NEAR(found.a72, truth.a72, 0.1);
  EXPECT_NEAR(found.a53, truth.a53, 0.1);
  EXPECT_NEAR(found.stall_activity, truth.stall_activity, 1e-4);
  EXPECT_NEAR(found.memory_mw, truth.memory_mw, 0.5);
  EXPECT_NEAR(found.kirin_scale, truth.kirin_scale, 1e-3);
}

TEST(PowerFit, APartThatIsLeftOutDoesNotSpeakForItself) {
  PowerData data = measured();
  for (PartPower& part : data.parts) {
    if (part.network == "alexnet" && part.part == 1) part.measured_mw *= 3;
  }
  const auto with_fault = cross_validate(data, fold_by_shape);
  const auto without_fault = cross_validate(measured(), fold_by_shape);
  for (std::size_t i = 0; i < data.parts.size(); ++i) {
    if (data.parts[i].network == "alexnet" && data.parts[i].part == 1) {
      EXPECT_EQ(with_fault[i], without_fault[i]);
    } else {
      EXPECT_NE(with_fault[i], without_fault[i]);
    }
  }
}

TEST(PowerFit, RepeatedShapesLeaveTogether) {
  PartPower part;
  part.network = "mobilenet_v1";
  part.part = 7;
  const std::string fold = fold_by_shape(part);
  part.part = 11;
  EXPECT_EQ(fold_by_shape(part), fold);
  part.part = 12;
  EXPECT_NE(fold_by_shape(part), fold);
  part.network = "squeezenet";
  part.part = 7;
  EXPECT_NE(fold_by_shape(part), fold);
}

void expect_inferences_within_the_bar(const std::vector<double>& predicted) {
  for (const InferencePower& run : inferences(measured(), predicted)) {
    EXPECT_LE(std::abs(run.error_percent()), kPowerBarPercent)
        << run.network << " on " << run.cluster << " at " << run.megahertz << " MHz";
  }
}

TEST(PowerFit, PowerAndEnergyOfEveryInferenceAreWithinTheBar) {
  const PowerConstants constants = fit_power(measured());
  std::vector<double> fitted;
  for (const PartPower& part : measured().parts) fitted.push_back(predict(part, constants));
  expect_inferences_within_the_bar(fitted);
}

TEST(PowerFit, SoTheyAreWithoutThePartAndWithoutTheFrequency) {
  expect_inferences_within_the_bar(cross_validate(measured(), fold_by_shape));
  expect_inferences_within_the_bar(cross_validate(measured(), fold_by_frequency));
}

// The platform files repeat the fit rounded to three digits.
void expect_calibrated(const std::string& platform, std::size_t cluster, double coefficient) {
  const spec::Cluster own = spec::read_platform(platform).clusters.at(cluster);
  const PowerConstants constants = fit_power(measured());
  EXPECT_NEAR(own.core_dynamic_uw_per_mhz_v2, coefficient, 0.003 * coefficient)
      << platform << " " << own.name;
  EXPECT_NEAR(own.stall_activity, constants.stall_activity, 0.003) << platform << " " << own.name;
}

TEST(PowerFit, ItsConstantsStandInThePlatformFiles) {
  const double scale = fit_power(measured()).kirin_scale;
  expect_calibrated("hikey970", 0, scale * 342);
  expect_calibrated("hikey970", 1, scale * 88);
  expect_calibrated("ultra96", 0, scale * 110);
  expect_calibrated("zcu104", 0, scale * 110);
  expect_calibrated("zcu106", 0, scale * 110);
  expect_calibrated("khadas_vim3", 0, scale * 550);
  expect_calibrated("khadas_vim3", 1, scale * 110);
  expect_calibrated("edge_soc", 0, scale * 342);
  expect_calibrated("edge_soc", 1, scale * 88);
  expect_calibrated("rk3399pro", 0, fit_power(measured()).a72);
  expect_calibrated("rk3399pro", 1, fit_power(measured()).a53);
}

TEST(PowerFit, WhatTheBoardTakesIdleIsSharedAmongItsParts) {
  const spec::Platform board = spec::read_platform("rk3399pro");
  double idle = board.base_power.raw() + board.dram.background.raw() +
                dram_power(*memory::find_dram(board.dram.type)).background.raw();
  for (const spec::Cluster& cluster : board.clusters)
    idle += cluster.core_static.raw() * cluster.cores + cluster.cluster_static.raw();
  EXPECT_NEAR(idle, fit_power(measured()).base_mw, 5.0);
}

// AlexNet's fc6 streams 4096 x 9216 weights of 4 bytes, and waits for little else.
TEST(PowerFit, WhatMemoryTakesIsSharedAmongItsParts) {
  double rate = 0;
  for (const PartPower& part : measured().parts) {
    if (part.network == "alexnet" && part.part == 5 && part.megahertz == 1800)
      rate = 4096.0 * 9216.0 * 4.0 / (part.milliseconds * 1e-3);
  }
  const spec::Platform board = spec::read_platform("rk3399pro");
  const memory::DramSpec& dram = *memory::find_dram(board.dram.type);
  const double pj_per_byte = dram_power(dram).read_pj / static_cast<double>(dram.access_bytes()) +
                             board.dram.energy_pj_per_byte + board.interconnect.energy_pj_per_byte +
                             board.clusters[0].l2_access_pj / 64.0;
  const double memory_mw = fit_power(measured()).memory_mw;
  EXPECT_NEAR(rate * pj_per_byte * 1e-9, memory_mw, 0.02 * memory_mw);
}

std::string saved(const std::string& name) {
  std::ifstream file(project_root() + "/results/power/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(PowerFit, TheSavedResultsAreWhatItFindsToday) {
  EXPECT_EQ(saved("power.txt"), power_text(measured()));
  EXPECT_EQ(saved("power.csv"), power_csv(measured()));
}

}  // namespace
}  // namespace tandem::energy
