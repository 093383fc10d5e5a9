// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/pipeline_planner.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "dse/plan/pipeline_costs.h"
#include "dse/plan/stage_times.h"

namespace tandem::plan {

using network::LayerId;
using pipeline::CostTable;

namespace {

class Writer {
 public:
  Writer(const Problem& problem, const CostTable& table, const pipeline::Plan& plan)
      : problem_(problem), table_(table), plan_(plan) {
    const network::Network& network = *problem.model.network;
    for (LayerId id = 0; id < network.size(); ++id) ids_.emplace(network.layer(id).name, id);
  }

  spec::Schedule write(spec::Planner planner) {
    schedule_.network = problem_.model.network->name();
    schedule_.planner = to_string(planner);
    schedule_.predicted_latency = Picoseconds(plan_.latency);
    const network::Network& network = *problem_.model.network;
    const auto roles = lowering::layer_roles(problem_.model, problem_.platform);
    std::map<LayerId, std::pair<const pipeline::Stage*, std::size_t>> where;  // stage, layer of the table
    for (const pipeline::Stage& stage : plan_.stages) {
      const pipeline::Group& group = table_.group(stage.group);
      spec::Stage& written = schedule_.stages.emplace_back();
      written.first_layer = name_of(stage.layers.front());
      written.last_layer = name_of(stage.layers.back());
      written.resources = pipeline::resource_names(table_, group);
      std::vector<LayerId> with_work;
      for (const int layer : stage.layers) {
        const LayerId id = ids_.at(name_of(layer));
        if (roles[static_cast<std::size_t>(id)] != lowering::LayerRole::compute) continue;
        where[id] = {&stage, static_cast<std::size_t>(layer)};
        with_work.push_back(id);
      }
      if (!is_range(with_work, roles)) {
        for (const LayerId id : with_work) written.layers.push_back(network.layer(id).name);
      }
    }
    for (const auto& [id, found] : where) add_items(id, *found.first, found.second);
    return std::move(schedule_);
  }

 private:
  [[nodiscard]] const std::string& name_of(int layer) const {
    return table_.layers[static_cast<std::size_t>(layer)];
  }

  // Whether these are all layers with work from the first to the last.
  static bool is_range(const std::vector<LayerId>& layers, const std::vector<lowering::LayerRole>& roles) {
    if (layers.empty()) return true;
    const auto count = std::count(roles.begin() + layers.front(), roles.begin() + layers.back() + 1,
                                  lowering::LayerRole::compute);
    return count == static_cast<std::ptrdiff_t>(layers.size());
  }

  void add_items(LayerId id, const pipeline::Stage& stage, std::size_t layer) {
    const pipeline::Group& group = table_.group(stage.group);
    const std::vector<std::string> names = pipeline::resource_names(table_, group);
    const network::Layer& own = problem_.model.network->layer(id);
    const Picoseconds predicted(group.time[layer]);
    if (names.size() == 1) {
      schedule_.items.push_back({own.name, names[0], 0, own.output.c, 0, own.output.h, predicted});
      return;
    }
    const auto [found, is_new] = divided_.try_emplace(names, std::nullopt);
    if (is_new) found->second.emplace(problem_, std::vector(names.begin(), names.end() - 1), true);
    for (const lowering::ProgramItem& item : found->second->of(id).items) {
      const network::OutputRange& range = item.range;
      schedule_.items.push_back(
          {own.name, item.resource.name, range.k0, range.k1, range.p0, range.p1, predicted});
    }
  }

  const Problem& problem_;
  const CostTable& table_;
  const pipeline::Plan& plan_;
  std::map<std::string, LayerId> ids_;
  std::map<std::vector<std::string>, std::optional<StageTimes>> divided_;  // by a stage's resources
  spec::Schedule schedule_;
};

}  // namespace

bool plans_pipelines(spec::Planner planner) {
  return planner == spec::Planner::pipeit || planner == spec::Planner::exact ||
         planner == spec::Planner::joint;
}

pipeline::Solution solve_table(spec::Planner planner, const CostTable& table, const pipeline::Goal& goal,
                               const std::string& where, bool with_front) {
  const pipeline::Method method =
      planner == spec::Planner::pipeit ? pipeline::Method::published : pipeline::Method::exact;
  try {
    return pipeline::solve(table, method, goal, with_front);
  } catch (const std::invalid_argument& error) {
    throw InputError({where, 0, 0}, "", error.what());
  }
}

CostTable costs_for(spec::Planner planner, const Problem& problem, const std::string& csv) {
  if (!csv.empty()) return measured_costs(problem, csv);
  return pipeline_costs(problem, planner == spec::Planner::joint ? StageResources::cores_and_accelerator
                                                                 : StageResources::cores);
}

spec::Schedule schedule_of(spec::Planner planner, const Problem& problem, const CostTable& table,
                           const pipeline::Plan& plan) {
  return Writer(problem, table, plan).write(planner);
}

PipelinePlan plan_pipeline(spec::Planner planner, const Problem& problem, const std::string& csv,
                           bool with_front) {
  PipelinePlan answer;
  answer.table = costs_for(planner, problem, csv);
  answer.solution =
      solve_table(planner, answer.table, problem.goal, csv.empty() ? problem.where : csv, with_front);
  answer.schedule = schedule_of(planner, problem, answer.table, answer.solution.answer.plan);
  return answer;
}

}  // namespace tandem::plan
