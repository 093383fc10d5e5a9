// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/core/error.h"

namespace tandem::lowering {

using network::LayerId;

namespace {

// All cores of every group the items name; at least one, the host.
ResolvedStage only_stage(const std::vector<LayerRole>& roles, const std::vector<ProgramItem>& items) {
  ResolvedStage stage;
  for (std::size_t id = 0; id < roles.size(); ++id) {
    if (roles[id] == LayerRole::compute) stage.layers.push_back(static_cast<LayerId>(id));
  }
  std::map<int, int> most;  // by cluster
  for (const ProgramItem& item : items) {
    if (item.resource.cluster < 0) continue;
    int& cores = most[item.resource.cluster];
    cores = std::max(cores, item.resource.cores);
  }
  if (most.empty()) most[0] = 1;
  for (const auto& [cluster, cores] : most) stage.groups.push_back({cluster, 0, cores});
  return stage;
}

class Resolver {
 public:
  Resolver(const spec::Schedule& schedule, const network::Model& model, const spec::Platform& platform,
           const std::vector<LayerRole>& roles, const std::vector<ProgramItem>& items)
      : schedule_(schedule),
        network_(*model.network),
        platform_(platform),
        roles_(roles),
        items_(items),
        stage_of_(roles.size(), -1),
        stages_(schedule.stages.size()),
        units_(schedule.stages.size()),
        taken_(platform.clusters.size(), 0) {
    for (LayerId id = 0; id < network_.size(); ++id) ids_[network_.layer(id).name] = id;
  }

  std::vector<ResolvedStage> run() {
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
      take_layers(stage);
      take_resources(stage);
    }
    check_cores();
    for (LayerId id = 0; id < network_.size(); ++id) check_layer(id);
    for (const ProgramItem& item : items_) check_item(item);
    if (!problems_.empty()) throw InputError(std::move(problems_));
    return std::move(stages_);
  }

 private:
  void problem(const std::string& key, std::string message) {
    problems_.push_back({{"schedule", 0, 0}, key, std::move(message)});
  }
  static std::string key_of(std::size_t stage, const char* key) {
    return fmt::format("stage[{}].{}", stage, key);
  }
  [[nodiscard]] const std::string& name(LayerId id) const { return network_.layer(id).name; }

  std::optional<LayerId> find(const std::string& layer, std::size_t stage, const char* key) {
    const auto found = ids_.find(layer);
    if (found != ids_.end()) return found->second;
    problem(key_of(stage, key), "layer \"" + layer + "\" is not in the network");
    return std::nullopt;
  }

  void take_layers(std::size_t index) {
    const spec::Stage& asked = schedule_.stages[index];
    if (!asked.layers.empty()) {
      for (const std::string& layer : asked.layers) {
        const auto id = find(layer, index, "layers");
        if (!id) continue;
        if (roles_[static_cast<std::size_t>(*id)] == LayerRole::compute) {
          take_layer(index, *id);
        } else {
          problem(key_of(index, "layers"), "layer \"" + layer + "\" has no work; leave it out");
        }
      }
    } else {
      const auto first = find(asked.first_layer, index, "first_layer");
      const auto last = find(asked.last_layer, index, "last_layer");
      if (!first || !last) return;
      for (LayerId id = *first; id <= *last; ++id) {
        if (roles_[static_cast<std::size_t>(id)] == LayerRole::compute) take_layer(index, id);
      }
    }
    std::sort(stages_[index].layers.begin(), stages_[index].layers.end());
    if (stages_[index].layers.empty()) problem(key_of(index, "layers"), "the stage has no layer with work");
  }

  void take_layer(std::size_t index, LayerId id) {
    int& stage = stage_of_[static_cast<std::size_t>(id)];
    if (stage >= 0) {
      problem(key_of(index, "layers"),
              fmt::format(
                  "layer \"{}\" is in stage[{}] already; where stages interleave, list the layers of each",
                  name(id), stage));
      return;
    }
    stage = static_cast<int>(index);
    stages_[index].layers.push_back(id);
  }

