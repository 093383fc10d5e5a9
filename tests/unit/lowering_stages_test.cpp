// SPDX-License-Identifier: Apache-2.0
// Pipelines without time: random stages on random resources compute the reference for every image in whatever
// order cores and accelerators run, with every queue depth; and what a schedule's stages may not say.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/core/random.h"
#include "models/lowering/copies.h"
#include "models/lowering/offload.h"
#include "models/lowering/stages.h"
#include "tests/unit/abstract_machine.h"
#include "tests/unit/sketch.h"

namespace tandem::lowering {
namespace {

using network::LayerKind;
using test::AbstractMachine;
using test::conv;
using test::fully_connected;
using test::layer_of;
using test::pool;
using test::Sketch;
using test::square;

// Branches joined in place and by a sum that skips stages, a second reader of the image, a second image of
// another shape that is read late, a flatten.
std::shared_ptr<const network::Network> branching() {
  return Sketch({3, 10, 9})
      .add_input("depth", {5, 12, 11})
      .add(conv("first", 16, square(3, 1, 1), 1, network::Activation::relu), {"data"})
      .add(conv("again", 16, square(1)), {"data"})
      .add(conv("left", 16, square(1)), {"first"})
      .add(conv("right", 24, square(3, 1, 1)), {"first"})
      .add(layer_of(LayerKind::concat, "join"), {"left", "right"})
      .add(conv("wide", 16, square(1)))
      .add(layer_of(LayerKind::add, "sum"), {"wide", "first"})
      .add(layer_of(LayerKind::add, "sum2"), {"sum", "again"})
      .add(conv("deep", 16, square(3)), {"depth"})
      .add(layer_of(LayerKind::concat, "both"), {"sum2", "deep"})
      .add(pool(LayerKind::max_pool, "pool", square(3, 2, 1)))
      .add(layer_of(LayerKind::flatten, "flat"))
      .add(fully_connected("fc", 16))
      .add(layer_of(LayerKind::softmax, "prob"))
      .build();
}

std::vector<network::LayerId> layers_with_work(const network::Model& model, const spec::Platform& platform) {
  const std::vector<LayerRole> roles = layer_roles(model, platform);
  std::vector<network::LayerId> layers;
  for (network::LayerId id = 0; id < model.network->size(); ++id) {
    if (roles[static_cast<std::size_t>(id)] == LayerRole::compute) layers.push_back(id);
  }
  return layers;
}

// Up to four stages, cut at random ideals of the graph, each on one or two cores of some cluster, and some
// with the accelerator, which then serves several.
spec::Schedule random_pipeline(Random& random, const network::Model& model, const spec::Platform& platform) {
  const network::Network& network = *model.network;
  const int count = static_cast<int>(random.between(2, 4));
  spec::Schedule schedule;
  schedule.network = network.name();
  schedule.queue_depth = static_cast<int>(random.between(1, 3));
  schedule.images_in_flight = static_cast<int>(random.between(0, 2));
  std::vector<int> left;
  for (const spec::Cluster& cluster : platform.clusters) left.push_back(cluster.cores);
  std::vector<std::string> cores(static_cast<std::size_t>(count));
  schedule.stages.resize(static_cast<std::size_t>(count));
  for (std::size_t stage = 0; stage < schedule.stages.size(); ++stage) {
    std::size_t cluster = random.below(left.size());
    while (left[cluster] == 0) cluster = (cluster + 1) % left.size();
    const int most = std::min(
        2, left[cluster] - (platform.clusters.size() == 1 ? count - 1 - static_cast<int>(stage) : 0));
    const int own = static_cast<int>(random.between(1, std::max(1, most)));
    left[cluster] -= own;
    cores[stage] = core_group_name(platform.clusters[cluster], own);
    schedule.stages[stage].resources = {cores[stage]};
    if (!platform.accelerators.empty() && random.below(2) == 0)
      schedule.stages[stage].resources.push_back(platform.accelerators[0].name);
  }
  // A layer goes no earlier than what it reads.
  std::vector<int> stage_of(static_cast<std::size_t>(network.size()), 0);
  const std::vector<LayerRole> roles = layer_roles(model, platform);
  for (network::LayerId id = 0; id < network.size(); ++id) {
    int& stage = stage_of[static_cast<std::size_t>(id)];
    for (const network::LayerId input : network.layer(id).inputs)
      stage = std::max(stage, stage_of[static_cast<std::size_t>(input)]);
    if (roles[static_cast<std::size_t>(id)] != LayerRole::compute) continue;
    if (stage + 1 < count && random.below(3) == 0) ++stage;
    schedule.stages[static_cast<std::size_t>(stage)].layers.push_back(network.layer(id).name);
  }
  // Those that got nothing fall out.
  std::vector<int> kept;
  for (int stage = 0; stage < count; ++stage) {
    if (!schedule.stages[static_cast<std::size_t>(stage)].layers.empty()) kept.push_back(stage);
  }
  std::vector<spec::Stage> stages;
  for (const int stage : kept) stages.push_back(schedule.stages[static_cast<std::size_t>(stage)]);
  for (spec::Stage& stage : stages) {
    stage.first_layer = stage.layers.front();
    stage.last_layer = stage.layers.back();
  }
  for (const network::LayerId id : layers_with_work(model, platform)) {
    const auto stage = static_cast<std::size_t>(stage_of[static_cast<std::size_t>(id)]);
    const network::Layer& layer = network.layer(id);
    const bool unit = schedule.stages[stage].resources.size() > 1 &&
                      offload_refusal(model, id, platform.accelerators[0].array).empty();
    const int split = unit ? std::min(layer.output.c, 8 * static_cast<int>(random.between(0, 3))) : 0;
    if (split > 0)
      schedule.items.push_back({layer.name, "accelerator0", 0, split, 0, layer.output.h, Picoseconds(0)});
    if (split < layer.output.c)
      schedule.items.push_back(
          {layer.name, cores[stage], split, layer.output.c, 0, layer.output.h, Picoseconds(0)});
  }
  schedule.stages = std::move(stages);
  return schedule;
}

struct Subject {
  std::string platform;
  bool coherent = false;
  network::Precision precision = network::Precision::int8;
};

class RandomPipelines : public testing::TestWithParam<Subject> {
 protected:
  static constexpr int kImages = 7;
  RandomPipelines()
      : platform_(spec::read_platform(GetParam().platform)),
        model_(network::prepare_model(branching(), GetParam().precision, 3)) {
    for (spec::Accelerator& unit : platform_.accelerators) unit.coherent = GetParam().coherent;
    for (int image = 0; image < kImages; ++image)
      references_.push_back(network::run_reference(model_, network::make_image(model_, image)).back());
  }
  spec::Platform platform_;
  network::Model model_;
  std::vector<network::Tensor> references_;
};

TEST_P(RandomPipelines, ComputeTheReferenceInWhateverOrderTheyRun) {
  int pipelines = 0, shared = 0, copies = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed, "pipeline");
    const Program program = lower(random_pipeline(random, model_, platform_), model_, platform_, kImages);
    pipelines += program.stages > 1 ? 1 : 0;
    for (const int hosts : program.hosts_of_units) shared += hosts > 1 ? 1 : 0;
    copies = std::max(copies, static_cast<int>(program.copies.size()));
    for (const bool late : {false, true}) {
      for (const bool reversed : {false, true}) {
        SCOPED_TRACE(fmt::format("seed {}, accelerators {}, cores {}", seed, late ? "late" : "early",
                                 reversed ? "reversed" : "in order"));
        AbstractMachine machine(model_, platform_, program, {late, reversed});
        const std::vector<network::Tensor> outputs = machine.run();
        ASSERT_EQ(outputs.size(), references_.size());
        for (std::size_t image = 0; image < outputs.size(); ++image) {
          ASSERT_EQ(outputs[image].q, references_[image].q) << "image " << image;
          ASSERT_EQ(outputs[image].f, references_[image].f) << "image " << image;
        }
      }
    }
  }
  EXPECT_GT(pipelines, 15);
  EXPECT_GT(copies, 2) << "a tensor that skips a stage";
  if (!platform_.accelerators.empty()) {
    EXPECT_GT(shared, 3);
  }
}

