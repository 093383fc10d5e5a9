// SPDX-License-Identifier: Apache-2.0
#include "models/energy/power_data.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <tuple>
#include <utility>

#include "models/core/csv.h"
#include "models/core/locate.h"
#include "models/energy/least_squares.h"
#include "models/spec/measured.h"

namespace tandem::energy {

namespace {

constexpr double kCleanMegahertz = 816;

CsvFile calibration_file(const std::string& name) {
  return CsvFile(project_root() + "/configs/calibration/" + name);
}

using Voltages = std::map<std::pair<std::string, double>, double>;  // volts by cluster and MHz

void find_stalled(std::vector<PartPower>& parts) {
  std::map<std::tuple<std::string, std::string, int>, std::vector<PartPower*>> by_part;
  for (PartPower& part : parts) by_part[{part.cluster, part.network, part.part}].push_back(&part);
  for (auto& [key, points] : by_part) {
    std::vector<Equation> equations;
    for (const PartPower* point : points) {
      if (point->megahertz < kCleanMegahertz) continue;
      const double weight = 1.0 / (point->milliseconds * point->milliseconds);
      equations.push_back({{1.0 / point->megahertz, 1.0}, point->milliseconds, weight});
    }
    const std::vector<double> line = least_squares(equations);
    for (PartPower* point : points) {
      const double computing = std::max(0.0, line[0]) / point->megahertz;
      const double waiting = std::max(0.0, line[1]);
      point->stalled = waiting / (computing + waiting);
    }
  }
}

std::vector<PartPower> read_parts() {
  Voltages volts;
  const CsvFile points = calibration_file("rk3399pro_voltages.csv");
  for (std::size_t i = 0; i < points.size(); ++i) {
    volts[{points.text(i, "cluster"), points.number(i, "frequency_mhz", 0, 1e6)}] =
        points.number(i, "voltage_mv", 0, 1e6) * 1e-3;
  }
  std::vector<PartPower> parts;
  for (const spec::MeasuredPart& row :
       spec::read_measured_parts(project_root() + "/configs/calibration/armcl_rk3399pro_parts.csv")) {
    PartPower part;
    part.network = row.network;
    part.cluster = row.resource;
    part.part = row.part;
    part.cores = std::atoi(part.cluster.substr(part.cluster.find('x') + 1).c_str());
    part.megahertz = static_cast<double>(row.frequency.raw()) * 1e-6;
    part.volts = volts.at({part.cluster, part.megahertz});
    part.milliseconds = row.time_ms;
    part.measured_mw = row.board_power_mw;
    parts.push_back(part);
  }
  find_stalled(parts);
  return parts;
}

std::vector<VirusPower> read_virus() {
  const CsvFile points = calibration_file("operating_points.csv");
  const CsvFile file = calibration_file("power_virus_kirin960.csv");
  std::vector<VirusPower> virus;
  for (std::size_t i = 0; i < file.size(); ++i) {
    VirusPower row;
    row.core = file.text(i, "core");
    row.megahertz = file.number(i, "frequency_mhz", 0, 1e6);
    for (std::size_t j = 0; j < points.size(); ++j) {
      if (points.text(j, "board") != "hikey960" || points.text(j, "core") != row.core ||
          points.number(j, "frequency_mhz", 0, 1e6) != row.megahertz) {
        continue;
      }
      row.volts = points.number(j, "voltage_mv", 0, 1e6) * 1e-3;
      row.coefficient = points.number(j, "dynamic_power_uw_per_mhz_v2", 0, 1e6);
    }
    for (row.cores = 1; row.cores <= 4; ++row.cores) {
      row.measured_mw = file.number(
          i, "active_mw_" + std::to_string(row.cores) + (row.cores == 1 ? "core" : "cores"), 0, 1e6);
      virus.push_back(row);
    }
  }
  return virus;
}

}  // namespace

PowerData read_power_data() { return {read_parts(), read_virus()}; }

}  // namespace tandem::energy
