// SPDX-License-Identifier: Apache-2.0
// `tandem calibrate PLATFORM`: fits the rates of the platform's core types to measured times of network
// parts. What memory costs comes from simulating each part on the platform; the rest of a measured time is
// what the rates have to explain (models/cpu/calibration.h). Simulated and fitted twice, because the rates
// change when cores meet on the bus.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <thread>

#include "dse/report/calibration_report.h"
#include "models/core/error.h"
#include "models/core/locate.h"
#include "models/cpu/cross_validation.h"
#include "models/lowering/kernel_steps.h"
#include "models/spec/measured.h"
#include "sim/cli/children.h"
#include "sim/cli/commands.h"
#include "sim/cli/progress.h"
#include "sim/cli/reference_cache.h"
#include "sim/cli/session.h"

namespace tandem::cli {

using cpu::Costs;
using cpu::Observation;

namespace {

// One network on one core group at one frequency.
struct Experiment {
  std::string network, resource;
  Hertz frequency;
  std::vector<const spec::MeasuredPart*> parts;
};

struct MeasuredNetwork {
  spec::NetworkParts parts;
  network::Model model;
  std::vector<int> part_of_layer;  // by layer id
};

MeasuredNetwork open_network(const spec::NetworkParts& parts) {
  MeasuredNetwork own{parts, {}, {}};
  const auto network = std::make_shared<const network::Network>(network::read_network(parts.file));
  own.model = prepare(network, network::Precision::fp32, 1, 1).model;
  int part = -1;
  for (const network::Layer& layer : network->layers()) {
    if (part + 1 < static_cast<int>(parts.first_layers.size()) &&
        layer.name == parts.first_layers[static_cast<std::size_t>(part + 1)]) {
      ++part;
    }
    own.part_of_layer.push_back(part);
  }
  if (part + 1 != static_cast<int>(parts.first_layers.size())) {
    throw InputError({parts.file, 0, 0}, parts.first_layers[static_cast<std::size_t>(part + 1)],
                     "is no layer that follows the parts before it");
  }
  return own;
}

// Work of the busiest thread, which is the first, by part.
std::vector<cpu::Work> work_of(const MeasuredNetwork& own, const spec::Platform& platform,
                               const lowering::Resource& cores) {
  const lowering::Placement placement = lowering::place(own.model, platform);
  const network::Network& network = *own.model.network;
  std::vector<cpu::Work> work(own.parts.first_layers.size());
  for (network::LayerId id = 0; id < network.size(); ++id) {
    const int part = own.part_of_layer[static_cast<std::size_t>(id)];
    if (part < 0 || placement.layers[static_cast<std::size_t>(id)].role != lowering::LayerRole::compute)
      continue;
    const network::OutputRange range = network::whole(network.layer(id).output);
    const auto shares = cpu::deal(network.layer(id).output, range, cores.cores, placement.block);
    const spec::CoreType& core = platform.clusters[static_cast<std::size_t>(cores.cluster)].core;
    for (const lowering::KernelStep& step : lowering::kernel_steps(
             own.model, placement, core, id, {cores.cluster, cores.cores, range, shares[0]})) {
      work[static_cast<std::size_t>(part)] += step.work;
    }
  }
  return work;
}

// Simulated milliseconds by part, as text.
std::string simulate_parts(const MeasuredNetwork& own, const spec::Platform& platform,
                           const Experiment& experiment) {
  const lowering::Resource cores = *lowering::find_resource(platform, experiment.resource);
  const std::string cluster = platform.clusters[static_cast<std::size_t>(cores.cluster)].name;
  sim::MachineOptions options;
  options.frequency = {{cluster, experiment.frequency}};
  const plan::Problem problem{own.model, platform, {experiment.resource}, options.frequency, ""};
  const spec::RunResult result = sim::simulate(platform, own.model, plan::plan_cpu_only(problem), 1, options);
  std::vector<Picoseconds> times(own.parts.first_layers.size());
  for (const spec::LayerResult& layer : result.layers) {
    if (layer.in_place) continue;
    for (network::LayerId id = 0; id < own.model.network->size(); ++id) {
      const int part = own.part_of_layer[static_cast<std::size_t>(id)];
      if (part >= 0 && own.model.network->layer(id).name == layer.name) {
        times[static_cast<std::size_t>(part)] += layer.end - layer.start;
      }
    }
  }
  std::string text;
  for (const Picoseconds time : times) text += fmt::format("{} ", time.raw());
  return text;
}

struct Calibration {
  spec::Platform platform;
  std::map<std::string, MeasuredNetwork> networks;
  std::vector<Experiment> experiments;

