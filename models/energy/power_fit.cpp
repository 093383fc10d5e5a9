// SPDX-License-Identifier: Apache-2.0
#include "models/energy/power_fit.h"

#include <cmath>
#include <cstddef>
#include <set>
#include <tuple>

#include "models/energy/least_squares.h"

namespace tandem::energy {

namespace {

constexpr double kMicro = 1e-3;  // uW to mW

bool is_a72(const PartPower& part) { return part.cluster == "a72x2"; }

// n f V^2, in what a coefficient in uW/MHz/V^2 turns into mW.
template <class Row>
double switching(const Row& row) {
  return kMicro * row.cores * row.megahertz * row.volts * row.volts;
}

struct Solution {
  PowerConstants constants;
  double squares = 0;
};

// All but the stall activity enter linearly.
Solution solve(const PowerData& data, double stall_activity) {
  std::vector<Equation> equations;
  for (const PartPower& part : data.parts) {
    const double activity = (1.0 - part.stalled) + stall_activity * part.stalled;
    const double cores = switching(part) * activity;
    equations.push_back({{1.0, is_a72(part) ? cores : 0.0, is_a72(part) ? 0.0 : cores, part.stalled, 0.0},
                         part.measured_mw,
                         1.0 / (part.measured_mw * part.measured_mw)});
  }
  for (const VirusPower& row : data.virus) {
    equations.push_back({{0.0, 0.0, 0.0, 1.0, switching(row) * row.coefficient},
                         row.measured_mw,
                         1.0 / (row.measured_mw * row.measured_mw)});
  }
  const std::vector<double> found = least_squares(equations);
  Solution solution{{found[0], found[1], found[2], stall_activity, found[3], found[4]}, 0};
  for (const Equation& equation : equations) {
    double residual = -equation.value;
    for (std::size_t i = 0; i < found.size(); ++i) residual += equation.factors[i] * found[i];
    solution.squares += equation.weight * residual * residual;
  }
  return solution;
}

}  // namespace

double predict(const PartPower& part, const PowerConstants& constants) {
  const double activity = (1.0 - part.stalled) + constants.stall_activity * part.stalled;
  return constants.base_mw + (is_a72(part) ? constants.a72 : constants.a53) * switching(part) * activity +
         constants.memory_mw * part.stalled;
}

double predict(const VirusPower& row, const PowerConstants& constants) {
  return constants.kirin_scale * row.coefficient * switching(row) + constants.memory_mw;
}

// The stall activity by golden section: the sum of squares has one valley between 0 and 1.
PowerConstants fit_power(const PowerData& data) {
  const double ratio = (std::sqrt(5.0) - 1.0) / 2.0;
  double low = 0, high = 1;
  while (high - low > 1e-6) {
    const double left = high - ratio * (high - low);
    const double right = low + ratio * (high - low);
    if (solve(data, left).squares < solve(data, right).squares) {
      high = right;
    } else {
      low = left;
    }
  }
  return solve(data, (low + high) / 2).constants;
}

std::vector<double> cross_validate(const PowerData& data, const Fold& fold) {
  std::set<std::string> folds;
  for (const PartPower& part : data.parts) folds.insert(fold(part));
  std::vector<double> predicted(data.parts.size());
  for (const std::string& left_out : folds) {
    PowerData rest{{}, data.virus};
    for (const PartPower& part : data.parts) {
      if (fold(part) != left_out) rest.parts.push_back(part);
    }
    const PowerConstants constants = fit_power(rest);
    for (std::size_t i = 0; i < data.parts.size(); ++i) {
      if (fold(data.parts[i]) == left_out) predicted[i] = predict(data.parts[i], constants);
    }
  }
  return predicted;
}

std::string fold_by_shape(const PartPower& part) {
  const bool repeated = part.network == "mobilenet_v1" && part.part >= 7 && part.part <= 11;
  return part.network + " " + (repeated ? "7 to 11" : std::to_string(part.part));
}

std::string fold_by_frequency(const PartPower& part) {
  return std::to_string(static_cast<int>(part.megahertz)) + " MHz";
}

std::vector<InferencePower> inferences(const PowerData& data, const std::vector<double>& predicted_mw) {
  std::vector<InferencePower> runs;
  for (std::size_t i = 0; i < data.parts.size(); ++i) {
    const PartPower& part = data.parts[i];
    InferencePower* run = nullptr;
    for (InferencePower& known : runs) {
      if (std::tie(known.network, known.cluster, known.megahertz) ==
          std::tie(part.network, part.cluster, part.megahertz)) {
        run = &known;
      }
    }
    if (run == nullptr) {
      run = &runs.emplace_back();
      run->network = part.network;
      run->cluster = part.cluster;
      run->megahertz = part.megahertz;
    }
    run->milliseconds += part.milliseconds;
    run->measured_mj += part.measured_mw * part.milliseconds * 1e-3;
    run->predicted_mj += predicted_mw[i] * part.milliseconds * 1e-3;
  }
  return runs;
}

}  // namespace tandem::energy