// Each guard is needed: without it some order gives other bytes.
TEST_P(RandomPipelines, WithoutTokensImagesMix) {
  int wrong = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Random random(seed, "pipeline");
    const Program program = lower(random_pipeline(random, model_, platform_), model_, platform_, kImages);
    if (program.stages < 2) continue;
    try {
      AbstractMachine machine(model_, platform_, program, {false, true, {Opcode::await_stage}});
      const std::vector<network::Tensor> outputs = machine.run();
      for (std::size_t image = 0; image < outputs.size(); ++image)
        wrong += outputs[image].q != references_[image].q || outputs[image].f != references_[image].f ? 1 : 0;
    } catch (const std::exception&) {
      ++wrong;
    }
  }
  EXPECT_GT(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Platforms, RandomPipelines,
                         testing::Values(Subject{"ultra96"}, Subject{"ultra96", true}, Subject{"hikey970"},
                                         Subject{"hikey970", false, network::Precision::fp32}),
                         [](const testing::TestParamInfo<Subject>& one) {
                           return fmt::format("{}{}_{}", one.param.platform,
                                              one.param.coherent ? "_coherent" : "",
                                              network::to_string(one.param.precision));
                         });

class Stages : public testing::Test {
 protected:
  Stages()
      : platform_(spec::read_platform("hikey970")),
        model_(network::prepare_model(branching(), network::Precision::fp32, 3)) {
    schedule_.network = model_.network->name();
    schedule_.stages = {{"first", "right", {"a73x2"}, {}}, {"wide", "prob", {"a53x4"}, {}}};
    fill_items("a73x2", "a53x4");
  }
  void fill_items(const char* front, const char* back) {
    platform_.library.concat_copies = false;  // "join" needs no work
    schedule_.items.clear();
    for (const network::LayerId id : layers_with_work(model_, platform_)) {
      const network::Layer& layer = model_.network->layer(id);
      const char* resource = id <= test::id_of(*model_.network, "right") ? front : back;
      schedule_.items.push_back({layer.name, resource, 0, layer.output.c, 0, layer.output.h, Picoseconds(0)});
    }
  }
  std::string refusal() {
    try {
      lower(schedule_, model_, platform_, 3);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  spec::Platform platform_;
  network::Model model_;
  spec::Schedule schedule_;
};

TEST_F(Stages, HaveCoresOfTheirOwnAndATensorInTwoCopiesBetweenThem) {
  schedule_.stages[1].resources = {"a73x2"};
  for (spec::WorkItem& item : schedule_.items) item.resource = "a73x2";
  const Program program = lower(schedule_, model_, platform_, 5);
  ASSERT_EQ(program.cores.size(), 4u);
  for (int core = 0; core < 4; ++core) EXPECT_EQ(program.cores[static_cast<std::size_t>(core)].core, core);
  EXPECT_EQ(program.cores[3].thread, 1);
  ASSERT_EQ(program.copies.size(), 1u);
  const auto address = [&](std::uint32_t copy, const char* layer) {
    const auto id = static_cast<std::size_t>(test::id_of(*model_.network, layer));
    return program.placement_of(copy).layers[id].output.address;
  };
  for (const char* crossing : {"left", "right", "join", "first", "again"})
    EXPECT_NE(address(0, crossing), address(1, crossing)) << crossing;
  for (const char* inside : {"wide", "pool", "prob"})
    EXPECT_EQ(address(0, inside), address(1, inside)) << inside;
  EXPECT_EQ(address(1, "right") - address(1, "left"), address(0, "right") - address(0, "left")) << "joined";
  // Both put matrices aside on one cluster.
  EXPECT_EQ(program.placement.workspaces.size(), platform_.clusters.size() + 1);
}

TEST_F(Stages, KeepMoreCopiesOfWhatSkipsAStage) {
  schedule_.stages = {
      {"first", "again", {"a73x2"}, {}}, {"left", "wide", {"a53x2"}, {}}, {"sum", "prob", {"a53x2"}, {}}};
  for (spec::WorkItem& item : schedule_.items)
    item.resource = item.layer == "first" || item.layer == "again" ? "a73x2" : "a53x2";
  const Program program = lower(schedule_, model_, platform_, 5);
  EXPECT_EQ(program.copies.size(), 2u);
  std::vector<int> stage_of = program.stage_of;
  const Copies copies =
      make_copies(*model_.network, place(model_, platform_), stage_of, 3, 2, [](std::int64_t) { return 0u; });
  EXPECT_EQ(copies.hand_overs, (std::vector<HandOver>{{0, 1, 2}, {0, 2, 3}, {1, 2, 2}}));
}

TEST_F(Stages, ThatDoNotFitAreRefusedByName) {
  const spec::Schedule good = schedule_;
  EXPECT_EQ(refusal(), "");
  schedule_.stages[1].first_layer = "right";
  EXPECT_NE(refusal().find("layer \"right\" is in stage[0] already"), std::string::npos) << refusal();
  schedule_ = good;
  schedule_.stages[1].last_layer = "fc";
  EXPECT_NE(refusal().find("layer \"prob\" is in no stage"), std::string::npos) << refusal();
  schedule_ = good;
  std::swap(schedule_.stages[0], schedule_.stages[1]);
  EXPECT_NE(refusal().find("reads \"join\" of stage[1], which comes later"), std::string::npos) << refusal();
  schedule_ = good;
  schedule_.stages[0].resources = {"a53x2"};
  EXPECT_NE(refusal().find("the stages take 6 cores of a53, which has 4"), std::string::npos) << refusal();
  EXPECT_NE(refusal().find("first: an item on a73x2, but stage[0] of the layer has a53x2"),
            std::string::npos);
  schedule_ = good;
  schedule_.stages[0].resources = {"a73x2", "a73x1"};
  EXPECT_NE(refusal().find("two groups of one cluster"), std::string::npos) << refusal();
  schedule_ = good;
  schedule_.stages[0].resources = {"gpu"};
  EXPECT_NE(refusal().find("stage[0].resources: \"gpu\" is not on the platform"), std::string::npos)
      << refusal();
  schedule_ = good;
  schedule_.stages[0].layers = {"first", "nothing", "join"};
  EXPECT_NE(refusal().find("layer \"nothing\" is not in the network"), std::string::npos) << refusal();
  EXPECT_NE(refusal().find("layer \"join\" has no work"), std::string::npos) << refusal();
  schedule_ = good;
  schedule_.points = {{"wide", "a53", Hertz(1'018'000'000)}};
  EXPECT_EQ(refusal(), "");
  schedule_.stages[0].resources = {"a73x2", "a53x1"};
  schedule_.stages[1].resources = {"a53x3"};
  for (spec::WorkItem& item : schedule_.items)
    item.resource = item.resource == "a53x4" ? "a53x3" : item.resource;
  EXPECT_NE(refusal().find("cores of a53 work for stage[0] too"), std::string::npos) << refusal();
}

TEST_F(Stages, OfAcceleratorsAloneNeedACore) {
  platform_ = spec::read_platform("ultra96");
  fill_items("a53x4", "a53x4");
  schedule_.stages[0].resources = {"accelerator0"};
  EXPECT_NE(refusal().find("no cores; a stage needs one at least, to start its accelerators, such as a53x1"),
            std::string::npos)
      << refusal();
}

}  // namespace
}  // namespace tandem::lowering
