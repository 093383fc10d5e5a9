// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/pipeit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace tandem::pipeline {

namespace {

// The one type a group has, and how many; nothing for mixed groups and accelerators.
std::optional<std::pair<int, int>> cores_of(const CostTable& table, const Group& group) {
  std::optional<std::pair<int, int>> found;
  for (std::size_t type = 0; type < table.types.size(); ++type) {
    if (group.usage[type] == 0) continue;
    if (found || table.types[type].is_accelerator) return std::nullopt;
    found = {static_cast<int>(type), group.usage[type]};
  }
  return found;
}

using GroupsByCores = std::map<std::pair<int, int>, int>;

GroupsByCores groups_by_cores(const CostTable& table) {
  GroupsByCores groups;
  for (std::size_t g = 0; g < table.groups.size(); ++g) {
    if (const auto cores = cores_of(table, table.groups[g])) groups[*cores] = static_cast<int>(g);
  }
  return groups;
}

// Stages as groups and where each ends, exclusive, in topological order.
class Balancer {
 public:
  Balancer(const CostTable& table, std::vector<int> groups) : table_(table), groups_(std::move(groups)) {
    ends_.assign(groups_.size(), table.size());
    times_.resize(groups_.size());
    for (std::size_t stage = 0; stage < groups_.size(); ++stage) times_[stage] = time(stage);
  }

  // Every move makes the longer of two stages shorter, so the sorted list of stage times falls and this ends.
  void run() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t stage = 0; stage + 1 < groups_.size(); ++stage) {
        while (shift(stage, -1) || shift(stage, +1)) moved = true;
      }
    }
  }

  [[nodiscard]] Plan plan() const {
    std::vector<Stage> stages;
    for (std::size_t stage = 0; stage < groups_.size(); ++stage) {
      if (begin(stage) == ends_[stage]) continue;
      std::vector<int> layers(static_cast<std::size_t>(ends_[stage] - begin(stage)));
      std::iota(layers.begin(), layers.end(), begin(stage));
      stages.push_back({groups_[stage], std::move(layers), 0, 0});
    }
    return evaluated(table_, std::move(stages));
  }

 private:
  [[nodiscard]] int begin(std::size_t stage) const { return stage == 0 ? 0 : ends_[stage - 1]; }

  [[nodiscard]] std::int64_t time(std::size_t stage) const {
    std::vector<int> layers(static_cast<std::size_t>(ends_[stage] - begin(stage)));
    std::iota(layers.begin(), layers.end(), begin(stage));
    return evaluated(table_, {{groups_[stage], std::move(layers), 0, 0}}).period;
  }

  // Moves the border between a stage and the next by one layer, if their longer time falls.
  bool shift(std::size_t stage, int by) {
    const int moved = ends_[stage] + by;
    if (moved < begin(stage) || moved > ends_[stage + 1]) return false;
    const int old_end = ends_[stage];
    const std::int64_t longer = std::max(times_[stage], times_[stage + 1]);
    ends_[stage] = moved;
    const std::int64_t first = time(stage);
    const std::int64_t second = time(stage + 1);
    if (std::max(first, second) < longer) {
      times_[stage] = first;
      times_[stage + 1] = second;
      return true;
    }
    ends_[stage] = old_end;
    return false;
  }

  const CostTable& table_;
  std::vector<int> groups_;
  std::vector<int> ends_;
  std::vector<std::int64_t> times_;
};

Plan balanced(const CostTable& table, const std::vector<int>& groups) {
  Balancer balancer(table, groups);
  balancer.run();
  return balancer.plan();
}

}  // namespace

std::vector<int> types_by_speed(const CostTable& table) {
  std::vector<std::pair<std::int64_t, int>> speeds;
  int last_type = -1;
  for (const auto& [cores, group] : groups_by_cores(table)) {
    if (cores.first == last_type) continue;
    last_type = cores.first;
    const std::vector<std::int64_t>& times = table.group(group).time;
    speeds.emplace_back(std::accumulate(times.begin(), times.end(), std::int64_t{0}) * cores.second,
                        cores.first);
  }
  std::sort(speeds.begin(), speeds.end());
  std::vector<int> types;
  for (const auto& [time, type] : speeds) types.push_back(type);
  return types;
}

PipeitAnswer pipeit(const CostTable& table) {
  const GroupsByCores groups = groups_by_cores(table);
  std::vector<int> pipeline;
  for (const int type : types_by_speed(table)) {
    const auto smallest = groups.lower_bound({type, 0});
    const int stages = table.types[static_cast<std::size_t>(type)].count / smallest->first.second;
    pipeline.insert(pipeline.end(), static_cast<std::size_t>(stages), smallest->second);
  }
  if (pipeline.empty()) throw std::invalid_argument("no cores");
  PipeitAnswer answer{balanced(table, pipeline), 1};
  for (bool merged = true; merged;) {
    merged = false;
    for (std::size_t stage = 0; stage + 1 < pipeline.size(); ++stage) {
      const auto own = cores_of(table, table.group(pipeline[stage]));
      const auto next = cores_of(table, table.group(pipeline[stage + 1]));
      if (own->first != next->first) continue;
      const auto both = groups.find({own->first, own->second + next->second});
      if (both == groups.end()) continue;
      std::vector<int> shorter = pipeline;
      shorter[stage] = both->second;
      shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(stage) + 1);
      Plan plan = balanced(table, shorter);
      ++answer.pipelines_tried;
      if (plan.period >= answer.plan.period) continue;
      answer.plan = std::move(plan);
      pipeline = std::move(shorter);
      merged = true;
      break;
    }
  }
  return answer;
}

std::string notation(const CostTable& table, const Plan& plan) {
  const std::vector<int> order = types_by_speed(table);
  int core_types = 0;
  for (const ResourceType& type : table.types) core_types += type.is_accelerator ? 0 : 1;
  std::string text;
  for (const Stage& stage : plan.stages) {
    std::string name;
    const Group& group = table.group(stage.group);
    for (std::size_t type = 0; type < table.types.size(); ++type) {
      if (group.usage[type] == 0) continue;
      if (!name.empty()) name += "+";
      if (table.types[type].is_accelerator) {
        name += "A";
      } else if (core_types > 2) {
        name += fmt::format("{}x{}", table.types[type].name, group.usage[type]);
      } else {
        const bool is_big = order.empty() || static_cast<int>(type) == order.front();
        name += fmt::format("{}{}", is_big ? "B" : "s", group.usage[type]);
      }
    }
    text += (text.empty() ? "" : "-") + name;
  }
  return text;
}

}  // namespace tandem::pipeline
