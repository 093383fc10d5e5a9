// SPDX-License-Identifier: Apache-2.0
// Fidelity `analytic` beside the tile level, on whole networks. results/analytic has all networks and
// platforms; the bounds here are what was measured there, rounded up.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "models/latency/analytic_run.h"
#include "tests/platform/machine_bench.h"

namespace tandem::sim {
namespace {

double percent(double analytic, double tile) { return 100.0 * (analytic / tile - 1.0); }

void agree(const char* platform, const char* network, double latency_bound, double energy_bound) {
  const Bench bench = make_bench(platform, network, network::Precision::int8, spec::Planner::cosched);
  MachineOptions options;
  options.rtl = false;
  const spec::RunResult tile = simulate(bench.platform, bench.model, bench.schedule, 1, options);
  const spec::RunResult closed = latency::analytic_run(bench.platform, bench.model, bench.schedule, 1, {});
  const double latency =
      percent(static_cast<double>(closed.latency.raw()), static_cast<double>(tile.latency.raw()));
  const double energy = percent(closed.energy.raw(), tile.energy.raw());
  std::printf("%s on %s: latency %+.2f %%, energy %+.2f %%\n", network, platform, latency, energy);
  EXPECT_LE(std::abs(latency), latency_bound);
  EXPECT_LE(std::abs(energy), energy_bound);
}

TEST(AnalyticAgreement, SqueezenetOnUltra96) { agree("ultra96", "squeezenet_v1_1", 2, 2); }
TEST(AnalyticAgreement, SqueezenetOnEdgeSoc) { agree("edge_soc", "squeezenet_v1_1", 3, 4); }

}  // namespace
}  // namespace tandem::sim
