// SPDX-License-Identifier: Apache-2.0
// Whoever computes what: the bytes of the output are those of the reference.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/platform/machine_bench.h"

namespace tandem::sim {
namespace {

struct Case {
  const char* name;
  const char* platform;
  network::Precision precision;
  spec::Planner planner;
  bool rtl;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class ExactOutputs : public testing::TestWithParam<Case> {};

TEST_P(ExactOutputs, OfTwoImagesEqualTheReference) {
  const Case& c = GetParam();
  const Bench bench = make_bench(c.platform, "tiny", c.precision, c.planner);
  MachineOptions options;
  options.rtl = c.rtl;
  const spec::RunResult result = simulate(bench.platform, bench.model, bench.schedule, 2, options);
  EXPECT_EQ(result.output_sha256, reference_sha256(bench.model, 2));
  EXPECT_GT(result.latency.raw(), 0);
  for (std::size_t i = 1; i < result.layers.size(); ++i) {
    if (result.layers[i].in_place || result.layers[i - 1].in_place) continue;
    EXPECT_GE(result.layers[i].start, result.layers[i - 1].end) << result.layers[i].name;
  }
}

using network::Precision;
using spec::Planner;
INSTANTIATE_TEST_SUITE_P(
    Tiny, ExactOutputs,
    testing::Values(Case{"AcceleratorOnlyModel", "ultra96", Precision::int8, Planner::accelerator_only,
                         false},
                    Case{"AcceleratorOnlyRtl", "ultra96", Precision::int8, Planner::accelerator_only, true},
                    Case{"CpuOnlyInt8", "ultra96", Precision::int8, Planner::cpu_only, false},
                    Case{"CpuOnlyFp32", "ultra96", Precision::fp32, Planner::cpu_only, false},
                    Case{"CpuOnlyTwoClustersInt8", "hikey970", Precision::int8, Planner::cpu_only, false},
                    Case{"CpuOnlyTwoClustersFp32", "hikey970", Precision::fp32, Planner::cpu_only, false},
                    Case{"CoschedModel", "ultra96", Precision::int8, Planner::cosched, false},
                    Case{"CoschedModelSquareArrayDdr4", "zcu104", Precision::int8, Planner::cosched, false},
                    Case{"CoschedRtl", "ultra96", Precision::int8, Planner::cosched, true},
                    Case{"CpuOnlyKhadasVim3", "khadas_vim3", Precision::fp32, Planner::cpu_only, false},
                    Case{"CpuOnlyRk3399pro", "rk3399pro", Precision::fp32, Planner::cpu_only, false},
                    Case{"CpuOnlyOdroidXu3", "odroid_xu3", Precision::fp32, Planner::cpu_only, false},
                    Case{"CoschedZcu106", "zcu106", Precision::int8, Planner::cosched, false},
                    Case{"CoschedZedboard", "zedboard", Precision::int8, Planner::cosched, false},
                    Case{"CoschedEdgeSoc", "edge_soc", Precision::int8, Planner::cosched, false}),
    [](const auto& test) { return std::string(test.param.name); });

// Two inputs of different shapes, the second read late: every one has an image of its own.
TEST(SeveralInputs, GiveTheReferencesBytes) {
  Bench bench = make_bench("ultra96", "tiny", network::Precision::int8, spec::Planner::cpu_only);
  const std::string text = R"(
name = "two"
input = [3, 16, 16]
[[layer]]
name = "depth"
kind = "input"
shape = [9, 64, 64]
[[layer]]
name = "left"
kind = "conv"
out = 24
kernel = 1
from = ["data"]
[[layer]]
name = "right"
kind = "conv"
out = 16
kernel = 4
stride = 4
from = ["depth"]
[[layer]]
name = "both"
kind = "concat"
from = ["left", "right"]
)";
  bench.model = network::prepare_model(
      std::make_shared<const network::Network>(network::parse_network_toml(text, "two.toml")),
      network::Precision::int8, 1);
  const plan::Problem problem{
      bench.model, bench.platform, plan::allowed_core_groups(bench.platform, {}, "test"), {}, "test"};
  bench.schedule = plan::plan_cosched(problem);
  MachineOptions options;
  options.rtl = false;
  EXPECT_EQ(simulate(bench.platform, bench.model, bench.schedule, 2, options).output_sha256,
            reference_sha256(bench.model, 2));
  const network::Image one = make_image(bench.model, 0), other = make_image(bench.model, 1);
  ASSERT_EQ(one.size(), 2u);
  EXPECT_EQ(one[1].shape, (network::Shape{9, 64, 64}));
  EXPECT_NE(one[1].q, other[1].q);
}

// A port that snoops needs no maintenance commands; the caches give up their lines on the bus instead.
TEST(CoherentPort, GivesTheSameBytesWithoutMaintenance) {
  Bench bench = make_bench("ultra96", "tiny", network::Precision::int8, spec::Planner::cosched);
  bench.platform.accelerators.front().coherent = true;
  MachineOptions options;
  options.rtl = false;
  int cleans = 0;
  options.tamper = [&](lowering::Program& program) {
    for (const lowering::CoreProgram& core : program.cores) {
      for (const lowering::Segment& segment : program.segments) {
        if (segment.address != core.address) continue;
        for (std::size_t at = 0; at < segment.bytes.size(); at += lowering::kCommandBytes) {
          cleans += segment.bytes[at] == static_cast<std::uint8_t>(lowering::Opcode::clean) ? 1 : 0;
        }
      }
    }
  };
  const spec::RunResult result = simulate(bench.platform, bench.model, bench.schedule, 2, options);
  EXPECT_EQ(result.output_sha256, reference_sha256(bench.model, 2));
  EXPECT_EQ(cleans, 0);
}

// One PE in hardware fewer or more: whatever the array, the tensors are the same.
class OtherArrays : public testing::TestWithParam<const char*> {};

TEST_P(OtherArrays, GiveTheSameBytes) {
  spec::Platform platform = spec::read_platform("ultra96");
  platform.accelerators.front().array = accelerator::parse_array(GetParam());
  Bench bench = make_bench("ultra96", "tiny", network::Precision::int8, spec::Planner::cpu_only);
  bench.platform = platform;
  const plan::Problem problem{
      bench.model, bench.platform, plan::allowed_core_groups(platform, {}, "test"), {}, "test"};
  bench.schedule = plan::plan_cosched(problem);
  MachineOptions options;
  options.rtl = false;
  const spec::RunResult result = simulate(bench.platform, bench.model, bench.schedule, 1, options);
  EXPECT_EQ(result.output_sha256, reference_sha256(bench.model, 1));
}

INSTANTIATE_TEST_SUITE_P(All, OtherArrays, testing::Values("2x32", "4x32", "16x16", "32x4", "2x4", "32x32"));

}  // namespace
}  // namespace tandem::sim
