// SPDX-License-Identifier: Apache-2.0
// A network that runs beside another takes its share of the memory, and nothing else.
#include <gtest/gtest.h>

#include "tests/platform/child_run.h"

namespace tandem::sim {
namespace {

spec::Schedule on(const Bench& bench, const std::string& cores) {
  return plan::plan_cpu_only({bench.model, bench.platform, {cores}, {}, "test"});
}

struct SideBySide : testing::Test {
  Bench bench = make_bench("rk3399pro", "tiny", network::Precision::fp32, spec::Planner::cpu_only);
  MachineOptions options;
  void SetUp() override {
    bench.platform.interconnect.clock = Hertz(20'000'000);  // so that a small network meets others on it
    bench.schedule = on(bench, "a72x2");
  }
  void add(const std::string& cores) { options.beside.push_back({bench.model, on(bench, cores)}); }
};

TEST_F(SideBySide, ANeighbourCostsTimeAndEnergyButNoByteOfTheOutput) {
  const ChildResult alone = run_in_child(bench, 3, options);
  add("a53x4");
  const ChildResult beside = run_in_child(bench, 3, options);
  ASSERT_EQ(alone.failure, "");
  ASSERT_EQ(beside.failure, "");
  EXPECT_EQ(alone.output_sha256, beside.output_sha256);
  EXPECT_GT(beside.total, alone.total);
  EXPECT_GT(beside.parts.at("a53"), alone.parts.at("a53"));
  const ChildResult again = run_in_child(bench, 3, options);
  EXPECT_EQ(again.total, beside.total);
  EXPECT_EQ(again.parts, beside.parts);
}

TEST_F(SideBySide, SeveralNeighboursShareACluster) {
  bench.schedule = on(bench, "a72x1");
  add("a53x4");
  EXPECT_EQ(run_in_child(bench, 1, options).failure, "");
}

TEST_F(SideBySide, ACoreServesOneNetworkOnly) {
  add("a72x1");
  EXPECT_NE(run_in_child(bench, 1, options).failure.find("core 0 of a72 has another network's work"),
            std::string::npos);
}

}  // namespace
}  // namespace tandem::sim
