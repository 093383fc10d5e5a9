// SPDX-License-Identifier: Apache-2.0
// Reads of several ports that share one window: what each has in flight, and whose turn it is.
#include "sim/kernel/stream_window.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/bus_bench.h"

namespace tandem::sim::test {
namespace {

struct Shared {
  explicit Shared(int masters) : bench(fabric(masters, 1), spec()) {}
  // Reads of 256 bytes, one behind the other, of a port that alone may have `most` in flight.
  void read(std::size_t master, int count, std::int64_t most) {
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i) {
      bench.issue(master, BusCommand::read, kBase + (master << 20) + i * 256, 256, 0, most);
    }
  }
  [[nodiscard]] const std::vector<ScriptedTarget::Seen>& seen() const { return bench.targets[0]->seen; }

  StreamWindow window;
  Bench bench;

 private:
  BusMasterSpec spec() {
    BusMasterSpec made{64, 64, 0};
    made.window = &window;
    return made;
  }
};

TEST(StreamWindow, APortAloneHasItsOwn) {
  Shared shared(1);
  shared.read(0, 8, 768);
  run_simulation(kLong);
  EXPECT_EQ(shared.bench.masters[0]->counters().most_reads, 3);
  EXPECT_EQ(shared.bench.done[0].size(), 8u);
}

TEST(StreamWindow, TwoPortsHavePartsThatAddUpToOne) {
  Shared shared(2);
  shared.read(0, 20, 1024);
  shared.read(1, 20, 1024);
  run_simulation(kLong);
  EXPECT_EQ(shared.bench.targets[0]->most_outstanding, 4);
  EXPECT_EQ(shared.bench.done[0].size() + shared.bench.done[1].size(), 40u);
  // The first port fills the window before the second comes; then they take turns.
  for (std::size_t i = 4; i + 2 < 36; i += 2) {
    EXPECT_NE(shared.seen()[i].master, shared.seen()[i + 1].master) << "read " << i;
  }
}

TEST(StreamWindow, APortWithAWideWindowDoesNotStarveANarrowOne) {
  Shared shared(2);
  shared.read(0, 60, 4096);
  shared.read(1, 10, 512);
  run_simulation(kLong);
  EXPECT_LT(shared.bench.done[1].back().when, shared.bench.done[0].back().when);
  EXPECT_EQ(shared.bench.done[0].size(), 60u);
}

TEST(StreamWindow, AReadLongerThanItsWindowGoesAlone) {
  Shared shared(2);
  shared.read(0, 3, 128);
  shared.read(1, 3, 128);
  run_simulation(kLong);
  EXPECT_EQ(shared.bench.targets[0]->most_outstanding, 1);
  EXPECT_EQ(shared.bench.done[0].size() + shared.bench.done[1].size(), 6u);
}

TEST(StreamWindow, OtherReadsDoNotWaitForIt) {
  Shared shared(2);
  shared.read(0, 10, 256);
  for (std::uint64_t i = 0; i < 4; ++i)
    shared.bench.issue(1, BusCommand::read, kBase + (1u << 20) + i * 256, 256);
  run_simulation(kLong);
  EXPECT_EQ(shared.bench.masters[0]->counters().most_reads, 1);
  EXPECT_EQ(shared.bench.masters[1]->counters().most_reads, 4);
}

}  // namespace
}  // namespace tandem::sim::test
