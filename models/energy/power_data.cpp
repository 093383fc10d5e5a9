// SPDX-License-Identifier: Apache-2.0
#include "models/energy/power_data.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>

#include "models/core/error.h"
#include "models/core/locate.h"
#include "models/energy/least_squares.h"

namespace tandem::energy {

namespace {

constexpr double kCleanMegahertz = 816;

// A comma-separated file with a header; no quotes.
class CsvFile {
 public:
  explicit CsvFile(const std::string& name) : path_(project_root() + "/configs/calibration/" + name) {
    std::ifstream stream(path_);
    std::string line;
    if (!std::getline(stream, line)) throw InputError({path_, 0, 0}, "", "cannot be read");
    header_ = split(line);
    while (std::getline(stream, line)) {
      rows_.push_back(split(line));
      if (rows_.back().size() != header_.size()) fail(rows_.size() - 1, "has another number of fields");
    }
  }

  [[nodiscard]] std::size_t size() const { return rows_.size(); }

  [[nodiscard]] const std::string& text(std::size_t row, const std::string& column) const {
    const auto found = std::find(header_.begin(), header_.end(), column);
    if (found == header_.end()) throw InputError({path_, 1, 1}, column, "is no column of this file");
    return rows_[row][static_cast<std::size_t>(found - header_.begin())];
  }

  [[nodiscard]] double number(std::size_t row, const std::string& column) const {
    const std::string& field = text(row, column);
    char* end = nullptr;
    const double value = std::strtod(field.c_str(), &end);
    if (field.empty() || *end != '\0') fail(row, column + " \"" + field + "\" is no number");
    return value;
  }

 private:
  [[noreturn]] void fail(std::size_t row, const std::string& what) const {
    throw InputError({path_, static_cast<int>(row) + 2, 1}, "", what);
  }

  static std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream stream(line);
    for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
    if (line.empty() || line.back() == ',') fields.emplace_back();
    return fields;
  }

  std::string path_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

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
  const CsvFile points("rk3399pro_voltages.csv");
  for (std::size_t i = 0; i < points.size(); ++i) {
    volts[{points.text(i, "cluster"), points.number(i, "frequency_mhz")}] =
        points.number(i, "voltage_mv") * 1e-3;
  }
  std::vector<PartPower> parts;
  const CsvFile file("armcl_rk3399pro_parts.csv");
  for (std::size_t i = 0; i < file.size(); ++i) {
    if (file.text(i, "kind") != "compute") continue;
    PartPower part;
    part.network = file.text(i, "network");
    part.cluster = file.text(i, "cluster");
    part.part = static_cast<int>(file.number(i, "part"));
    part.cores = std::atoi(part.cluster.substr(part.cluster.find('x') + 1).c_str());
    part.megahertz = file.number(i, "frequency_mhz");
    part.volts = volts.at({part.cluster, part.megahertz});
    part.milliseconds = file.number(i, "time_ms");
    part.measured_mw = file.number(i, "board_power_mw");
    parts.push_back(part);
  }
  find_stalled(parts);
  return parts;
}

std::vector<VirusPower> read_virus() {
  const CsvFile points("operating_points.csv");
  const CsvFile file("power_virus_kirin960.csv");
  std::vector<VirusPower> virus;
  for (std::size_t i = 0; i < file.size(); ++i) {
    VirusPower row;
    row.core = file.text(i, "core");
    row.megahertz = file.number(i, "frequency_mhz");
    for (std::size_t j = 0; j < points.size(); ++j) {
      if (points.text(j, "board") != "hikey960" || points.text(j, "core") != row.core ||
          points.number(j, "frequency_mhz") != row.megahertz) {
        continue;
      }
      row.volts = points.number(j, "voltage_mv") * 1e-3;
      row.coefficient = points.number(j, "dynamic_power_uw_per_mhz_v2");
    }
    for (row.cores = 1; row.cores <= 4; ++row.cores) {
      row.measured_mw =
          file.number(i, "active_mw_" + std::to_string(row.cores) + (row.cores == 1 ? "core" : "cores"));
      virus.push_back(row);
    }
  }
  return virus;
}

}  // namespace

PowerData read_power_data() { return {read_parts(), read_virus()}; }

}  // namespace tandem::energy