  // What each part of each experiment takes, simulated.
  std::vector<std::vector<double>> simulate(const char* label) const {
    Progress progress(label);
    const int count = static_cast<int>(experiments.size());
    const std::vector<std::string> texts = run_in_children(
        count, std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
        [&](int i) {
          const Experiment& one = experiments[static_cast<std::size_t>(i)];
          return simulate_parts(networks.at(one.network), platform, one);
        },
        [&](int done) { progress.step(done, count); });
    std::vector<std::vector<double>> all;
    for (const std::string& text : texts) {
      std::istringstream words(text);
      std::vector<double>& times = all.emplace_back();
      for (std::int64_t time = 0; words >> time;) times.push_back(static_cast<double>(time) * 1e-9);
    }
    return all;
  }

  std::map<std::string, std::vector<Observation>> observe(
      const std::vector<std::vector<double>>& simulated) const {
    std::map<std::string, std::vector<Observation>> by_resource;
    for (std::size_t i = 0; i < experiments.size(); ++i) {
      const Experiment& one = experiments[i];
      const lowering::Resource cores = *lowering::find_resource(platform, one.resource);
      const std::vector<cpu::Work> work = work_of(networks.at(one.network), platform, cores);
      const spec::Cluster& cluster = platform.clusters[static_cast<std::size_t>(cores.cluster)];
      const Costs costs = cpu::costs_of(cluster.core, cluster.kernel_launch);
      for (const spec::MeasuredPart* part : one.parts) {
        Observation observation;
        observation.network = one.network;
        observation.part = part->part;
        observation.megahertz = static_cast<double>(one.frequency.raw()) * 1e-6;
        observation.measured_ms = part->time_ms;
        observation.work = cpu::as_array(work[static_cast<std::size_t>(part->part)]);
        const double all = simulated[i][static_cast<std::size_t>(part->part)];
        observation.memory_ms = std::max(0.0, all - cpu::predict_ms(costs, observation));
        by_resource[one.resource].push_back(observation);
      }
    }
    return by_resource;
  }
};

Calibration open_calibration(const std::string& platform, const std::string& measured,
                             const std::string& parts, const std::vector<spec::MeasuredPart>& rows) {
  Calibration own;
  own.platform = spec::read_platform(platform);
  for (const spec::NetworkParts& network : spec::read_network_parts(parts)) {
    own.networks.emplace(network.name, open_network(network));
  }
  for (const spec::MeasuredPart& row : rows) {
    const auto network = own.networks.find(row.network);
    if (network == own.networks.end()) {
      throw InputError({measured, 0, 0}, row.network, "is no network of " + parts);
    }
    if (row.part >= static_cast<int>(network->second.parts.first_layers.size())) {
      throw InputError(
          {measured, 0, 0}, row.network,
          fmt::format("has no part {}; {} are known", row.part, network->second.parts.first_layers.size()));
    }
    if (!lowering::find_resource(own.platform, row.resource)) {
      throw InputError({measured, 0, 0}, row.resource,
                       "is no core group of " + own.platform.name + "; allowed is one of " +
                           join(lowering::resource_names(own.platform)));
    }
    // Image loading had not ended: configs/calibration/README.md.
    if (row.part == 0 && row.frequency < Hertz(700'000'000)) continue;
    auto own_one = std::find_if(own.experiments.begin(), own.experiments.end(), [&](const Experiment& e) {
      return e.network == row.network && e.resource == row.resource && e.frequency == row.frequency;
    });
    if (own_one == own.experiments.end()) {
      own.experiments.push_back({row.network, row.resource, row.frequency, {}});
      own_one = own.experiments.end() - 1;
    }
    own_one->parts.push_back(&row);
  }
  return own;
}

}  // namespace

int calibrate_command(const std::string& platform, const std::string& measured, const std::string& parts,
                      int rounds, const std::string& csv) {
  const std::string table = resolve_config("calibration", measured),
                    parts_file = resolve_config("calibration", parts);
  const std::vector<spec::MeasuredPart> rows = spec::read_measured_parts(table);
  Calibration calibration = open_calibration(platform, table, parts_file, rows);
  std::map<std::string, std::vector<Observation>> observed;
  std::map<std::string, Costs> costs;
  for (int round = 0; round < rounds; ++round) {
    observed = calibration.observe(calibration.simulate("simulating parts"));
    for (const auto& [resource, observations] : observed) {
      costs[resource] = cpu::fit_parts(observations);
      const lowering::Resource cores = *lowering::find_resource(calibration.platform, resource);
      spec::Cluster& cluster = calibration.platform.clusters[static_cast<std::size_t>(cores.cluster)];
      cpu::set_costs(costs[resource], cluster.core, cluster.kernel_launch);
    }
  }
  for (const auto& [resource, observations] : observed) {
    fmt::print("{}", report::calibration_text(resource, observations, costs[resource]));
  }
  if (!csv.empty() && !(std::ofstream(csv) << report::calibration_csv(observed, costs)).flush()) {
    throw InputError({csv, 0, 0}, "", "cannot be written");
  }
  return 0;
}

}  // namespace tandem::cli
