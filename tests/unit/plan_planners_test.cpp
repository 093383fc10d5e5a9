// SPDX-License-Identifier: Apache-2.0
// The planners: schedules that fit, splits that pay, and an oracle that really tries everything.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include "dse/plan/builder.h"
#include "models/core/locate.h"
#include "models/core/random.h"
#include "models/lowering/check_schedule.h"
#include "models/lowering/offload.h"
#include "tests/unit/sketch.h"

namespace tandem::plan {
namespace {

using network::Precision;
using test::model_of_sizes;

std::shared_ptr<const network::Network> named(const std::string& name) {
  return std::make_shared<const network::Network>(network::read_network(name));
}

spec::Schedule planned(spec::Planner planner, const network::Model& model, const spec::Platform& platform,
                       const Measure& measure = {}) {
  return make_schedule(
      planner, {model, platform, allowed_core_groups(platform, {}, "run.toml"), {}, "run.toml"}, measure);
}

std::vector<lowering::ProgramItem> resolved(const spec::Schedule& schedule, const network::Model& model,
                                            const spec::Platform& platform) {
  return lowering::resolve_items(schedule, model, platform, lowering::layer_roles(model, platform));
}

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
  const latency::LatencyModel latency(model, platform, {});
  const auto accelerator = *lowering::find_resource(platform, "accelerator0");
  const auto cores = *lowering::find_resource(platform, "a53x4");
  const auto shared = predictions(planned(spec::Planner::cosched, model, platform));
  for (const auto& [layer, time] : shared) {
    const network::LayerId id = test::id_of(*model.network, layer);
    if (model.network->layer(id).kind != network::LayerKind::conv) continue;
    const int channels = model.network->layer(id).output.c;
    Picoseconds least = latency.split_layer(id, accelerator, cores, channels);
    for (int split = 0; split < channels; split += 8) {
      least = std::min(least, latency.split_layer(id, accelerator, cores, split));
    }
    EXPECT_EQ(time, least) << layer;
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

// A made-up machine: the time of a layer depends on how many of its channels the accelerator gets, and on
// nothing else, so that the best schedule is known; `other` is added to all whose layers are not all at their
// best.
class Oracle : public testing::Test {
 protected:
  Oracle()
      : platform_(spec::read_platform("ultra96")), model_(model_of_sizes(named("tiny"), Precision::int8)) {}

  Picoseconds time_of(const std::string& layer, int split) const {
    Random random(seed_, layer + " " + std::to_string(split));
    return Picoseconds(static_cast<std::int64_t>(1000 + random.below(1000)));
  }

  static std::map<std::string, int> splits_of(const spec::Schedule& schedule) {
    std::map<std::string, int> splits;
    for (const spec::WorkItem& item : schedule.items) {
      int& split = splits[item.layer];
      if (item.resource == "accelerator0") split = item.k1;
    }
    return splits;
  }

  Measure measure() {
    return [this](const std::vector<spec::Schedule>& schedules, Effort effort) {
      simulations_[effort] += static_cast<int>(schedules.size());
      std::vector<Measured> all;
      for (const spec::Schedule& schedule : schedules) {
        EXPECT_NO_THROW(resolved(schedule, model_, platform_));
        Measured& measured = all.emplace_back();
        measured.layers.resize(static_cast<std::size_t>(model_.network->size()));
        for (const auto& [layer, split] : splits_of(schedule)) {
          const Picoseconds time = time_of(layer, split);
          measured.layers[static_cast<std::size_t>(test::id_of(*model_.network, layer))] = time;
          measured.latency += time;
        }
        if (spoil_ && schedule.planner == "oracle") measured.latency += Picoseconds(1'000'000);
      }
      return all;
    };
  }

  // Every split of every layer, tried one by one.
  std::map<std::string, int> brute_force() const {
    const ScheduleBuilder builder({model_, platform_, {"a53x4"}, {}, ""}, "brute force");
    std::map<std::string, int> best;
    for (const network::LayerId id : builder.layers()) {
      const network::Layer& layer = model_.network->layer(id);
      const bool offload = lowering::offload_refusal(model_, id, platform_.accelerators[0].array).empty();
      best[layer.name] = 0;
      for (int split = 8; offload && split < layer.output.c + 8; split += 8) {
        const int channels = std::min(split, layer.output.c);
        if (time_of(layer.name, channels) < time_of(layer.name, best[layer.name]))
          best[layer.name] = channels;
      }
    }
    return best;
  }

  spec::Platform platform_;
  network::Model model_;
  std::uint64_t seed_ = 1;
  bool spoil_ = false;
  std::map<Effort, int> simulations_;
};

TEST_F(Oracle, FindsWhatBruteForceFinds) {
  for (seed_ = 1; seed_ <= 20; ++seed_) {
    const spec::Schedule schedule = planned(spec::Planner::oracle, model_, platform_, measure());
    EXPECT_EQ(splits_of(schedule), brute_force()) << "seed " << seed_;
    EXPECT_EQ(schedule.planner, "oracle");
  }
}

TEST_F(Oracle, SimulatesOncePerSplitOfTheWidestLayerAndThenItsFinalists) {
  planned(spec::Planner::oracle, model_, platform_, measure());
  EXPECT_EQ(simulations_[Effort::search], 6) << "tiny's widest convolution has 40 channels: 0, 8, ..., 40";
  EXPECT_EQ(simulations_[Effort::final], 4) << "composed, cosched, accelerator-only, cpu-only";
}

TEST_F(Oracle, TakesAnotherPlannersScheduleWhenThatIsFasterAsAWhole) {
  spoil_ = true;  // layers influence each other: the composed schedule turns out slow
  const spec::Schedule schedule = planned(spec::Planner::oracle, model_, platform_, measure());
  EXPECT_EQ(schedule.planner, "oracle");
  spec::Schedule fastest;
  Picoseconds least{0};
  for (const auto planner :
       {spec::Planner::cosched, spec::Planner::accelerator_only, spec::Planner::cpu_only}) {
    const spec::Schedule other = planned(planner, model_, platform_);
    const Picoseconds time = measure()({other}, Effort::final)[0].latency;
    if (fastest.items.empty() || time < least) {
      fastest = other;
      least = time;
    }
  }
  EXPECT_EQ(schedule.items, fastest.items);
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
