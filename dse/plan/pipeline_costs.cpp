// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/pipeline_costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "dse/plan/builder.h"
#include "dse/plan/stage_times.h"
#include "models/energy/energy.h"
#include "models/latency/resource_use.h"
#include "models/lowering/dataflow.h"

namespace tandem::plan {

using network::LayerId;
using pipeline::CostTable;
using pipeline::Group;

namespace {

// Fills layers and inputs for these layers, in topological order.
void add_graph(const network::Model& model, const std::vector<LayerId>& layers, CostTable& table) {
  const network::Network& network = *model.network;
  std::map<LayerId, int> position;
  for (const LayerId id : layers) position.emplace(id, static_cast<int>(position.size()));
  // Through layers that are not in the table, to the layers whose bytes are read.
  const std::function<void(LayerId, std::set<int>&)> collect = [&](LayerId id, std::set<int>& found) {
    for (const LayerId input : network.layer(id).inputs) {
      if (const auto known = position.find(input); known != position.end()) {
        found.insert(known->second);
      } else {
        collect(input, found);
      }
    }
  };
  for (const LayerId id : layers) {
    std::set<int> inputs;
    collect(id, inputs);
    table.layers.push_back(network.layer(id).name);
    table.inputs.emplace_back(inputs.begin(), inputs.end());
  }
}

std::int64_t rounded(double value) { return std::llround(value); }

class Filler {
 public:
  explicit Filler(const Problem& problem)
      : problem_(problem),
        builder_(problem, "costs"),
        placement_(lowering::place(problem.model, problem.platform)),
        idle_power_(idle_power()) {}

  CostTable fill(StageResources resources) {
    table_.network = problem_.model.network->name();
    add_graph(problem_.model, builder_.layers(), table_);
    for (const lowering::Resource& group : builder_.groups())
      table_.types.push_back({cluster_of(group).name, group.cores, false});
    const bool joint = resources == StageResources::cores_and_accelerator && builder_.accelerator();
    if (joint) table_.types.push_back({builder_.accelerator()->name, 1, true});
    for (std::size_t type = 0; type < builder_.groups().size(); ++type) {
      for (int cores = 1; cores <= builder_.groups()[type].cores; ++cores) {
        const lowering::Resource group = *lowering::find_resource(
            problem_.platform, lowering::core_group_name(cluster_of(builder_.groups()[type]), cores));
        add_group({{type, group}}, false);
        if (joint) add_group({{type, group}}, true);
      }
    }
    if (joint && builder_.groups().size() > 1) {
      Cores all;
      for (std::size_t type = 0; type < builder_.groups().size(); ++type)
        all.emplace_back(type, builder_.groups()[type]);
      add_group(all, true);
    }
    table_.background_mw = rounded(1000 * idle_power_);
    return std::move(table_);
  }

 private:
  [[nodiscard]] const spec::Cluster& cluster_of(const lowering::Resource& group) const {
    return problem_.platform.clusters[static_cast<std::size_t>(group.cluster)];
  }

  using Cores = std::vector<std::pair<std::size_t, lowering::Resource>>;  // of a type each
  void add_group(const Cores& cores, bool with_accelerator) {
    Group group;
    group.usage.assign(table_.types.size(), 0);
    if (with_accelerator) group.usage.back() = 1;
    group.hand_over = 2 * problem_.platform.runtime.barrier.raw();
    double power = 0;
    std::vector<std::string> names;
    for (const auto& [type, own] : cores) {
      group.usage[type] = own.cores;
      power += core_power(own);
      names.push_back(own.name);
    }
    group.power_mw = rounded(power);
    const StageTimes times(problem_, names, with_accelerator);
    for (const LayerId layer : builder_.layers()) {
      const StageTimes::Layer& own = times.of(layer);
      const double idle = idle_power_ * static_cast<double>(own.time.raw());
      group.time.push_back(own.time.raw());
      group.energy.push_back(std::max<std::int64_t>(0, rounded(own.energy.raw() - idle)));
      group.take_in.push_back(take_in(layer, cores.front().second));
    }
    table_.groups.push_back(std::move(group));
  }

