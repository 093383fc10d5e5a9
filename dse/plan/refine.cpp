// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/refine.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

namespace tandem::plan {

using pipeline::CostTable;
using pipeline::Group;
using pipeline::Stage;

namespace {

double percent_off(std::int64_t planned, std::int64_t measured) {
  return 100.0 *
         (static_cast<double>(planned) / static_cast<double>(std::max<std::int64_t>(1, measured)) - 1.0);
}

std::int64_t scaled(std::int64_t time, double factor) {
  return std::llround(static_cast<double>(time) * factor);
}

// A table that learns from runs.
class Learner {
 public:
  Learner(const network::Network& network, CostTable table)
      : first_(std::move(table)),
        now_(first_),
        known_(first_.groups.size(), std::vector<bool>(first_.layers.size())) {
    std::map<std::string, network::LayerId> ids;
    for (network::LayerId id = 0; id < network.size(); ++id) ids[network.layer(id).name] = id;
    for (const std::string& layer : first_.layers) ids_.push_back(ids.at(layer));
  }

  [[nodiscard]] const CostTable& table() const { return now_; }

  void learn(const pipeline::Plan& plan, const PipelineTimes& times) {
    for (std::size_t i = 0; i < plan.stages.size(); ++i) take(plan.stages[i], times.layers, times.stages[i]);
    correct();
  }

 private:
  // Layers as measured; what the stage took besides belongs to its first.
  void take(const Stage& stage, const std::vector<Picoseconds>& layers, Picoseconds whole) {
    Group& group = now_.groups[static_cast<std::size_t>(stage.group)];
    for (const int layer : stage.layers) {
      const auto at = static_cast<std::size_t>(layer);
      set(group, at, layers[static_cast<std::size_t>(ids_[at])].raw());
      known_[static_cast<std::size_t>(stage.group)][at] = true;
    }
    const std::int64_t own = pipeline::evaluated(now_, {stage}).stages.front().time;
    const auto front = static_cast<std::size_t>(stage.layers.front());
    set(group, front, std::max<std::int64_t>(0, group.time[front] + whole.raw() - own));
  }

  // Energy beyond the time's share is the accelerator's and the memory's, and stays.
  static void set(Group& group, std::size_t layer, std::int64_t time) {
    const std::int64_t more = time - group.time[layer];
    if (!group.energy.empty())
      group.energy[layer] = std::max<std::int64_t>(0, group.energy[layer] + more / 1000 * group.power_mw);
    group.time[layer] = time;
  }

  // Groups of the same types err alike, layer by layer or at least on the whole.
  void correct() {
    struct Sum {
      double measured = 0, said = 0;
    };
    std::map<std::vector<bool>, std::vector<Sum>> by_layer;
    std::map<std::vector<bool>, Sum> overall;
    for (std::size_t g = 0; g < now_.groups.size(); ++g) {
      std::vector<Sum>& sums = by_layer[types_of(now_.groups[g])];
      sums.resize(first_.layers.size());
      for (std::size_t layer = 0; layer < first_.layers.size(); ++layer) {
        if (!known_[g][layer]) continue;
        const auto measured = static_cast<double>(now_.groups[g].time[layer]);
        const auto said = static_cast<double>(first_.groups[g].time[layer]);
        for (Sum* sum : {&sums[layer], &overall[types_of(now_.groups[g])]}) {
          sum->measured += measured;
          sum->said += said;
        }
      }
    }
    const auto factor = [](const Sum& sum) { return sum.said > 0 ? sum.measured / sum.said : 0.0; };
    for (std::size_t g = 0; g < now_.groups.size(); ++g) {
      const std::vector<bool> types = types_of(now_.groups[g]);
      for (std::size_t layer = 0; layer < first_.layers.size(); ++layer) {
        if (known_[g][layer]) continue;
        double by = factor(by_layer[types][layer]);
        if (by == 0) by = factor(overall[types]);
        if (by > 0) set(now_.groups[g], layer, scaled(first_.groups[g].time[layer], by));
      }
    }
  }

  static std::vector<bool> types_of(const Group& group) {
    std::vector<bool> used;
    for (const int count : group.usage) used.push_back(count > 0);
    return used;
  }

  CostTable first_, now_;
  std::vector<network::LayerId> ids_;     // by layer of the table
  std::vector<std::vector<bool>> known_;  // by group, layer: measured
};

RefinementRound compared(const pipeline::Solution& solution, const PipelineTimes& times, bool known) {
  const pipeline::Plan& plan = solution.answer.plan;
  RefinementRound round;
  round.notation = solution.notation;
  round.planned = Picoseconds(plan.period);
  round.measured = times.period;
  round.known = known;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    round.stage_error_percent += std::abs(percent_off(plan.stages[i].time, times.stages[i].raw())) /
                                 static_cast<double>(plan.stages.size());
  }
  return round;
}

struct Run {
  std::vector<Stage> stages;  // group and layers
  PipelineTimes times;
};

bool same_stages(const std::vector<Stage>& a, const std::vector<Stage>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Stage& one, const Stage& other) {
    return one.group == other.group && one.layers == other.layers;
  });
}

