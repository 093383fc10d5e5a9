// SPDX-License-Identifier: Apache-2.0
// Refinement on a machine that is not what the latency model says: the plan ends up right about it, and as
// good as what a planner finds who knew it from the start.
#include <gtest/gtest.h>

#include <map>

#include "dse/plan/pipeline_costs.h"
#include "dse/plan/refine.h"
#include "models/core/random.h"
#include "tests/unit/sketch.h"

namespace tandem::plan {
namespace {

struct Machine {
  explicit Machine(network::Precision precision = network::Precision::fp32,
                   const std::string& board = "hikey970", StageResources stages = StageResources::cores)
      : model(test::model_of_sizes(
            std::make_shared<const network::Network>(network::read_network("squeezenet")), precision)),
        platform(spec::read_platform(board)) {
    truth = pipeline_costs(problem(), stages);
    for (pipeline::Group& group : truth.groups) {
      Random random(7, group.usage[0] > 0 ? "big" : "little");
      for (std::int64_t& time : group.time)
        time = time * static_cast<std::int64_t>(random.between(70, 140)) / 100;
      group.hand_over *= 3;
    }
  }
  [[nodiscard]] Problem problem() const {
    return {model, platform, allowed_core_groups(platform, {}, "run.toml"), {}, "run.toml"};
  }

  // What the stages of a schedule really take.
  PipelineTimes run(const spec::Schedule& schedule) {
    ++runs;
    std::map<std::string, int> of_layer;
    for (int layer = 0; layer < truth.size(); ++layer)
      of_layer[truth.layers[static_cast<std::size_t>(layer)]] = layer;
    std::vector<pipeline::Stage> stages;
    PipelineTimes times;
    times.layers.resize(static_cast<std::size_t>(model.network->size()));
    for (const spec::Stage& stage : schedule.stages) {
      pipeline::Stage& own = stages.emplace_back();
      while (pipeline::resource_names(truth, truth.group(own.group)) != stage.resources) ++own.group;
      for (const spec::WorkItem& work : schedule.items) {
        const bool listed =
            std::find(stage.layers.begin(), stage.layers.end(), work.layer) != stage.layers.end();
        const int layer = of_layer.at(work.layer);
        const bool between = stage.layers.empty() && layer >= of_layer.at(stage.first_layer) &&
                             layer <= of_layer.at(stage.last_layer);
        if (!listed && !between) continue;
        own.layers.push_back(layer);
        times.layers[static_cast<std::size_t>(test::id_of(*model.network, work.layer))] =
            Picoseconds(truth.group(own.group).time[static_cast<std::size_t>(layer)]);
      }
    }
    const pipeline::Plan plan = pipeline::evaluated(truth, stages);
    const int slower = plan.stages.size() > 1 ? with_others : 1;
    for (const pipeline::Stage& stage : plan.stages) times.stages.emplace_back(stage.time * slower);
    times.period = Picoseconds(plan.period * slower);
    return times;
  }

  network::Model model;
  spec::Platform platform;
  pipeline::CostTable truth;
  int with_others = 1;  // so many times longer a stage takes that is not alone
  int runs = 0;
};

TEST(Refinement, EndsWithATrueAndBetterPlan) {
  Machine machine;
  const Problem problem = machine.problem();
  const Refinement refined =
      refine_pipeline(spec::Planner::exact, problem, "", 12,
                      [&](const spec::Schedule& schedule) { return machine.run(schedule); });
  const RefinementRound& first = refined.rounds.front();
  const RefinementRound& last = refined.rounds.back();
  EXPECT_GT(first.stage_error_percent, kStageErrorPercent) << "there is something to learn";
  EXPECT_LE(last.stage_error_percent, kStageErrorPercent);
  EXPECT_LE(std::abs(last.throughput_error_percent()), kThroughputErrorPercent);
  EXPECT_LE(machine.runs, static_cast<int>(refined.rounds.size()));
  // The answer ran fastest of all, and its table tells its own times.
  Picoseconds fastest = first.measured;
  for (const RefinementRound& round : refined.rounds) fastest = std::min(fastest, round.measured);
  EXPECT_EQ(machine.run(refined.plan.schedule).period, fastest);
  EXPECT_EQ(refined.plan.solution.answer.plan.period, fastest.raw());
  const std::int64_t best = pipeline::solve(machine.truth, pipeline::Method::exact, {}).answer.plan.period;
  EXPECT_LE(static_cast<double>(fastest.raw()), 1.05 * static_cast<double>(best));
}

TEST(Refinement, OfATrueTableIsOneRound) {
  Machine machine;
  const Problem problem = machine.problem();
  machine.truth = pipeline_costs(problem, StageResources::cores);
  const Refinement refined =
      refine_pipeline(spec::Planner::exact, problem, "", 12,
                      [&](const spec::Schedule& schedule) { return machine.run(schedule); });
  EXPECT_EQ(refined.rounds.size(), 1u);
  EXPECT_EQ(refined.plan.solution.answer.plan,
            plan_pipeline(spec::Planner::exact, problem).solution.answer.plan);
}

// Two rounds try two pipelines, whose stages are in each other's way on this machine.
TEST(Refinement, AJointPipelineIsNeverBehindWhatItJoins) {
  Machine machine(network::Precision::int8, "edge_soc", StageResources::cores_and_accelerator);
  machine.with_others = 3;
  const Problem problem = machine.problem();
  const auto measure = [&](const spec::Schedule& schedule) { return machine.run(schedule); };
  const Refinement refined = refine_pipeline(spec::Planner::joint, problem, "", 2, measure);
  ASSERT_GT(refined.rounds.size(), 2u);
  EXPECT_NE(refined.rounds[0].notation.find('-'), std::string::npos) << refined.rounds[0].notation;
  EXPECT_EQ(refined.plan.schedule.stages.size(), 1u);
  const PipelineTimes cores =
      measure(refine_pipeline(spec::Planner::exact, problem, "", 4, measure).plan.schedule);
  EXPECT_LE(machine.run(refined.plan.schedule).period, cores.period);
}

}  // namespace
}  // namespace tandem::plan