  void take_resources(std::size_t index) {
    for (const std::string& asked : schedule_.stages[index].resources) {
      const auto resource = find_resource(platform_, asked);
      if (!resource) {
        problem(key_of(index, "resources"), "\"" + asked + "\" is not on the platform; allowed is " +
                                                join(resource_names(platform_)) + " or fewer cores of one");
      } else if (resource->accelerator >= 0) {
        units_[index].push_back(resource->accelerator);
      } else if (group_of(index, resource->cluster) != nullptr) {
        problem(key_of(index, "resources"), "two groups of one cluster; give one with all their cores");
      } else {
        int& taken = taken_[static_cast<std::size_t>(resource->cluster)];
        stages_[index].groups.push_back({resource->cluster, taken, resource->cores});
        taken += resource->cores;
      }
    }
    if (!stages_[index].groups.empty()) return;
    problem(key_of(index, "resources"),
            fmt::format("no cores; a stage needs one at least, to start its accelerators, such as {}",
                        core_group_name(platform_.clusters.back(), 1)));
  }

  [[nodiscard]] const StageCores* group_of(std::size_t stage, int cluster) const {
    for (const StageCores& group : stages_[stage].groups) {
      if (group.cluster == cluster) return &group;
    }
    return nullptr;
  }

  void check_cores() {
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      const spec::Cluster& cluster = platform_.clusters[i];
      if (taken_[i] <= cluster.cores) continue;
      problem("stage", fmt::format("the stages take {} cores of {}, which has {}", taken_[i], cluster.name,
                                   cluster.cores));
    }
  }

  // Stages are in an order in which no layer waits for a later one.
  void check_layer(LayerId id) {
    const auto at = static_cast<std::size_t>(id);
    if (roles_[at] == LayerRole::in_place) {  // as far along as its inputs
      for (const LayerId input : network_.layer(id).inputs)
        stage_of_[at] = std::max(stage_of_[at], stage_of_[static_cast<std::size_t>(input)]);
    }
    if (roles_[at] != LayerRole::compute) return;
    if (stage_of_[at] < 0) return problem("stage", "layer \"" + name(id) + "\" is in no stage");
    for (const LayerId input : network_.layer(id).inputs) {
      if (stage_of_[static_cast<std::size_t>(input)] <= stage_of_[at]) continue;
      problem("stage",
              fmt::format("layer \"{}\" of stage[{}] reads \"{}\" of stage[{}], which comes later", name(id),
                          stage_of_[at], name(input), stage_of_[static_cast<std::size_t>(input)]));
    }
  }

  void check_item(const ProgramItem& item) {
    const int stage = stage_of_[static_cast<std::size_t>(item.layer)];
    if (stage < 0) return;
    const auto index = static_cast<std::size_t>(stage);
    const std::vector<int>& units = units_[index];
    const StageCores* group = item.resource.cluster >= 0 ? group_of(index, item.resource.cluster) : nullptr;
    const bool there = item.resource.accelerator >= 0
                           ? std::find(units.begin(), units.end(), item.resource.accelerator) != units.end()
                           : group != nullptr && item.resource.cores <= group->cores;
    if (there) return;
    problem(name(item.layer),
            fmt::format("an item on {}, but stage[{}] of the layer has {}", item.resource.name, stage,
                        join(schedule_.stages[index].resources)));
  }

  const spec::Schedule& schedule_;
  const network::Network& network_;
  const spec::Platform& platform_;
  const std::vector<LayerRole>& roles_;
  const std::vector<ProgramItem>& items_;
  std::map<std::string, LayerId> ids_;
  std::vector<int> stage_of_;  // by layer; -1: none
  std::vector<ResolvedStage> stages_;
  std::vector<std::vector<int>> units_;  // by stage: accelerators
  std::vector<int> taken_;               // by cluster: cores dealt
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<ResolvedStage> resolve_stages(const spec::Schedule& schedule, const network::Model& model,
                                          const spec::Platform& platform, const std::vector<LayerRole>& roles,
                                          const std::vector<ProgramItem>& items) {
  if (schedule.stages.size() < 2) return {only_stage(roles, items)};
  return Resolver(schedule, model, platform, roles, items).run();
}

std::vector<int> stages_of_layers(const std::vector<ResolvedStage>& stages, const network::Network& network) {
  std::vector<int> stage_of(static_cast<std::size_t>(network.size()), -1);
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    for (const LayerId id : stages[stage].layers)
      stage_of[static_cast<std::size_t>(id)] = static_cast<int>(stage);
  }
  for (LayerId id = 0; id < network.size(); ++id) {
    int& stage = stage_of[static_cast<std::size_t>(id)];
    if (stage >= 0) continue;
    stage = 0;
    for (const LayerId input : network.layer(id).inputs)
      stage = std::max(stage, stage_of[static_cast<std::size_t>(input)]);
  }
  return stage_of;
}

}  // namespace tandem::lowering
