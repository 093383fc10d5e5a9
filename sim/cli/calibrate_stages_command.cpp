// SPDX-License-Identifier: Apache-2.0
// `tandem calibrate PLATFORM --stages TABLE.csv`: Pipe-it's performance model of a platform's core types, by
// linear regression over layers simulated on one core, and a cost table of what it predicts. Each network is
// predicted by a model fitted to the other networks, and held against its simulation on every number of
// cores.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "dse/plan/planner.h"
#include "dse/report/table.h"
#include "models/latency/stage_regression.h"
#include "models/lowering/resources.h"
#include "models/network/kernels/prepare.h"
#include "sim/cli/children.h"
#include "sim/cli/commands.h"
#include "sim/cli/mean.h"
#include "sim/cli/progress.h"
#include "sim/platform/machine.h"

namespace tandem::cli {

using latency::RegressionLayer;
using latency::RegressionSample;
using latency::StageRegression;

namespace {

struct Measured {
  std::vector<network::LayerId> layers;                  // with work
  std::map<std::string, std::vector<double>> on_groups;  // seconds, by core group
};

struct Experiment {
  std::size_t network = 0;
  std::size_t cluster = 0;
  int cores = 0;
};

// Of the second of two images: the caches hold what the first left.
std::string simulate_layers(const spec::Platform& platform, const network::Model& model,
                            const std::string& group) {
  const plan::Problem problem{model, platform, {group}, {}, ""};
  sim::MachineOptions options;
  options.values = false;
  const spec::RunResult result = sim::simulate(platform, model, plan::plan_cpu_only(problem), 2, options);
  std::string text;
  for (const spec::LayerResult& layer : result.layers) {
    if (layer.image == 1 && !layer.in_place)
      text += fmt::format("{} {} ", layer.name, (layer.end - layer.start).raw());
  }
  return text;
}

class StageCalibration {
 public:
  StageCalibration(const std::string& platform, const std::vector<std::string>& networks,
                   network::Precision precision)
      : platform_(spec::read_platform(platform)) {
    for (const std::string& name : networks) {
      models_.push_back(network::sized_model(
          std::make_shared<const network::Network>(network::read_network(name)), precision));
      for (std::size_t cluster = 0; cluster < platform_.clusters.size(); ++cluster) {
        for (int cores = 1; cores <= platform_.clusters[cluster].cores; ++cores)
          experiments_.push_back({models_.size() - 1, cluster, cores});
      }
    }
    measured_.resize(models_.size());
  }

  void simulate() {
    Progress progress("simulating networks");
    const int count = static_cast<int>(experiments_.size());
    const std::vector<std::string> texts = run_in_children(
        count, std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
        [&](int i) {
          const Experiment& one = experiments_[static_cast<std::size_t>(i)];
          return simulate_layers(platform_, models_[one.network], group_of(one));
        },
        [&](int done) { progress.step(done, count); });
    for (std::size_t i = 0; i < texts.size(); ++i) take(experiments_[i], texts[i]);
  }

  // Rows of the table, and the errors by network.
  std::string predict() {
    std::string rows = "network,layer,core_type,cores,time_ms\n";
    for (std::size_t out = 0; out < models_.size(); ++out) {
      std::vector<double> layer_errors, one_core_errors;
      double worst = 0;
      for (std::size_t cluster = 0; cluster < platform_.clusters.size(); ++cluster) {
        const StageRegression model(samples(cluster, out));
        for (int cores = 1; cores <= platform_.clusters[cluster].cores; ++cores)
          predict(out, {out, cluster, cores}, model, rows, cores == 1 ? one_core_errors : layer_errors,
                  worst);
      }
      errors_.push_back({models_[out].network->name(), std::to_string(measured_[out].layers.size()),
                         fmt::format("{:.1f}", mean(one_core_errors)),
                         fmt::format("{:.1f}", mean(layer_errors)), fmt::format("{:+.1f}", worst)});
    }
    return rows;
  }

