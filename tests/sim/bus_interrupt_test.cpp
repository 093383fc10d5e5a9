// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/components/interrupt_controller.h"

namespace tandem::sim {
namespace {

constexpr Picoseconds kDelay{20'000};

struct Lines {
  EventQueue queue{"queue"};
  InterruptController controller{"interrupts", queue, 2, kDelay};
};

TEST(Interrupts, LineIsSeenAfterTheDelayAndOnlyThen) {
  Lines lines;
  Picoseconds raised{-1};
  lines.controller.on_raised(1, [&] { raised = now(); });
  lines.controller.set(1, true);
  struct Probe {
    InterruptController& controller;
    bool pending = true;
    void look(std::uint64_t) { pending = controller.pending(1); }
  } before{lines.controller};
  lines.queue.at<&Probe::look>(kDelay - Picoseconds{1}, before);
  run_simulation(kDelay * 2);
  EXPECT_FALSE(before.pending);
  EXPECT_TRUE(lines.controller.pending(1));
  EXPECT_FALSE(lines.controller.pending(0));
  EXPECT_EQ(raised, kDelay);
}

TEST(Interrupts, ALevelThatStaysIsOneInterrupt) {
  Lines lines;
  int seen = 0;
  lines.controller.on_raised(0, [&] { ++seen; });
  const auto set = lines.controller.line_setter(0);
  set(true);
  set(true);
  run_simulation(kDelay * 2);
  set(false);
  run_simulation(kDelay * 2);
  EXPECT_FALSE(lines.controller.pending(0));
  set(true);
  run_simulation(kDelay * 2);
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(lines.controller.interrupts(), 2);
}

}  // namespace
}  // namespace tandem::sim
