// SPDX-License-Identifier: Apache-2.0
#include "dse/report/calibration_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dse/report/table.h"
#include "models/cpu/cross_validation.h"

namespace tandem::report {

using cpu::Costs;
using cpu::Observation;

namespace {

std::string percent(double value) { return fmt::format("{:.1f}", 100 * value); }

}  // namespace

std::string calibration_text(const std::string& cluster, const std::vector<Observation>& observations,
                             const Costs& costs) {
  std::string text;
  const auto print = [&]<class... Values>(fmt::format_string<Values...> format, Values&&... values) {
    text += fmt::format(format, std::forward<Values>(values)...);
  };
  double top = 0;
  for (const Observation& one : observations) top = std::max(top, one.megahertz);
  std::vector<double> all, at_top;
  std::map<std::string, std::pair<double, double>> sums;
  Table table({{"cores", Table::Align::left},
               {"network", Table::Align::left},
               {"part"},
               {"measured ms"},
               {"simulated ms"},
               {"memory ms"},
               {"error %"}});
  for (const Observation& one : observations) {
    const double error = cpu::error_of(costs, one);
    all.push_back(error);
    if (one.megahertz < top) continue;
    const double predicted = cpu::predict_ms(costs, one) + one.memory_ms;
    at_top.push_back(error);
    sums[one.network].first += predicted;
    sums[one.network].second += one.measured_ms;
    table.row({one.resource, one.network, std::to_string(one.part), fmt::format("{:.2f}", one.measured_ms),
               fmt::format("{:.2f}", predicted), fmt::format("{:.2f}", one.memory_ms), percent(error)});
  }
  print("{}, {} MHz\n\n{}\n", cluster, top, table.text());
  for (const auto& [network, sum] : sums) {
    print("{:<14} {:8.2f} ms, measured {:8.2f}: {:+.1f} %\n", network, sum.first, sum.second,
          100 * (sum.first / sum.second - 1));
  }
  const auto line = [&](const char* what, const std::vector<double>& errors) {
    const cpu::ErrorSummary summary = cpu::summarise(errors);
    print("{:<42} {:4} rows: mean {:>5} %, within 15 % {:>5} %, worst {:>5} %\n", what, summary.count,
          percent(summary.mean), percent(summary.within_15_percent), percent(summary.worst));
  };
  line("parts at the highest frequency", at_top);
  line("parts at all frequencies", all);
  line("leave one shape out", cpu::errors_left_out(observations, cpu::key_of_shape));
  line("leave one frequency out", cpu::errors_left_out(observations, cpu::key_of_frequency));
  line("leave one network out", cpu::errors_left_out(observations, cpu::key_of_network));
  print("\n");
  for (std::size_t i = 0; i < cpu::kCosts; ++i) {
    print("  cost of a {:<20} {:12.4f}\n", cpu::kCostNames[i], costs[i]);
  }
  print("\n");
  return text;
}

std::string calibration_csv(const std::map<std::string, std::vector<Observation>>& observed,
                            const std::map<std::string, Costs>& costs) {
  std::string text =
      "resource,network,part,frequency_mhz,measured_ms,simulated_ms,memory_ms,macs,moved_bytes,transformed,"
      "depthwise_macs,gemv_macs,special,launches\n";
  for (const auto& [cluster, observations] : observed) {
    for (const Observation& one : observations) {
      text += fmt::format("{},{},{},{:.0f},{:.4f},{:.4f},{:.4f}", one.resource, one.network, one.part,
                          one.megahertz, one.measured_ms,
                          cpu::predict_ms(costs.at(cluster), one) + one.memory_ms, one.memory_ms);
      for (const double work : one.work) text += fmt::format(",{:.0f}", work);
      text += '\n';
    }
  }
  return text;
}

}  // namespace tandem::report
