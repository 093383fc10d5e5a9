// SPDX-License-Identifier: Apache-2.0
// Pipelines on the simulated machine: several images at once, exact outputs, the throughput of the slowest
// stage.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/platform/child_run.h"

namespace tandem::sim {
namespace {

constexpr int kImages = 9;

struct Case {
  const char* name;
  const char* platform;
  network::Precision precision;
  spec::Planner planner;
  bool rtl;
  spec::WaitPolicy wait;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Pipelines : public testing::TestWithParam<Case> {};

TEST_P(Pipelines, OverlapImagesAndComputeTheReference) {
  const Case& c = GetParam();
  Bench bench = make_bench(c.platform, "tiny", c.precision, c.planner);
  bench.schedule.wait = c.wait;
  ASSERT_GT(bench.schedule.stages.size(), 1u);
  MachineOptions options;
  options.rtl = c.rtl;
  // Enough for a steady state, beside the images that fill and drain the line.
  const int images = 3 * static_cast<int>(bench.schedule.stages.size());
  const spec::RunResult result = simulate(bench.platform, bench.model, bench.schedule, images, options);
  EXPECT_EQ(result.output_sha256, reference_sha256(bench.model, images));
  ASSERT_EQ(result.stages.size(), bench.schedule.stages.size());
  Picoseconds slowest{0};
  for (const spec::StageResult& stage : result.stages) slowest = std::max(slowest, stage.time);
  EXPECT_LT(result.period, result.latency) << "images overlap";
  EXPECT_GE(result.period * 101 / 100, slowest);
  EXPECT_LE(result.period, slowest * 108 / 100) << "the slowest stage decides";
  for (const spec::LayerResult& layer : result.layers) {
    EXPECT_GE(layer.end, layer.start) << layer.name;
    EXPECT_LE(layer.end, result.total) << layer.name;
  }
}

using network::Precision;
using spec::Planner;
using spec::WaitPolicy;
INSTANTIATE_TEST_SUITE_P(
    Tiny, Pipelines,
    testing::Values(
        Case{"ExactFp32", "hikey970", Precision::fp32, Planner::exact, false, WaitPolicy::interrupt},
        Case{"PipeitInt8", "hikey970", Precision::int8, Planner::pipeit, false, WaitPolicy::interrupt},
        Case{"ExactPolling", "khadas_vim3", Precision::fp32, Planner::exact, false, WaitPolicy::polling},
        Case{"JointModel", "edge_soc", Precision::int8, Planner::joint, false, WaitPolicy::interrupt},
        Case{"JointRtl", "edge_soc", Precision::int8, Planner::joint, true, WaitPolicy::interrupt}),
    [](const auto& test) { return std::string(test.param.name); });

// Two stages of two cores each that both give the accelerator half of every convolution.
Bench sharing(const char* platform, spec::WaitPolicy wait) {
  Bench bench = make_bench(platform, "tiny", network::Precision::int8, spec::Planner::cosched);
  spec::Schedule& schedule = bench.schedule;
  schedule.wait = wait;
  const std::size_t half = schedule.items.size() / 2;
  std::string first_of_second = schedule.items[half].layer;
  schedule.stages = {{"", "", {}, {}}, {"", "", {}, {}}};
  bool second = false;
  for (spec::WorkItem& item : schedule.items) {
    second = second || item.layer == first_of_second;
    spec::Stage& stage = schedule.stages[second ? 1 : 0];
    if (item.resource != "accelerator0") item.resource = bench.platform.clusters[0].name + "x2";
    if (stage.layers.empty() || stage.layers.back() != item.layer) stage.layers.push_back(item.layer);
    stage.first_layer = stage.layers.front();
    stage.last_layer = stage.layers.back();
    stage.resources = {bench.platform.clusters[0].name + "x2", "accelerator0"};
  }
  return bench;
}

class SharedAccelerator : public testing::TestWithParam<std::tuple<bool, spec::WaitPolicy>> {};

TEST_P(SharedAccelerator, ServesSeveralStagesThroughItsQueue) {
  const auto [rtl, wait] = GetParam();
  const Bench bench = sharing("ultra96", wait);
  int units = 0;
  for (const spec::WorkItem& item : bench.schedule.items) units += item.resource == "accelerator0" ? 1 : 0;
  ASSERT_GT(units, 2);
  MachineOptions options;
  options.rtl = rtl;
  options.tamper = [](const lowering::Program& program) { EXPECT_EQ(program.hosts_of_units.at(0), 2); };
  const spec::RunResult result = simulate(bench.platform, bench.model, bench.schedule, 6, options);
  EXPECT_EQ(result.output_sha256, reference_sha256(bench.model, 6));
  EXPECT_EQ(result.accelerators.at(0).jobs % 6, 0);
  EXPECT_LT(result.period, result.latency);
}

INSTANTIATE_TEST_SUITE_P(Ways, SharedAccelerator,
                         testing::Combine(testing::Bool(), testing::Values(spec::WaitPolicy::interrupt,
                                                                           spec::WaitPolicy::polling)),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param) ? "Rtl_" : "Model_") +
                                  to_string(std::get<1>(test.param));
                         });

// Needs all maintenance: another stage's cores read what the accelerator wrote for the one before.
TEST(SharedAcceleratorFault, AMissingInvalidateIsFound) {
  const Bench bench = sharing("ultra96", spec::WaitPolicy::interrupt);
  MachineOptions options;
  options.rtl = false;
  options.tamper = [](lowering::Program& program) {
    change_commands(program, [](lowering::Command& command) {
      if (command.opcode == lowering::Opcode::invalidate) command.bytes = 0;
    });
  };
  EXPECT_NE(run_in_child(bench, 6, options).failure.find("stale read: cluster a53"), std::string::npos);
}

TEST(PipelineFault, ATokenThatNeverComesIsADeadlockWithItsStage) {
  const Bench bench = make_bench("hikey970", "tiny", network::Precision::fp32, spec::Planner::exact);
  MachineOptions options;
  options.tamper = [](lowering::Program& program) {
    change_commands(program, [](lowering::Command& command) {
      if (command.opcode == lowering::Opcode::post_stage && command.unit == 0)
        command = {.opcode = lowering::Opcode::clean};
    });
  };
  EXPECT_NE(run_in_child(bench, 3, options).failure.find("waits for stage 0 to be done with an image"),
            std::string::npos);
}

TEST(PipelineQueues, DeepOnesChangeNoByteAndOneImageAtATimeIsAsSlowAsItsLatency) {
  Bench bench = make_bench("hikey970", "tiny", network::Precision::fp32, spec::Planner::exact);
  const ChildResult usual = run_in_child(bench, kImages, {});
  EXPECT_EQ(run_in_child(bench, kImages, {}).total, usual.total) << "the same again";
  bench.schedule.queue_depth = 4;
  const ChildResult deep = run_in_child(bench, kImages, {});
  EXPECT_EQ(deep.output_sha256, usual.output_sha256);
  bench.schedule.queue_depth = 2;
  bench.schedule.images_in_flight = 1;
  const ChildResult alone = run_in_child(bench, kImages, {});
  EXPECT_EQ(alone.output_sha256, usual.output_sha256);
  EXPECT_GT(alone.total, usual.total * 3 / 2);
}

}  // namespace
}  // namespace tandem::sim
