// SPDX-License-Identifier: Apache-2.0
// Micro-benchmarks of a core's memory find what the platform file and the memory's timing say.
#include "sim/platform/memory_probe.h"

#include <gtest/gtest.h>

#include "models/latency/latency_model.h"
#include "models/memory/dram_spec.h"

namespace tandem::sim {
namespace {

constexpr Hertz kGigahertz{1'000'000'000};

// At 1 GHz a cycle is a nanosecond; what the benchmark's own commands cost is spread over thousands of loads.
TEST(MemoryProbe, LoadsTakeTheLatencyOfTheLevelThatHasTheLine) {
  const spec::Platform platform = spec::read_platform("rk3399pro");
  const spec::Cluster& cluster = platform.clusters[1];
  const MemoryFigures found = probe_memory(platform, cluster.name, kGigahertz);
  EXPECT_NEAR(found.l1_ns, cluster.core.l1_latency, 0.1);
  EXPECT_NEAR(found.l2_ns, cluster.l2_latency, 0.1);
  // A random load closes a row and opens another: no sooner than the bus and the part allow, and little
  // later.
  const memory::DramSpec& dram = *memory::find_dram(platform.dram.type);
  const double bus = 1e9 / static_cast<double>(platform.interconnect.clock.raw()) *
                     (platform.interconnect.request_cycles + platform.interconnect.response_cycles);
  const double row = 1e-3 * static_cast<double>((dram.timing.rp + dram.timing.rcd).raw());
  const double least = cluster.l2_latency + bus +
                       1e-3 * static_cast<double>(platform.dram.controller_latency.raw()) + row +
                       1e-3 * static_cast<double>(dram.clock.time(Cycles(dram.timing.read_latency)).raw());
  EXPECT_GT(found.dram_ns, least);
  EXPECT_LT(found.dram_ns, least + 40);
}

TEST(MemoryProbe, StreamsAreHeldByTheBytesInFlight) {
  spec::Platform platform = spec::read_platform("khadas_vim3");
  spec::CoreType& core = platform.clusters[1].core;
  core.reads_in_flight = 128;
  core.writes_in_flight = 4096;
  const MemoryFigures found = probe_memory(platform, platform.clusters[1].name, kGigahertz);
  // Less than 128 bytes a row hit's latency, which is over 90 ns here; writes are posted.
  EXPECT_LT(found.copy_gbytes_per_s, 128 / 90.0);
  EXPECT_GT(found.fill_gbytes_per_s, 2 * found.copy_gbytes_per_s);
}

TEST(MemoryProbe, AClusterThatIsNotThereIsNamed) {
  const spec::Platform platform = spec::read_platform("ultra96");
  EXPECT_THROW(probe_memory(platform, "a72", kGigahertz), InputError);
}

}  // namespace
}  // namespace tandem::sim
