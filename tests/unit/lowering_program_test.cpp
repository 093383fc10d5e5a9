// SPDX-License-Identifier: Apache-2.0
// Lowered programs of random schedules, run without time: whatever the order of cores and accelerators, the
// output is the reference's, no core waits for ever, and no cache keeps what it must not. Each guard is also
// left out once, to see that it was needed.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/core/random.h"
#include "models/lowering/offload.h"
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

constexpr int kImages = 2;  // the second finds the caches as the first left them

// Everything lowering treats apart: uneven padding, a joined branch, groups, a depthwise layer, a residual, a
// flatten before a fully connected layer, a layer that only the cores can run.
std::shared_ptr<const network::Network> every_case() {
  network::Window uneven = square(3);
  uneven.pad_top = 2;
  uneven.pad_right = 2;
  return Sketch({3, 10, 9})
      .add(conv("first", 16, uneven, 1, network::Activation::relu))
      .add(conv("left", 16, square(1)), {"first"})
      .add(conv("right", 20, square(3, 1, 1), 1, network::Activation::relu6), {"first"})
      .add(layer_of(LayerKind::concat, "join"), {"left", "right"})
      .add(pool(LayerKind::max_pool, "pool", square(3, 2, 1)))
      .add(conv("depthwise", 36, square(3, 1, 1), 36))
      .add(conv("wide", 32, square(1)))
      .add(conv("grouped", 32, square(3, 1, 1), 2))
      .add(layer_of(LayerKind::add, "sum"), {"grouped", "wide"})
      .add(layer_of(LayerKind::flatten, "flat"))
      .add(layer_of(LayerKind::dropout, "drop"))
      .add(fully_connected("fc", 20))
      .add(layer_of(LayerKind::softmax, "prob"))
      .build();
}

std::string random_group(Random& random, const spec::Platform& platform) {
  const auto& cluster = platform.clusters[random.below(platform.clusters.size())];
  return core_group_name(cluster, static_cast<int>(random.between(1, cluster.cores)));
}

// Cuts [0, size) at up to two random multiples of `step`.
std::vector<int> random_cuts(Random& random, int size, int step) {
  std::vector<int> cuts = {0, size};
  for (int i = 0; i < 2; ++i) {
    const int cut = static_cast<int>(random.between(0, size / step)) * step;
    if (cut > 0 && cut < size && std::find(cuts.begin(), cuts.end(), cut) == cuts.end()) cuts.push_back(cut);
  }
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

// Every layer cut at random, by channels among everything that can run it, or by rows among the cores.
spec::Schedule random_schedule(Random& random, const network::Model& model, const spec::Platform& platform) {
  const network::Network& network = *model.network;
  spec::Schedule schedule;
  schedule.network = network.name();
  const std::vector<LayerRole> roles = layer_roles(model, platform);
  for (network::LayerId id = 0; id < network.size(); ++id) {
    if (roles[static_cast<std::size_t>(id)] != LayerRole::compute) continue;
    const network::Layer& layer = network.layer(id);
    const bool offload =
        !platform.accelerators.empty() && offload_refusal(model, id, platform.accelerators[0].array).empty();
    const bool by_rows = !offload && random.below(2) == 0;
    const std::vector<int> cuts = by_rows ? random_cuts(random, layer.output.h, 1)
                                          : random_cuts(random, layer.output.c, channel_block(platform));
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      const bool to_unit = offload && random.below(2) == 0;
      const std::string resource =
          to_unit ? platform.accelerators[random.below(platform.accelerators.size())].name
                  : random_group(random, platform);
      const network::OutputRange all = network::whole(layer.output);
      schedule.items.push_back({layer.name, resource, by_rows ? all.k0 : cuts[i - 1],
                                by_rows ? all.k1 : cuts[i], by_rows ? cuts[i - 1] : all.p0,
                                by_rows ? cuts[i] : all.p1, Picoseconds(0)});
    }
  }
  return schedule;
}

struct Subject {
  std::string platform;
  bool coherent = false;
  int accelerators = 1;
  network::Precision precision = network::Precision::int8;
};

spec::Platform platform_of(const Subject& subject) {
  spec::Platform platform = spec::read_platform(subject.platform);
  for (spec::Accelerator& unit : platform.accelerators) unit.coherent = subject.coherent;
  if (subject.accelerators == 2) {
    platform.accelerators.push_back(platform.accelerators[0]);
    platform.accelerators[1].name = "accelerator1";
    platform.accelerators[1].coherent = true;  // one of each
  }
  return platform;
}

class LoweredProgram : public testing::TestWithParam<Subject> {
 protected:
  LoweredProgram()
      : platform_(platform_of(GetParam())),
        model_(network::prepare_model(every_case(), GetParam().precision, 3)) {
    for (int image = 0; image < kImages; ++image) {
      references_.push_back(network::run_reference(model_, network::make_image(model_, image)).back());
    }
  }

  [[nodiscard]] Program program_of(std::uint64_t seed) const {
    Random random(seed, "schedule");
    return lower(random_schedule(random, model_, platform_), model_, platform_, kImages);
  }

  spec::Platform platform_;
  network::Model model_;
  std::vector<network::Tensor> references_;
};

TEST_P(LoweredProgram, ComputesTheReferenceInWhateverOrderItRuns) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const Program program = program_of(seed);
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
}

