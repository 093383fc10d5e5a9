// SPDX-License-Identifier: Apache-2.0
// Pipelines of real networks on real platforms: what the cost table says, and what each planner makes of it.
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "dse/check/verify.h"
#include "dse/pipeline/exact.h"
#include "dse/plan/builder.h"
#include "dse/plan/pipeline_costs.h"
#include "dse/plan/pipeline_planner.h"
#include "models/core/error.h"
#include "models/latency/analytic_run.h"
#include "models/lowering/check_schedule.h"
#include "tests/unit/own_file.h"
#include "tests/unit/sketch.h"

namespace tandem::plan {
namespace {

using network::Precision;

struct Bench {
  Bench(const std::string& network, const std::string& platform_name, Precision precision)
      : model(test::model_of_sizes(std::make_shared<const network::Network>(network::read_network(network)),
                                   precision)),
        platform(spec::read_platform(platform_name)) {}
  [[nodiscard]] Problem problem(std::vector<std::string> cores = {}) const {
    return {model, platform, allowed_core_groups(platform, cores, "run.toml"), {}, "run.toml"};
  }
  network::Model model;
  spec::Platform platform;
};

TEST(PipelineCosts, AreTheTimesOfTheWholeNetworkInOneStage) {
  const Bench bench("mobilenet_v1", "hikey970", Precision::fp32);
  const pipeline::CostTable table = pipeline_costs(bench.problem(), StageResources::cores);
  EXPECT_EQ(table.types, (std::vector<pipeline::ResourceType>{{"a73", 4, false}, {"a53", 4, false}}));
  ASSERT_EQ(table.groups.size(), 8u);
  EXPECT_TRUE(table.is_chain());
  for (const pipeline::Group& group : table.groups) {
    const std::string cores = pipeline::resource_names(table, group).front();
    const spec::RunResult run =
        latency::analytic_run(bench.platform, bench.model, plan_cpu_only(bench.problem({cores})), 1, {});
    std::int64_t dynamic = 0, all = 0;
    std::size_t at = 0;
    for (const spec::LayerResult& layer : run.layers) {
      if (at == table.layers.size() || layer.name != table.layers[at]) continue;
      EXPECT_EQ(group.time[at], (layer.end - layer.start).raw()) << layer.name << " on " << cores;
      dynamic += group.energy[at];
      all += group.time[at++];
    }
    EXPECT_EQ(at, table.layers.size());
    EXPECT_NEAR(static_cast<double>(dynamic + pipeline::background_energy(table, all)), run.energy.raw(),
                1e-3 * run.energy.raw())
        << cores;
    EXPECT_EQ(group.hand_over, 2 * bench.platform.runtime.barrier.raw());
  }
  EXPECT_GT(table.background_mw, 3000);
}

TEST(PipelineCosts, SeeThroughJoinsInPlace) {
  const Bench bench("googlenet", "hikey970", Precision::fp32);
  const pipeline::CostTable table = pipeline_costs(bench.problem(), StageResources::cores);
  EXPECT_FALSE(table.is_chain());
  std::size_t widest = 0;
  for (const auto& inputs : table.inputs) widest = std::max(widest, inputs.size());
  EXPECT_EQ(widest, 4u) << "a layer after an inception module reads its four branches";
  // Nine modules of four branches of one, two, two and two layers.
  const pipeline::Exact exact(table);
  EXPECT_TRUE(exact.proves());
  EXPECT_GT(exact.ideals().size(), 9 * 2 * 3 * 3 * 3 - 9);
}

TEST(PipelinePlanners, MakeSchedulesThatFitAndCertificatesThatHold) {
  for (const char* name : {"alexnet", "squeezenet", "googlenet", "resnet50", "mobilenet_v1"}) {
    SCOPED_TRACE(name);
    const Bench bench(name, "hikey970", Precision::fp32);
    const PipelinePlan exact = plan_pipeline(spec::Planner::exact, bench.problem());
    const PipelinePlan published = plan_pipeline(spec::Planner::pipeit, bench.problem());
    EXPECT_TRUE(exact.solution.answer.proved);
    EXPECT_GE(published.solution.answer.plan.period, exact.solution.answer.plan.period);
    EXPECT_EQ(published.solution.answer.bound, exact.solution.answer.plan.period);
    // Both clusters together beat either alone.
    for (const char* cluster : {"a73x4", "a53x4"}) {
      const PipelinePlan one = plan_pipeline(spec::Planner::exact, bench.problem({cluster}));
      EXPECT_LT(exact.solution.answer.plan.period, one.solution.answer.plan.period) << cluster;
    }
    for (const PipelinePlan* plan : {&exact, &published}) {
      EXPECT_NO_THROW(lowering::resolve_items(plan->schedule, bench.model, bench.platform,
                                              lowering::layer_roles(bench.model, bench.platform)));
      EXPECT_EQ(plan->schedule.stages.size(), plan->solution.answer.plan.stages.size());
      std::istringstream text(plan->solution.certificate);
      // A search through googlenet's cuts takes the checker a second: once is enough.
      if (plan == &exact) {
        EXPECT_EQ(check::wrong(check::read_statement(text)), "");
      }
    }
  }
}

TEST(JointPlanner, IsNeverWorseThanCoSchedulingOrAPipelineOfCores) {
  for (const char* name : {"tiny", "squeezenet_v1_1", "resnet18"}) {
    SCOPED_TRACE(name);
    const Bench bench(name, "edge_soc", Precision::int8);
    const PipelinePlan joint = plan_pipeline(spec::Planner::joint, bench.problem());
    const PipelinePlan cores = plan_pipeline(spec::Planner::exact, bench.problem());
    EXPECT_LE(joint.solution.answer.plan.period, cores.solution.answer.plan.period);
    const spec::Schedule cosched = plan_cosched(bench.problem());
    EXPECT_LE(joint.solution.answer.plan.period, cosched.predicted_latency.raw());
    EXPECT_NO_THROW(lowering::resolve_items(joint.schedule, bench.model, bench.platform,
                                            lowering::layer_roles(bench.model, bench.platform)));
  }
}

// One protocol and one search: the joint planner's stages are cosched's, also where lines are maintained.
TEST(JointPlanner, DividesAStagesLayersAsCoschedDoes) {
  for (const char* platform : {"edge_soc", "ultra96"}) {
    const Bench bench("squeezenet_v1_1", platform, Precision::int8);
    const pipeline::CostTable table = pipeline_costs(bench.problem(), StageResources::cores_and_accelerator);
    int joint = 0;
    for (const pipeline::Group& group : table.groups) {
      if (group.usage.back() == 0) continue;
      std::vector<std::string> cores = pipeline::resource_names(table, group);
      cores.pop_back();
      std::int64_t all = 0;
      for (const std::int64_t time : group.time) all += time;
      Problem cosched = bench.problem(cores);
      cosched.division.all_clusters = cores.size() > 1;
      EXPECT_EQ(all, plan_cosched(cosched).predicted_latency.raw()) << cores.front();
      ++joint;
    }
    EXPECT_GE(joint, 4) << platform;
  }
}

TEST(JointPlanner, IsThePipelineOfCoresWhereThereIsNoAccelerator) {
  const Bench bench("squeezenet", "hikey970", Precision::fp32);
  const PipelinePlan joint = plan_pipeline(spec::Planner::joint, bench.problem());
  const PipelinePlan exact = plan_pipeline(spec::Planner::exact, bench.problem());
  EXPECT_EQ(joint.solution.answer.plan, exact.solution.answer.plan);
}

TEST(PipelineGoals, EnergyAndLatencyUnderAFloorAndTheFrontBetween) {
  // Where the board's own power weighs on every millisecond, the fastest pipeline is the most frugal one too.
  Bench bench("squeezenet", "hikey970", Precision::fp32);
  bench.platform.base_power = Milliwatts(1'000'000);
  EXPECT_EQ(plan_pipeline(spec::Planner::exact, bench.problem(), "", true).solution.front.size(), 1u);
  bench.platform.base_power = Milliwatts(0);
  bench.platform.dram.background = Milliwatts(0);
  for (spec::Cluster& cluster : bench.platform.clusters) cluster.core_static = cluster.cluster_static = {};
  Problem problem = bench.problem();
  const PipelinePlan fastest = plan_pipeline(spec::Planner::exact, problem, "", true);
  const std::vector<pipeline::Plan>& front = fastest.solution.front;
  ASSERT_GT(front.size(), 2u);
  EXPECT_EQ(front.front().period, fastest.solution.answer.plan.period);
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_GT(front[i].period, front[i - 1].period);
    EXPECT_LT(front[i].energy, front[i - 1].energy);
  }
  problem.goal = {pipeline::Objective::energy, std::nullopt};
  EXPECT_EQ(plan_pipeline(spec::Planner::exact, problem).solution.answer.plan.energy, front.back().energy);
  problem.goal = {pipeline::Objective::energy, front[1].period};
  EXPECT_EQ(plan_pipeline(spec::Planner::exact, problem).solution.answer.plan.energy, front[1].energy);
  problem.goal = {pipeline::Objective::latency, front.front().period};
  EXPECT_EQ(plan_pipeline(spec::Planner::exact, problem).solution.answer.plan.latency,
            fastest.solution.answer.plan.latency);
  problem.goal.limit = front.front().period - 1;
  EXPECT_THROW(plan_pipeline(spec::Planner::exact, problem), InputError);
}

test::OwnFile table_file(const std::string& rows) {
  return {"plan_costs.csv", "network,layer,core_type,cores,time_ms\n" + rows};
}

TEST(MeasuredCosts, ReplaceTheModelAndKeepTheGraph) {
  const Bench bench("tiny", "hikey970", Precision::fp32);
  const pipeline::CostTable model = pipeline_costs(bench.problem(), StageResources::cores);
  std::string rows;
  for (std::size_t i = model.layers.size(); i-- > 0;) rows += "tiny," + model.layers[i] + ",a53,2,1.5\n";
  const pipeline::CostTable table = measured_costs(bench.problem(), table_file(rows).path());
  EXPECT_EQ(table.layers, model.layers);
  EXPECT_EQ(table.inputs, model.inputs);
  EXPECT_EQ(table.types, (std::vector<pipeline::ResourceType>{{"a53", 2, false}}));
  EXPECT_EQ(table.groups[0].time[0], 1'500'000'000);
}

TEST(MeasuredCosts, OfOtherLayersAreRefusedByName) {
  const Bench bench("tiny", "hikey970", Precision::fp32);
  const pipeline::CostTable model = pipeline_costs(bench.problem(), StageResources::cores);
  std::string rows = "tiny,nothing_like_it,a53,1,1\n";
  for (std::size_t i = 1; i < model.layers.size(); ++i) rows += "tiny," + model.layers[i] + ",a53,1,1\n";
  const test::OwnFile file = table_file(rows);
  const std::string& path = file.path();
  try {
    measured_costs(bench.problem(), path);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), path + ": layer: \"nothing_like_it\" is none of tiny\n" + path + ": layer: \"" +
                                model.layers[0] + "\" of tiny is missing");
  }
}

}  // namespace
}  // namespace tandem::plan