  [[nodiscard]] std::string report() const {
    std::string text =
        fmt::format("{}: {} networks on every number of cores; each predicted from the others\n\n",
                    platform_.name, models_.size());
    report::Table errors({{"network", report::Table::Align::left},
                          {"layers"},
                          {"a layer on one core, %"},
                          {"on more, %"},
                          {"network, worst, %"}});
    for (const std::vector<std::string>& row : errors_) errors.row(row);
    text += errors.text();
    text += "\nseconds of a MAC, an unrolled input, a result, a weight, a layer; of all networks\n\n";
    report::Table table({{"core", report::Table::Align::left},
                         {"layers", report::Table::Align::left},
                         {"N K M"},
                         {"N K"},
                         {"N M"},
                         {"K M"},
                         {"1"}});
    for (std::size_t cluster = 0; cluster < platform_.clusters.size(); ++cluster) {
      const StageRegression model(samples(cluster, models_.size()));
      for (std::size_t kind = 0; kind < latency::kRegressionKinds; ++kind) {
        std::vector<std::string> row = {platform_.clusters[cluster].name,
                                        to_string(static_cast<latency::RegressionKind>(kind))};
        for (const double one : model.coefficients(static_cast<latency::RegressionKind>(kind)))
          row.push_back(one == 0 ? "." : fmt::format("{:.3g}", one));
        table.row(std::move(row));
      }
    }
    return text + table.text();
  }

 private:
  [[nodiscard]] std::string group_of(const Experiment& one) const {
    return lowering::core_group_name(platform_.clusters[one.cluster], one.cores);
  }

  void take(const Experiment& one, const std::string& text) {
    const network::Network& network = *models_[one.network].network;
    Measured& own = measured_[one.network];
    std::map<std::string, double> times;
    std::istringstream words(text);
    std::string name;
    for (std::int64_t time = 0; words >> name >> time;) times[name] = static_cast<double>(time) * 1e-12;
    own.layers.clear();
    std::vector<double>& seconds = own.on_groups[group_of(one)];
    for (network::LayerId id = 0; id < network.size(); ++id) {
      const auto found = times.find(network.layer(id).name);
      if (found == times.end()) continue;
      own.layers.push_back(id);
      seconds.push_back(found->second);
    }
  }

  // On one core, of all networks but one.
  [[nodiscard]] std::vector<RegressionSample> samples(std::size_t cluster, std::size_t left_out) const {
    std::vector<RegressionSample> found;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      if (i == left_out) continue;
      const std::vector<double>& seconds = measured_[i].on_groups.at(group_of({i, cluster, 1}));
      for (std::size_t layer = 0; layer < seconds.size(); ++layer)
        found.push_back(
            {RegressionLayer::of(*models_[i].network, measured_[i].layers[layer]), seconds[layer]});
    }
    return found;
  }

  void predict(std::size_t index, const Experiment& one, const StageRegression& model, std::string& rows,
               std::vector<double>& errors, double& worst) const {
    const network::Network& network = *models_[index].network;
    const std::vector<double>& seconds = measured_[index].on_groups.at(group_of(one));
    double all = 0, said = 0;
    for (std::size_t layer = 0; layer < seconds.size(); ++layer) {
      const network::LayerId id = measured_[index].layers[layer];
      const double predicted = model.seconds(RegressionLayer::of(network, id), one.cores);
      errors.push_back(100 * std::abs(predicted / seconds[layer] - 1));
      all += seconds[layer];
      said += predicted;
      rows += fmt::format("{},{},{},{},{:.9g}\n", network.name(), network.layer(id).name,
                          platform_.clusters[one.cluster].name, one.cores, 1e3 * predicted);
    }
    const double off = 100 * (said / all - 1);
    if (std::abs(off) > std::abs(worst)) worst = off;
  }

  spec::Platform platform_;
  std::vector<network::Model> models_;
  std::vector<Experiment> experiments_;
  std::vector<Measured> measured_;
  std::vector<std::vector<std::string>> errors_;
};

}  // namespace

int calibrate_stages_command(const std::string& platform, const std::vector<std::string>& networks,
                             const std::string& precision, const std::string& out) {
  if (networks.size() < 2) {
    throw InputError({"--networks", 0, 0}, "",
                     "names fewer than two; each is predicted by a model fitted to the others");
  }
  if (!std::ofstream(out, std::ios::app)) throw InputError({out, 0, 0}, "--stages", "cannot be written");
  StageCalibration calibration(platform, networks,
                               precision == "int8" ? network::Precision::int8 : network::Precision::fp32);
  calibration.simulate();
  const std::string rows = calibration.predict();
  std::ofstream file(out, std::ios::binary);
  file << rows;
  file.close();
  if (!file) throw InputError({out, 0, 0}, "--stages", "cannot be written");
  fmt::print("{}", calibration.report());
  return 0;
}

}  // namespace tandem::cli