TEST_P(LoweredProgram, EveryCoreMeetsEveryBarrier) {
  const Program program = program_of(1);
  std::vector<std::size_t> barriers;
  for (const CoreProgram& core : program.cores) {
    const auto segment = std::find_if(program.segments.begin(), program.segments.end(),
                                      [&](const Segment& one) { return one.address == core.address; });
    ASSERT_NE(segment, program.segments.end());
    ASSERT_EQ(segment->bytes.size(), core.commands * kCommandBytes);
    barriers.push_back(0);
    for (std::size_t i = 0; i < core.commands; ++i) {
      CommandWords words{};
      std::memcpy(words.data(), segment->bytes.data() + i * kCommandBytes, kCommandBytes);
      const Command command = decode(words);
      if (command.opcode != Opcode::barrier) continue;
      EXPECT_EQ(command.participants, program.cores.size());
      ++barriers.back();
    }
  }
  EXPECT_GT(barriers.front(), 0u);
  for (const std::size_t count : barriers) EXPECT_EQ(count, barriers.front());
}

TEST_P(LoweredProgram, CommandsDescriptorsAndTensorsDoNotOverlap) {
  const Program program = program_of(2);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (const Segment& segment : program.segments) {
    ranges.emplace_back(segment.address, segment.address + segment.bytes.size());
  }
  for (const LayerPlacement& layer : program.placement.layers) {
    if (layer.role == LayerRole::in_place) continue;
    ranges.emplace_back(layer.output.address,
                        layer.output.address + static_cast<std::uint64_t>(layer.output.layout.bytes()));
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i) EXPECT_LE(ranges[i - 1].second, ranges[i].first) << i;
  EXPECT_LE(ranges.back().second, program.memory_end);
}

INSTANTIATE_TEST_SUITE_P(Platforms, LoweredProgram,
                         testing::Values(Subject{"ultra96"}, Subject{"ultra96", true},
                                         Subject{"ultra96", false, 2}, Subject{"hikey970", false, 0},
                                         Subject{"hikey970", false, 0, network::Precision::fp32}),
                         [](const testing::TestParamInfo<Subject>& one) {
                           const Subject& subject = one.param;
                           return fmt::format("{}_{}_accelerators{}_{}", subject.platform,
                                              subject.accelerators, subject.coherent ? "_coherent" : "",
                                              network::to_string(subject.precision));
                         });

class LoweringGuards : public testing::Test {
 protected:
  LoweringGuards()
      : platform_(spec::read_platform("ultra96")),
        model_(network::prepare_model(every_case(), network::Precision::int8, 3)) {
    // The accelerator takes the first 8 channels of what it can run, the cores the rest: each reads the
    // other's.
    spec::Schedule schedule;
    schedule.network = model_.network->name();
    const std::vector<LayerRole> roles = layer_roles(model_, 8);
    for (network::LayerId id = 0; id < model_.network->size(); ++id) {
      if (roles[static_cast<std::size_t>(id)] != LayerRole::compute) continue;
      const network::Layer& layer = model_.network->layer(id);
      const int split = offload_refusal(model_, id, platform_.accelerators[0].array).empty() ? 8 : 0;
      if (split > 0)
        schedule.items.push_back({layer.name, "accelerator0", 0, split, 0, layer.output.h, Picoseconds(0)});
      schedule.items.push_back(
          {layer.name, "a53x4", split, layer.output.c, 0, layer.output.h, Picoseconds(0)});
    }
    program_ = lower(schedule, model_, platform_, kImages);
  }

  // What the machine says when it runs without these commands; "" when it ends well.
  std::string without(std::set<Opcode> left_out) {
    AbstractMachine machine(model_, platform_, program_, {false, false, std::move(left_out)});
    try {
      machine.run();
    } catch (const SimulationError& error) {
      return error.what();
    }
    return "";
  }

  spec::Platform platform_;
  network::Model model_;
  Program program_;
};

TEST_F(LoweringGuards, NothingIsWrongWithAllOfThem) {
  AbstractMachine machine(model_, platform_, program_, {});
  EXPECT_EQ(machine.run().size(), 2u);
  for (const Opcode used : {Opcode::clean, Opcode::invalidate, Opcode::barrier, Opcode::start_accelerator}) {
    EXPECT_GT(machine.executed().at(used), 0);
  }
}

TEST_F(LoweringGuards, WithoutInvalidatesACoreReadsWhatTheAcceleratorHasReplaced) {
  EXPECT_NE(without({Opcode::invalidate}).find("stale read: cluster a53"), std::string::npos);
}

TEST_F(LoweringGuards, WithoutCleansTheAcceleratorReadsOldBytes) {
  EXPECT_NE(without({Opcode::clean}).find("stale read: accelerator0"), std::string::npos);
}

TEST_F(LoweringGuards, ACoherentAcceleratorNeedsNoMaintenanceBesideThatOfTheImage) {
  platform_.accelerators[0].coherent = true;
  spec::Schedule schedule;
  schedule.network = model_.network->name();
  for (const ProgramItem& item : program_.items) {
    schedule.items.push_back({model_.network->layer(item.layer).name, item.resource.name, item.range.k0,
                              item.range.k1, item.range.p0, item.range.p1, Picoseconds(0)});
  }
  program_ = lower(schedule, model_, platform_, kImages);
  AbstractMachine machine(model_, platform_, program_, {});
  machine.run();
  EXPECT_FALSE(machine.executed().contains(Opcode::clean));
  const auto lines = divide_up(program_.placement.layers[0].output.layout.bytes(), 64);
  EXPECT_LE(machine.executed().at(Opcode::invalidate), kImages * std::min<std::int64_t>(4, lines));
}

}  // namespace
}  // namespace tandem::lowering
