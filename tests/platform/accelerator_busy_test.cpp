// SPDX-License-Identifier: Apache-2.0
// How long an accelerator works on a layer of several jobs, whose interrupts nobody takes in time.
#include <gtest/gtest.h>

#include "tests/platform/machine_bench.h"
#include "tests/unit/sketch.h"

namespace tandem::sim {
namespace {

// Two groups of 32 channels on an array of 8: a job each. One core computes the last channels and has no time
// for interrupts, so the line stays up from the first job on.
TEST(AcceleratorBusy, LastsToTheEndOfItsLastJobWhileItsHostIsBusy) {
  const network::Model model = test::model_of_sizes(
      test::Sketch({64, 28, 28}).add(test::conv("l", 64, test::square(3, 1, 1), 2)).build(),
      network::Precision::int8);
  const spec::Platform platform = spec::read_platform("ultra96");
  spec::Schedule schedule;
  schedule.network = model.network->name();
  schedule.items = {{"l", "accelerator0", 0, 56, 0, 28, Picoseconds(0)},
                    {"l", "a53x1", 56, 64, 0, 28, Picoseconds(0)}};
  schedule.stages = {{"l", "l", {"a53x1", "accelerator0"}}};
  MachineOptions options;
  options.values = false;
  const spec::RunResult result = simulate(platform, model, schedule, 1, options);
  const spec::LayerResult& layer = result.layers.front();
  const Picoseconds busy = layer.busy.at("accelerator0");
  // 4 + 3 steps of 8 channels, 784 pixels of 9 taps, one block of 32 input channels, at 200 MHz.
  const Picoseconds least =
      Clock(platform.accelerators.front().clock).time(Cycles(std::int64_t{7} * 784 * 9));
  ASSERT_GT(layer.busy.at("a53x1"), least) << "the host must be busy to the end, or this tests nothing";
  EXPECT_GE(busy, least);
  EXPECT_LT(busy, least + least / 10);
}

}  // namespace
}  // namespace tandem::sim
