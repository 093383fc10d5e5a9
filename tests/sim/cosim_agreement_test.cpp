// SPDX-License-Identifier: Apache-2.0
// Model and RTL side by side on two equal machines: the same job takes the same time within a tolerance, from
// the doorbell to the interrupt, and moves the same beats.
#include <gtest/gtest.h>

#include "tests/sim/accelerator_bench.h"

namespace tandem::sim::test {
namespace {

struct Shape {
  const char* name;
  int in_channels, size, out_channels, kernel;
  double tolerance;  // relative, mostly the control cycles around a job
};

class Agreement : public testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Accelerator, Agreement,
                         testing::Values(Shape{"tiny1x1", 16, 16, 16, 1, 0.015},
                                         Shape{"squeeze1x1", 64, 28, 16, 1, 0.01},
                                         Shape{"expand1x1", 16, 56, 64, 1, 0.01},
                                         Shape{"expand3x3", 16, 28, 64, 3, 0.01},
                                         Shape{"deep3x3", 128, 14, 64, 3, 0.01}),
                         [](const auto& shape) { return shape.param.name; });

TEST_P(Agreement, ModelTakesTheTimeOfTheRtl) {
  const Shape& shape = GetParam();
  AcceleratorBench model(Fidelity::model, false, "model_"), rtl(Fidelity::rtl, false, "rtl_");
  const auto duration = [&](AcceleratorBench& bench, Host& host) {
    const PlacedJob placed =
        bench.place(shape.in_channels, shape.size, shape.out_channels, shape.kernel, 1, 11);
    host.write(regs::kControlOffset, regs::kControlIrqEnableMask);
    const Picoseconds begin = now();
    host.doorbell(placed.descriptor);
    host.wait_interrupt();
    return now() - begin;
  };
  Picoseconds model_time{0}, rtl_time{0};
  model.host.script = [&](Host& host) { model_time = duration(model, host); };
  rtl.run([&](Host& host) {
    rtl_time = duration(rtl, host);
    while (model_time == Picoseconds{0}) sc_core::wait(sc_core::sc_time(1, sc_core::SC_US));
  });
  ASSERT_TRUE(rtl.finished);
  RecordProperty("model_us", fmt::format("{:.3f}", to_microseconds(model_time)));
  RecordProperty("rtl_us", fmt::format("{:.3f}", to_microseconds(rtl_time)));
  EXPECT_NEAR(to_microseconds(model_time), to_microseconds(rtl_time),
              shape.tolerance * to_microseconds(rtl_time));
  EXPECT_EQ(model.accelerator->traffic().read_bytes, rtl.accelerator->traffic().read_bytes);
  EXPECT_EQ(model.accelerator->counters().mac_active, rtl.accelerator->counters().mac_active);
}

}  // namespace
}  // namespace tandem::sim::test
