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
    testing::Values(Case{"AcceleratorOnlyModel", "ultra96", Precision::int8, Planner::accelerator_only, false},
                    Case{"AcceleratorOnlyRtl", "ultra96", Precision::int8, Planner::accelerator_only, true},
                    Case{"CpuOnlyInt8", "ultra96", Precision::int8, Planner::cpu_only, false},
                    Case{"CpuOnlyFp32", "ultra96", Precision::fp32, Planner::cpu_only, false},
                    Case{"CpuOnlyTwoClustersInt8", "hikey970", Precision::int8, Planner::cpu_only, false},
                    Case{"CpuOnlyTwoClustersFp32", "hikey970", Precision::fp32, Planner::cpu_only, false},
                    Case{"CoschedModel", "ultra96", Precision::int8, Planner::cosched, false},
                    Case{"CoschedRtl", "ultra96", Precision::int8, Planner::cosched, true}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tandem::sim
