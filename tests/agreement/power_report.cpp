// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/power_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "dse/report/table.h"

namespace tandem::energy {

using report::Table;
using Align = Table::Align;

namespace {

struct Errors {
  int count = 0, inside = 0;
  double absolute = 0, worst = 0;
  void add(double percent) {
    ++count;
    inside += std::abs(percent) <= kPowerBarPercent ? 1 : 0;
    absolute += std::abs(percent);
    if (std::abs(percent) > std::abs(worst)) worst = percent;
  }
  [[nodiscard]] double mean() const { return absolute / count; }
  [[nodiscard]] std::vector<std::string> cells() const {
    return {std::to_string(count), fmt::format("{:.1f}", mean()), fmt::format("{:+.1f}", worst),
            fmt::format("{:.1f}", 100.0 * inside / count)};
  }
};

// The parts' powers three times over: fitted, and predicted by fits without the part, without the frequency.
struct Predictions {
  std::vector<double> fitted, without_part, without_frequency;
};

Predictions predictions(const PowerData& data, const PowerConstants& constants) {
  Predictions all;
  for (const PartPower& part : data.parts) all.fitted.push_back(predict(part, constants));
  all.without_part = cross_validate(data, fold_by_shape);
  all.without_frequency = cross_validate(data, fold_by_frequency);
  return all;
}

double error_percent(const PartPower& part, double predicted) {
  return 100.0 * (predicted / part.measured_mw - 1.0);
}

std::string constants_text(const PowerConstants& constants) {
  Table table({{"constant", Align::left}, {"value"}, {"unit", Align::left}, {"of", Align::left}});
  const auto row = [&](const char* name, double value, int digits, const char* unit, const char* what) {
    table.row({name, fmt::format("{:.{}f}", value, digits), unit, what});
  };
  row("base", constants.base_mw, 0, "mW", "RK3399Pro board, cores idle");
  row("a72", constants.a72, 1, "uW/MHz/V^2", "a computing core of RK3399Pro");
  row("a53", constants.a53, 1, "uW/MHz/V^2", "a computing core of RK3399Pro");
  row("stall activity", constants.stall_activity, 3, "", "a core stalled for memory, of a computing one");
  row("memory", constants.memory_mw, 0, "mW", "interconnect and memory while cores wait for them");
  row("kirin scale", constants.kirin_scale, 3, "", "of the device tree's coefficients");
  return table.text();
}

std::string inference_text(const PowerData& data, const Predictions& all) {
  Table table({{"network", Align::left},
               {"cluster", Align::left},
               {"points"},
               {"mean %"},
               {"worst %"},
               {"at MHz"},
               {"without part: worst %"},
               {"without frequency: worst %"}});
  struct Row {
    Errors errors, part, frequency;
    double worst_at = 0;
  };
  std::map<std::pair<std::string, std::string>, Row> rows;
  const auto each = [&](const std::vector<double>& predicted, Errors Row::*member) {
    for (const InferencePower& run : inferences(data, predicted)) {
      Row& row = rows[{run.network, run.cluster}];
      const double before = (row.*member).worst;
      (row.*member).add(run.error_percent());
      if (member == &Row::errors && row.errors.worst != before) row.worst_at = run.megahertz;
    }
  };
  each(all.fitted, &Row::errors);
  each(all.without_part, &Row::part);
  each(all.without_frequency, &Row::frequency);
  for (const auto& [key, row] : rows) {
    table.row({key.first, key.second, std::to_string(row.errors.count),
               fmt::format("{:.1f}", row.errors.mean()), fmt::format("{:+.1f}", row.errors.worst),
               fmt::format("{:.0f}", row.worst_at), fmt::format("{:+.1f}", row.part.worst),
               fmt::format("{:+.1f}", row.frequency.worst)});
  }
  return table.text();
}

std::string parts_text(const PowerData& data, const Predictions& all) {
  Table table({{"network", Align::left},
               {"part"},
               {"cluster", Align::left},
               {"stalled % at top"},
               {"mean %"},
               {"worst %"},
               {"without it: mean %"}});
  struct Row {
    Errors fitted, without;
    double stalled = 0;
  };
  std::map<std::tuple<std::string, int, std::string>, Row> rows;
  for (std::size_t i = 0; i < data.parts.size(); ++i) {
    const PartPower& part = data.parts[i];
    Row& row = rows[{part.network, part.part, part.cluster}];
    row.fitted.add(error_percent(part, all.fitted[i]));
    row.without.add(error_percent(part, all.without_part[i]));
    row.stalled = std::max(row.stalled, 100.0 * part.stalled);
  }
  for (const auto& [key, row] : rows) {
    table.row({std::get<0>(key), std::to_string(std::get<1>(key)), std::get<2>(key),
               fmt::format("{:.0f}", row.stalled), fmt::format("{:.1f}", row.fitted.mean()),
               fmt::format("{:+.1f}", row.fitted.worst), fmt::format("{:.1f}", row.without.mean())});
  }
  return table.text();
}

std::string summary_text(const PowerData& data, const Predictions& all, const PowerConstants& constants) {
  Table table({{"what", Align::left},
               {"points"},
               {"mean %"},
               {"worst %"},
               {fmt::format("within {:.0f} %, %", kPowerBarPercent)}});
  const auto row = [&](const std::string& name, const Errors& errors) {
    std::vector<std::string> cells = errors.cells();
    cells.insert(cells.begin(), name);
    table.row(cells);
  };
  const auto parts = [&](const std::vector<double>& predicted) {
    Errors errors;
    for (std::size_t i = 0; i < data.parts.size(); ++i)
      errors.add(error_percent(data.parts[i], predicted[i]));
    return errors;
  };
  const auto runs = [&](const std::vector<double>& predicted) {
    Errors errors;
    for (const InferencePower& run : inferences(data, predicted)) errors.add(run.error_percent());
    return errors;
  };
  row("inference, fitted", runs(all.fitted));
  row("inference, parts left out", runs(all.without_part));
  row("inference, frequencies left out", runs(all.without_frequency));
  row("part, fitted", parts(all.fitted));
  row("part, left out", parts(all.without_part));
  row("part, its frequency left out", parts(all.without_frequency));
  Errors virus;
  for (const VirusPower& entry : data.virus)
    virus.add(100.0 * (predict(entry, constants) / entry.measured_mw - 1.0));
  row("Kirin 960 under a virus", virus);
  return table.text();
}

std::string virus_text(const PowerData& data, const PowerConstants& constants) {
  Table table({{"core", Align::left}, {"cores"}, {"measured mW"}, {"fitted mW"}, {"error %"}});
  for (const VirusPower& row : data.virus) {
    const double fitted = predict(row, constants);
    table.row({row.core, std::to_string(row.cores), fmt::format("{:.0f}", row.measured_mw),
               fmt::format("{:.0f}", fitted),
               fmt::format("{:+.1f}", 100.0 * (fitted / row.measured_mw - 1.0))});
  }
  return table.text();
}

}  // namespace

std::string power_text(const PowerData& data) {
  const PowerConstants constants = fit_power(data);
  const Predictions all = predictions(data, constants);
  return "Constants\n\n" + constants_text(constants) + "\nErrors\n\n" + summary_text(data, all, constants) +
         "\nBoard power and energy of an inference, measured times\n\n" + inference_text(data, all) +
         "\nParts, over all operating points\n\n" + parts_text(data, all) + "\nKirin 960\n\n" +
         virus_text(data, constants);
}

std::string power_csv(const PowerData& data) {
  const Predictions all = predictions(data, fit_power(data));
  std::string csv =
      "network,part,cluster,frequency_mhz,voltage_mv,time_ms,stalled_percent,measured_mw,fitted_mw,"
      "without_part_mw,without_frequency_mw\n";
  for (std::size_t i = 0; i < data.parts.size(); ++i) {
    const PartPower& part = data.parts[i];
    csv +=
        fmt::format("{},{},{},{:.0f},{:.0f},{},{:.1f},{:.0f},{:.0f},{:.0f},{:.0f}\n", part.network, part.part,
                    part.cluster, part.megahertz, part.volts * 1e3, part.milliseconds, 100.0 * part.stalled,
                    part.measured_mw, all.fitted[i], all.without_part[i], all.without_frequency[i]);
  }
  return csv;
}

}  // namespace tandem::energy
