// SPDX-License-Identifier: Apache-2.0
// The planners: schedules that fit, splits that pay, and an oracle that really tries everything.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "dse/plan/layer_search.h"
#include "dse/plan/lower_bound.h"
#include "models/core/locate.h"
#include "models/latency/analytic_run.h"
#include "models/lowering/check_schedule.h"
#include "models/lowering/offload.h"
#include "tests/unit/planned.h"
#include "tests/unit/sketch.h"

namespace tandem::plan {
namespace {

using network::Precision;
using test::model_of_sizes;
using test::named;
using test::planned;
using test::resolved;

TEST(Planners, MakeSchedulesThatFitEveryShippedNetwork) {
  const spec::Platform ultra96 = spec::read_platform("ultra96");
  const spec::Platform hikey970 = spec::read_platform("hikey970");
  int networks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(project_root() + "/configs/networks")) {
    SCOPED_TRACE(entry.path().filename());
    ++networks;
    network::Model model = model_of_sizes(named(entry.path().stem()), Precision::int8);
    for (const auto planner :
         {spec::Planner::accelerator_only, spec::Planner::cpu_only, spec::Planner::cosched}) {
      const spec::Schedule schedule = planned(planner, model, ultra96);
      EXPECT_NO_THROW(resolved(schedule, model, ultra96)) << to_string(planner);
      EXPECT_EQ(schedule.planner, to_string(planner));
      EXPECT_GT(schedule.predicted_latency, Picoseconds(0));
    }
    EXPECT_NO_THROW(resolved(planned(spec::Planner::cpu_only, model, hikey970), model, hikey970));
    model.precision = Precision::fp32;
    EXPECT_NO_THROW(resolved(planned(spec::Planner::cpu_only, model, hikey970), model, hikey970));
    EXPECT_NO_THROW(resolved(planned(spec::Planner::cpu_only, model, ultra96), model, ultra96));
  }
  EXPECT_GE(networks, 10);
}

// The schedule's prediction of each layer.
std::map<std::string, Picoseconds> predictions(const spec::Schedule& schedule) {
  std::map<std::string, Picoseconds> times;
  for (const spec::WorkItem& item : schedule.items) {
    times[item.layer] = std::max(times[item.layer], item.predicted);
  }
  return times;
}

TEST(Cosched, IsNowherePredictedSlowerThanTheAcceleratorAlone) {
  const spec::Platform platform = spec::read_platform("ultra96");
  for (const char* name : {"squeezenet_v1_1", "googlenet", "mobilenet_v1", "tiny"}) {
    const network::Model model = model_of_sizes(named(name), Precision::int8);
    const spec::Schedule both = planned(spec::Planner::cosched, model, platform);
    const auto shared = predictions(both);
    Picoseconds sum{0};
    for (const auto& [layer, time] : shared) sum += time;
    EXPECT_EQ(both.predicted_latency, sum);
    const spec::Schedule alone = planned(spec::Planner::accelerator_only, model, platform);
    const auto single = predictions(alone);
    ASSERT_EQ(single.size(), shared.size());
    for (const auto& [layer, time] : single) EXPECT_LE(shared.at(layer), time) << name << " " << layer;
    EXPECT_LT(both.predicted_latency, alone.predicted_latency) << name;
    EXPECT_LT(both.predicted_latency, planned(spec::Planner::cpu_only, model, platform).predicted_latency)
        << name;
  }
}

TEST(Cosched, GivesMostConvolutionsOfSqueezeNetToBothSides) {
  const spec::Platform platform = spec::read_platform("ultra96");
  const network::Model model = model_of_sizes(named("squeezenet_v1_1"), Precision::int8);
  std::map<std::string, int> items;
  for (const spec::WorkItem& item : planned(spec::Planner::cosched, model, platform).items)
    ++items[item.layer];
  const auto both =
      std::count_if(items.begin(), items.end(), [](const auto& one) { return one.second == 2; });
  EXPECT_GT(both, 13) << "of 26";
}

TEST(Cosched, TakesTheBestOfAllSplits) {
  const spec::Platform platform = spec::read_platform("ultra96");
  const network::Model model = model_of_sizes(named("squeezenet_v1_1"), Precision::int8);
  const auto shared = predictions(planned(spec::Planner::cosched, model, platform));
  const Problem problem{model, platform, {"a53x4"}, {}, ""};
  ScheduleBuilder builder(problem, "test");
  for (const network::LayerId id : builder.layers()) {
    const network::Layer& layer = model.network->layer(id);
    Picoseconds least{0};
    int best = 0;
    const int last = layer.kind == network::LayerKind::conv ? layer.output.c : 0;
    for (int split = 0; split <= last; split += 8) {
      const Picoseconds time = builder.time_of(id, builder.items_of(id, {split, 0, 1})).time;
      if (split > 0 && time >= least) continue;
      least = time;
      best = split;
    }
    EXPECT_EQ(shared.at(layer.name), least) << layer.name;
    builder.add_split(id, best);
  }
}

// What the run allows beyond the published split.
class CoschedBeyond : public testing::Test {
 protected:
  struct Answer {
    spec::Schedule schedule;
    double time = 0, energy = 0;
  };
  Answer plan(const char* network, const char* platform_name, spec::Division division,
              spec::Objective objective = spec::Objective::latency) {
    const spec::Platform platform = spec::read_platform(platform_name);
    const network::Model model = model_of_sizes(named(network), Precision::int8);
    Problem problem{model, platform, allowed_core_groups(platform, {}, ""), {}, ""};
    problem.division = division;
    problem.objective = objective;
    Answer answer{make_schedule(spec::Planner::cosched, problem, {})};
    EXPECT_NO_THROW(resolved(answer.schedule, model, platform)) << network << " on " << platform_name;
    const spec::RunResult run = latency::analytic_run(platform, model, answer.schedule, 1, {});
    answer.time = static_cast<double>(run.latency.raw());
    answer.energy = run.energy.raw();
    return answer;
  }
};

TEST_F(CoschedBeyond, RowsOfASteppedLayerAreNeverPredictedSlowerAndHelpSomewhere) {
  for (const char* platform : {"ultra96", "zedboard", "zcu104", "edge_soc"}) {
    const Answer steps = plan("squeezenet_v1_1", platform, {});
    const Answer rows = plan("squeezenet_v1_1", platform, {.share_rows = true, .all_clusters = false});
    const auto before = predictions(steps.schedule), after = predictions(rows.schedule);
    for (const auto& [layer, time] : after)
      EXPECT_LE(time, before.at(layer) + before.at(layer) / 100) << layer << " on " << platform;
    EXPECT_LT(rows.schedule.predicted_latency, steps.schedule.predicted_latency) << platform;
    const bool any = std::any_of(
        rows.schedule.items.begin(), rows.schedule.items.end(),
        [](const auto& item) { return item.resource == "accelerator0" && item.p0 == 0 && item.k0 > 0; });
    EXPECT_TRUE(any) << platform;
  }
}

// By every number of channels and rows.
TEST_F(CoschedBeyond, NoOtherRectangleOfRowsIsPredictedFaster) {
  for (const auto& [platform_name, network] :
       {std::pair("ultra96", "squeezenet_v1_1"), std::pair("zcu106", "resnet18")}) {
    const spec::Platform platform = spec::read_platform(platform_name);
    const network::Model model = model_of_sizes(named(network), Precision::int8);
    Problem problem{model, platform, allowed_core_groups(platform, {}, ""), {}, ""};
    problem.division.share_rows = true;
    ScheduleBuilder builder(problem, "test");
    int shared = 0;
    for (const network::LayerId id : builder.layers()) {
      const LayerSearch search(problem, builder, Price(), id);
      const Split found = search.run();
      const auto time = [&](const Split& split) {
        return builder.time_of(id, builder.items_of(id, split)).time;
      };
      Split best = found;
      for (const int channels : builder.split_points(id)) {
        for (int rows = 0; rows < model.network->layer(id).output.h && builder.split_points(id).size() > 1;
             ++rows) {
          const Split split{channels, rows, 1};
          if (time(split) < time(best)) best = split;
        }
      }
      EXPECT_EQ(time(found).raw(), time(best).raw())
          << model.network->layer(id).name << ": " << found.channels << ", " << found.rows << " against "
          << best.channels << ", " << best.rows;
      shared += found.rows > 0;
      builder.add(id, builder.items_of(id, found));
    }
    EXPECT_GT(shared, 10) << network;
  }
}

TEST_F(CoschedBeyond, AThirdSideIsTakenWhereItIsPredictedToPay) {
  int with_three = 0;
  for (const char* network : {"squeezenet_v1_1", "googlenet", "alexnet"}) {
    const Answer two = plan(network, "edge_soc", {});
    const Answer three = plan(network, "edge_soc", {.share_rows = false, .all_clusters = true});
    EXPECT_LE(three.schedule.predicted_latency, two.schedule.predicted_latency) << network;
    std::map<std::string, std::set<std::string>> sides;
    for (const spec::WorkItem& item : three.schedule.items) sides[item.layer].insert(item.resource);
    const auto before = predictions(two.schedule), after = predictions(three.schedule);
    for (const auto& [layer, resources] : sides) {
      if (resources.size() < 3) continue;
      // 2 % at least; what layers before leave in the caches moves a prediction a little.
      EXPECT_LT(after.at(layer) + after.at(layer) * 15 / 1000, before.at(layer))
          << layer << " of " << network;
      ++with_three;
    }
  }
  EXPECT_GT(with_three, 1) << "somewhere it does pay";
}

TEST_F(CoschedBeyond, TheLeastEnergyAndTheLeastProductAreThat) {
  for (const char* platform : {"ultra96", "edge_soc"}) {
    const Answer fast = plan("squeezenet_v1_1", platform, {});
    const Answer frugal = plan("squeezenet_v1_1", platform, {}, spec::Objective::energy);
    const Answer both = plan("squeezenet_v1_1", platform, {}, spec::Objective::edp);
    EXPECT_LE(frugal.energy, fast.energy) << platform;
    EXPECT_GE(frugal.time, fast.time) << platform;
    EXPECT_LE(both.energy * both.time, fast.energy * fast.time * 1.0001) << platform;
    EXPECT_LE(both.energy * both.time, frugal.energy * frugal.time * 1.0001) << platform;
  }
}

TEST(AcceleratorOnly, UsesTheCoresOnlyForWhatTheAcceleratorCannotRun) {
  const spec::Platform platform = spec::read_platform("ultra96");
  const network::Model model = model_of_sizes(named("mobilenet_v1"), Precision::int8);
  for (const spec::WorkItem& item : planned(spec::Planner::accelerator_only, model, platform).items) {
    const network::LayerId id = test::id_of(*model.network, item.layer);
    const bool refused = !lowering::offload_refusal(model, id, platform.accelerators[0].array).empty();
    EXPECT_EQ(item.resource, refused ? "a53x4" : "accelerator0") << item.layer;
    EXPECT_EQ(item.k1 - item.k0, model.network->layer(id).output.c) << item.layer;
  }
}

TEST(CpuOnly, SharesRowsInProportionToTheRatesOfTheClusters) {
  const spec::Platform platform = spec::read_platform("hikey970");
  const network::Model model = model_of_sizes(named("vgg16"), Precision::fp32);
  const latency::LatencyModel latency(model, platform, {});
  const auto big = *lowering::find_resource(platform, "a73x4");
  const auto little = *lowering::find_resource(platform, "a53x4");
  std::map<std::string, std::map<std::string, spec::WorkItem>> items;
  const spec::Schedule schedule = planned(spec::Planner::cpu_only, model, platform);
  for (const spec::WorkItem& item : schedule.items) items[item.layer][item.resource] = item;
  int shared = 0;
  for (const auto& [layer, own] : items) {
    const network::LayerId id = test::id_of(*model.network, layer);
    const network::Shape output = model.network->layer(id).output;
    if (model.network->layer(id).kind != network::LayerKind::conv || own.size() < 2) continue;
    ++shared;
    const double big_rate = 1.0 / static_cast<double>(latency.compute(id, big, network::whole(output)).raw());
    const double little_rate =
        1.0 / static_cast<double>(latency.compute(id, little, network::whole(output)).raw());
    EXPECT_NEAR(own.at("a73x4").p1 - own.at("a73x4").p0, output.h * big_rate / (big_rate + little_rate), 0.51)
        << layer;
  }
  EXPECT_EQ(shared, 13) << "all convolutions of VGG-16";
}

TEST(LowerBound, NoPlanOfOneStageIsBelowItAndCoschedIsNearIt) {
  for (const char* name : {"squeezenet_v1_1", "mobilenet_v1"}) {
    for (const char* board : {"ultra96", "edge_soc"}) {
      const spec::Platform platform = spec::read_platform(board);
      const network::Model model = model_of_sizes(named(name), Precision::int8);
      Problem problem{model, platform, allowed_core_groups(platform, {}, ""), {}, ""};
      for (const spec::Planner planner :
           {spec::Planner::cosched, spec::Planner::accelerator_only, spec::Planner::cpu_only}) {
        const Picoseconds bound = lower_bound(planner, problem).value();
        EXPECT_LE(bound, make_schedule(planner, problem, {}).predicted_latency) << name << " on " << board;
      }
      const Picoseconds cosched = plan_cosched(problem).predicted_latency;
      EXPECT_LT(cosched.raw(), lower_bound(spec::Planner::cosched, problem)->raw() * 5 / 4);
      problem.division.share_rows = true;
      EXPECT_FALSE(lower_bound(spec::Planner::cosched, problem));
    }
  }
}

// Each of our terms makes some layer longer than the published ones alone say.
TEST(Extensions, EachCanBeLeftOut) {
  const spec::Platform platform = spec::read_platform("ultra96");
  const network::Model model = model_of_sizes(named("alexnet"), Precision::int8);
  Problem problem{model, platform, {"a53x4"}, {}, ""};
  const Picoseconds with_all =
      plan_cpu_only(problem).predicted_latency + plan_cosched(problem).predicted_latency;
  for (bool latency::Extensions::*const one :
       {&latency::Extensions::contention, &latency::Extensions::thread_start,
        &latency::Extensions::cold_inputs, &latency::Extensions::wait_policy}) {
    problem.extensions = {};
    problem.extensions.*one = false;
    EXPECT_LT(plan_cpu_only(problem).predicted_latency + plan_cosched(problem).predicted_latency, with_all);
  }
}

std::string message_of(const std::function<void()>& plan) {
  try {
    plan();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(PlannerErrors, NoAccelerator) {
  const spec::Platform platform = spec::read_platform("hikey970");
  const network::Model model = model_of_sizes(named("tiny"), Precision::int8);
  for (const auto planner :
       {spec::Planner::accelerator_only, spec::Planner::cosched, spec::Planner::oracle}) {
    EXPECT_EQ(
        message_of([&] { planned(planner, model, platform); }),
        "run.toml: schedule.planner: \"" + std::string(to_string(planner)) +
            "\" needs an accelerator and platform hikey970 has none; allowed is cpu-only, kernel-parallel, "
            "pipeit, exact or joint");
  }
}

TEST(PlannerErrors, Fp32OnAnAccelerator) {
  const spec::Platform platform = spec::read_platform("ultra96");
  const network::Model model = model_of_sizes(named("tiny"), Precision::fp32);
  EXPECT_EQ(message_of([&] { planned(spec::Planner::cosched, model, platform); }),
            "run.toml: precision: is fp32, but the accelerator computes int8; give \"int8\", or the planner "
            "cpu-only, kernel-parallel, pipeit or exact");
}

TEST(CoreGroups, AreAllCoresUnlessTheRunNamesSome) {
  const spec::Platform platform = spec::read_platform("hikey970");
  using Names = std::vector<std::string>;
  EXPECT_EQ(allowed_core_groups(platform, {}, ""), (Names{"a73x4", "a53x4"}));
  EXPECT_EQ(allowed_core_groups(platform, {"a53x2"}, ""), (Names{"a53x2"}));
  EXPECT_EQ(allowed_core_groups(platform, {"a53x2", "a73x1"}, ""), (Names{"a53x2", "a73x1"}));
}

TEST(CoreGroups, SayWhatThereIs) {
  const auto asked = [](std::vector<std::string> names, const char* platform = "hikey970") {
    return message_of([&] { allowed_core_groups(spec::read_platform(platform), names, "run.toml"); });
  };
  EXPECT_EQ(
      asked({"a72x2"}),
      "run.toml: schedule.cores: \"a72x2\" is no core group of hikey970; allowed is a73x1 to a73x4, a53x1 to "
      "a53x4");
  EXPECT_EQ(asked({"a53x5"}).substr(0, 42), "run.toml: schedule.cores: \"a53x5\" is no co");
  EXPECT_EQ(
      asked({"accelerator0"}, "ultra96"),
      "run.toml: schedule.cores: \"accelerator0\" is no core group of ultra96; allowed is a53x1 to a53x4");
  EXPECT_EQ(asked({"a53x2", "a73x1", "a53x1"}),
            "run.toml: schedule.cores: \"a53x2\" and \"a53x1\" are of one cluster; give one group of each");
}

}  // namespace
}  // namespace tandem::plan