  // What is too large for half the cache is read from memory within the layer's own time.
  [[nodiscard]] std::int64_t take_in(LayerId layer, const lowering::Resource& cores) const {
    const spec::Cluster& cluster = cluster_of(cores);
    const auto bytes =
        static_cast<double>(placement_.layers[static_cast<std::size_t>(layer)].output.layout.bytes());
    if (bytes * cores.cores > static_cast<double>(cluster.l2.raw()) / 2) return 0;
    const double one = builder_.latency().stream_rate(cluster.core.reads_in_flight);
    const double most = builder_.latency().stream_rate(cluster.reads_in_flight);
    return rounded(bytes / std::min(most, one * cores.cores) * 1e12);
  }

  // Of all the group's cores at the run's operating point, in mW.
  [[nodiscard]] double core_power(const lowering::Resource& cores) const {
    const spec::Cluster& cluster = cluster_of(cores);
    spec::OperatingPoint point = cluster.operating_points.back();
    if (const auto asked = problem_.frequency.find(cluster.name); asked != problem_.frequency.end()) {
      for (const spec::OperatingPoint& own : cluster.operating_points) {
        if (own.frequency == asked->second) point = own;
      }
    }
    energy::PointActivity activity;
    activity.frequency = point.frequency;
    activity.millivolts = point.millivolts;
    return energy::core_dynamic_power(cluster.core_dynamic_uw_per_mhz_v2, activity).raw() * cores.cores;
  }

  // Of the platform when nothing runs, in pJ a ps.
  [[nodiscard]] double idle_power() const {
    latency::LayerTime second;
    second.time = Picoseconds(1'000'000'000'000);
    latency::ResourceUse use(problem_.platform, problem_.model);
    use.add({}, second, spec::WaitPolicy::interrupt, 0, problem_.frequency);
    double sum = 0;
    for (const auto& [part, energy] : energy::energy_by_component(use.activity(1, second.time, second.time)))
      sum += energy.raw();
    return sum / static_cast<double>(second.time.raw());
  }

  const Problem& problem_;
  ScheduleBuilder builder_;
  lowering::Placement placement_;
  double idle_power_;
  CostTable table_;
};

}  // namespace

CostTable pipeline_costs(const Problem& problem, StageResources resources) {
  return Filler(problem).fill(resources);
}

CostTable measured_costs(const Problem& problem, const std::string& csv) {
  const ScheduleBuilder builder(problem, "costs");
  pipeline::Allowed allowed;
  allowed.machine = problem.platform.name;
  for (const lowering::Resource& group : builder.groups()) {
    const auto cluster = static_cast<std::size_t>(group.cluster);
    allowed.types.push_back({problem.platform.clusters[cluster].name, group.cores, false});
  }
  CostTable table = pipeline::read_cost_csv(csv, problem.model.network->name(), allowed);
  const network::Network& network = *problem.model.network;
  std::map<std::string, LayerId> ids;
  std::vector<std::string> names;
  for (LayerId id = 0; id < network.size(); ++id) {
    ids.emplace(network.layer(id).name, id);
    names.push_back(network.layer(id).name);
  }
  std::vector<tandem::Problem> problems;
  std::map<LayerId, std::size_t> column;  // in topological order
  for (std::size_t layer = 0; layer < table.layers.size(); ++layer) {
    const auto found = ids.find(table.layers[layer]);
    if (found == ids.end()) {
      const std::string near = nearest_name(table.layers[layer], names);
      problems.push_back({{csv, 0, 0},
                          "layer",
                          fmt::format("\"{}\" is none of {}{}", table.layers[layer], network.name(),
                                      near.empty() ? "" : ", did you mean \"" + near + "\"?")});
    } else {
      column.emplace(found->second, layer);
    }
  }
  for (const LayerId id : builder.layers()) {
    if (!column.contains(id))
      problems.push_back({{csv, 0, 0},
                          "layer",
                          fmt::format("\"{}\" of {} is missing", network.layer(id).name, network.name())});
  }
  if (!problems.empty()) throw InputError(std::move(problems));

  std::vector<LayerId> order;
  for (const auto& [id, position] : column) order.push_back(id);
  CostTable result;
  result.network = table.network;
  result.types = table.types;
  add_graph(problem.model, order, result);
  for (Group group : table.groups) {
    Group ordered = group;
    for (std::size_t i = 0; i < order.size(); ++i) {
      ordered.time[i] = group.time[column[order[i]]];
      if (!group.energy.empty()) ordered.energy[i] = group.energy[column[order[i]]];
    }
    result.groups.push_back(std::move(ordered));
  }
  return result;
}

}  // namespace tandem::plan