// What the joint planner joins, each without the other: the fastest plan of one stage, and of stages of cores
// alone where there is one.
std::vector<pipeline::Plan> parts_of_joint(const CostTable& table, const pipeline::Goal& goal,
                                           const std::string& where) {
  std::vector<int> all(static_cast<std::size_t>(table.size()));
  std::iota(all.begin(), all.end(), 0);
  pipeline::Plan one_stage;
  CostTable of_cores = table;
  of_cores.groups.clear();
  std::vector<int> groups;  // of `of_cores`, in the table
  for (int g = 0; g < static_cast<int>(table.groups.size()); ++g) {
    Stage whole;
    whole.group = g;
    whole.layers = all;
    const pipeline::Plan plan = pipeline::evaluated(table, {whole});
    if (one_stage.stages.empty() || plan.period < one_stage.period) one_stage = plan;
    bool cores = true;
    for (std::size_t type = 0; type < table.types.size(); ++type)
      cores &= !table.types[type].is_accelerator || table.group(g).usage[type] == 0;
    if (!cores) continue;
    of_cores.groups.push_back(table.group(g));
    groups.push_back(g);
  }
  std::vector<pipeline::Plan> plans = {one_stage};
  if (groups.empty()) return plans;
  try {
    std::vector<Stage> stages =
        solve_table(spec::Planner::exact, of_cores, goal, where, false).answer.plan.stages;
    for (Stage& stage : stages) stage.group = groups[static_cast<std::size_t>(stage.group)];
    plans.push_back(pipeline::evaluated(table, std::move(stages)));
  } catch (const InputError&) {
    // Cores alone do not meet the goal.
  }
  return plans;
}

}  // namespace

Refinement refine_pipeline(spec::Planner planner, const Problem& problem, const std::string& csv, int rounds,
                           const MeasurePipeline& measure) {
  const std::string& where = csv.empty() ? problem.where : csv;
  Learner learner(*problem.model.network, costs_for(planner, problem, csv));
  Refinement answer;
  std::vector<Run> runs;
  pipeline::Solution solution;
  for (int round = 0; round < rounds; ++round) {
    solution = solve_table(planner, learner.table(), problem.goal, where, false);
    const pipeline::Plan& plan = solution.answer.plan;
    const auto before = std::find_if(runs.begin(), runs.end(),
                                     [&](const Run& run) { return same_stages(run.stages, plan.stages); });
    const bool known = before != runs.end();
    if (!known) runs.push_back({plan.stages, measure(schedule_of(planner, problem, learner.table(), plan))});
    const PipelineTimes& times = known ? before->times : runs.back().times;
    answer.rounds.push_back(compared(solution, times, known));
    learner.learn(plan, times);
    const RefinementRound& last = answer.rounds.back();
    if (known || (last.stage_error_percent <= kStageErrorPercent &&
                  std::abs(last.throughput_error_percent()) <= kThroughputErrorPercent)) {
      break;
    }
  }
  // Stages of a joint pipeline slow each other in ways the table does not know. So that it is never behind
  // what it joins, that runs too.
  if (planner == spec::Planner::joint && problem.goal.objective == pipeline::Objective::throughput) {
    for (const pipeline::Plan& part : parts_of_joint(learner.table(), problem.goal, where)) {
      if (std::any_of(runs.begin(), runs.end(),
                      [&](const Run& run) { return same_stages(run.stages, part.stages); }))
        continue;
      const pipeline::Solution judged = pipeline::judged(learner.table(), problem.goal, part);
      runs.push_back({part.stages, measure(schedule_of(planner, problem, learner.table(), part))});
      answer.rounds.push_back(compared(judged, runs.back().times, false));
      learner.learn(part, runs.back().times);
    }
  }
  // Where throughput is not what is asked for, the plan that agreed is the answer.
  const Run* best = &runs.back();
  for (const Run& run : runs) {
    if (problem.goal.objective == pipeline::Objective::throughput && run.times.period < best->times.period)
      best = &run;
  }
  learner.learn(pipeline::evaluated(learner.table(), best->stages), best->times);
  answer.plan.table = learner.table();
  answer.plan.solution =
      pipeline::judged(answer.plan.table, problem.goal, pipeline::evaluated(answer.plan.table, best->stages));
  answer.plan.schedule = schedule_of(planner, problem, answer.plan.table, answer.plan.solution.answer.plan);
  return answer;
}

}  // namespace tandem::plan
