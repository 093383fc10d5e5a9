// SPDX-License-Identifier: Apache-2.0
// Fidelity `model` beside `rtl` on zcu104: layers of the shipped networks, alone on the DRAM and while all
// cores copy memory. tests/agreement/platform_table.cpp measures every layer.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/agreement/network_jobs.h"
#include "tests/agreement/platform_bench.h"

namespace tandem::sim::test {
namespace {

struct Case {
  const char* network;
  const char* layer;
};

// A folded first layer, write-bound and weight-bound 1x1, 3x3 with many bands, depthwise, many slices.
constexpr Case kCases[] = {
    {"squeezenet_v1_1", "fire2_squeeze"},   {"squeezenet_v1_1", "fire6_expand1x1"},
    {"squeezenet_v1_1", "fire6_expand3x3"}, {"mobilenet_v1", "conv5_dw"},
    {"mobilenet_v1", "conv12_pw"},
};

struct Bounds {
  double mean, worst;  // of |error| in percent
};

void compare(const char* array, int copying_cores, const Bounds& bounds) {
  spec::Platform platform = spec::read_platform("zcu104");
  platform.accelerators.front().array = accelerator::parse_array(array);
  double sum = 0;
  int layers = 0;
  for (const Case& each : kCases) {
    int refused = 0;
    for (const rtl_test::LayerJob& job :
         rtl_test::conv_jobs(each.network, platform.accelerators.front().array, refused)) {
      if (job.layer != each.layer) continue;
      const PlatformMeasured model = measure_on_platform(platform, job.job, {false, copying_cores});
      const PlatformMeasured rtl = measure_on_platform(platform, job.job, {true, copying_cores});
      const double error =
          100.0 * static_cast<double>(model.cycles - rtl.cycles) / static_cast<double>(rtl.cycles);
      std::printf("%-6s %d copying  %-18s rtl %8ld  model %8ld  %7.3f %%\n", array, copying_cores, each.layer,
                  static_cast<long>(rtl.cycles), static_cast<long>(model.cycles), error);
      EXPECT_LE(std::abs(error), bounds.worst) << each.layer;
      sum += std::abs(error);
      ++layers;
      EXPECT_EQ(model.mac_active, rtl.mac_active) << each.layer;
      EXPECT_EQ(model.read_beats, rtl.read_beats) << each.layer;
      EXPECT_EQ(model.write_beats, rtl.write_beats) << each.layer;
      // What the cycles that are not MACs went to.
      const double scale = bounds.worst / 100 * static_cast<double>(rtl.cycles);
      EXPECT_NEAR(static_cast<double>(model.stall_feature), static_cast<double>(rtl.stall_feature), scale);
      EXPECT_NEAR(static_cast<double>(model.stall_weight), static_cast<double>(rtl.stall_weight), scale);
      EXPECT_NEAR(static_cast<double>(model.stall_output), static_cast<double>(rtl.stall_output), scale);
      EXPECT_EQ(rtl.copied_gbytes_per_s > 1, copying_cores > 0) << each.layer;
    }
  }
  EXPECT_EQ(layers, static_cast<int>(std::size(kCases)));
  EXPECT_LE(sum / layers, bounds.mean);
}

TEST(PlatformAgreement, ModelTakesTheCyclesOfTheRtlAloneOnTheDram) { compare("8x32", 0, {0.05, 0.2}); }

TEST(PlatformAgreement, ModelTakesTheCyclesOfTheRtlWhileAllCoresCopy) { compare("8x32", 4, {0.25, 1}); }

}  // namespace
}  // namespace tandem::sim::test
