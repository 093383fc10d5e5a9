// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/part_experiments.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <sstream>
#include <thread>

#include "dse/plan/planner.h"
#include "models/core/error.h"
#include "models/core/locate.h"
#include "models/lowering/kernel_steps.h"
#include "models/lowering/resources.h"
#include "sim/cli/children.h"
#include "sim/cli/progress.h"
#include "sim/cli/reference_cache.h"
#include "sim/platform/machine.h"

namespace tandem::cli {

using cpu::Costs;
using cpu::Observation;

namespace {

constexpr double kStreamBound = 0.05;  // of the product's own time

MeasuredNetwork open_network(const spec::NetworkParts& parts) {
  MeasuredNetwork own{parts, {}, {}};
  const auto network = std::make_shared<const network::Network>(network::read_network(parts.file));
  own.model = prepare(network, network::Precision::fp32, 1, 1).model;
  const std::vector<std::string>& first_layers = parts.first_layers;
  std::size_t begun = 0;  // parts
  for (const network::Layer& layer : network->layers()) {
    if (begun < first_layers.size() && layer.name == first_layers[begun]) ++begun;
    own.part_of_layer.push_back(static_cast<int>(begun) - 1);
  }
  if (begun != first_layers.size()) {
    throw InputError({parts.file, 0, 0}, first_layers[begun], "is no layer that follows the parts before it");
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
    const cpu::Share all = cpu::whole(network.layer(id).output);
    const spec::CoreType& core = platform.clusters[static_cast<std::size_t>(cores.cluster)].core;
    const auto shares = lowering::thread_shares(own.model, placement, core, id, all, cores.cores);
    for (const lowering::KernelStep& step : lowering::kernel_steps(
             own.model, placement, core, id, {cores.cluster, cores.cores, all, shares[0]})) {
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

// What each part of each experiment takes, simulated.
std::vector<std::vector<double>> simulate(const PartExperiments& all_of, const char* label) {
  Progress progress(label);
  const int count = static_cast<int>(all_of.experiments.size());
  const std::vector<std::string> texts = run_in_children(
      count, std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
      [&](int i) {
        const Experiment& one = all_of.experiments[static_cast<std::size_t>(i)];
        return simulate_parts(all_of.networks.at(one.network), all_of.platform, one);
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

}  // namespace

std::map<std::string, std::vector<Observation>> PartExperiments::observe() const {
  const std::vector<std::vector<double>> simulated = simulate(*this, "simulating parts");
  std::map<std::string, std::vector<Observation>> by_cluster;
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    const Experiment& one = experiments[i];
    const lowering::Resource cores = *lowering::find_resource(platform, one.resource);
    const std::vector<cpu::Work> work = work_of(networks.at(one.network), platform, cores);
    const spec::Cluster& cluster = platform.clusters[static_cast<std::size_t>(cores.cluster)];
    const Costs costs = cpu::costs_of(cluster.core, cluster.kernel_launch);
    const auto add = [&](int part, double measured_ms, const cpu::Work& own_work, double simulated_ms) {
      Observation observation;
      observation.network = one.network;
      observation.resource = one.resource;
      observation.part = part;
      observation.megahertz = static_cast<double>(one.frequency.raw()) * 1e-6;
      observation.measured_ms = measured_ms;
      observation.work = cpu::as_array(own_work, cores.cores);
      const double beyond = simulated_ms - cpu::predict_ms(costs, observation);
      // A matrix-vector product computes behind its stream: where that takes longer, its rate shows nowhere.
      const double hidden = cpu::column(observation, cpu::kGemvCost) * costs[cpu::kGemvCost];
      if (hidden > 0 && beyond > kStreamBound * hidden) observation.work[cpu::kGemvCost] = 0;
      observation.memory_ms = std::max(0.0, simulated_ms - cpu::predict_ms(costs, observation));
      by_cluster[cluster.name].push_back(observation);
    };
    for (const spec::MeasuredPart& part : one.parts) {
      const auto index = static_cast<std::size_t>(part.part);
      add(part.part, part.time_ms, work[index], simulated[i][index]);
    }
    if (one.whole_ms > 0) {
      add(cpu::kWholeNetwork, one.whole_ms,
          std::accumulate(work.begin(), work.end(), cpu::Work{},
                          [](cpu::Work sum, const cpu::Work& next) { return sum += next; }),
          std::accumulate(simulated[i].begin(), simulated[i].end(), 0.0));
    }
  }
  return by_cluster;
}

PartExperiments open_part_experiments(const std::string& platform, const std::string& measured_name,
                                      const std::string& parts_name) {
  const std::string measured = resolve_config("calibration", measured_name),
                    parts = resolve_config("calibration", parts_name);
  PartExperiments own;
  own.platform = spec::read_platform(platform);
  for (const spec::NetworkParts& network : spec::read_network_parts(parts)) {
    own.networks.emplace(network.name, open_network(network));
  }
  for (const spec::MeasuredPart& row : spec::read_measured_parts(measured)) {
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
      own.experiments.push_back({row.network, row.resource, row.frequency, {}, 0});
      own_one = own.experiments.end() - 1;
    }
    own_one->parts.push_back(row);
  }
  return own;
}

void add_thread_experiments(PartExperiments& experiments, const std::string& measured) {
  const spec::Platform& platform = experiments.platform;
  for (const spec::MeasuredThreads& row :
       spec::read_measured_threads(resolve_config("calibration", measured))) {
    const int threads = row.big + row.little;
    if (row.board != platform.name || (row.big > 0 && row.little > 0)) continue;
    if (experiments.networks.count(row.network) == 0) {
      throw InputError({measured, 0, 0}, row.network, "is no network whose parts are known");
    }
    const std::size_t cluster = row.big > 0 ? 0 : 1;
    if (cluster >= platform.clusters.size() || threads > platform.clusters[cluster].cores) {
      throw InputError({measured, 0, 0}, row.board, "has no cluster of so many cores");
    }
    experiments.experiments.push_back({row.network,
                                       fmt::format("{}x{}", platform.clusters[cluster].name, threads),
                                       platform.clusters[cluster].operating_points.back().frequency,
                                       {},
                                       row.time_ms});
  }
}

}  // namespace tandem::cli
