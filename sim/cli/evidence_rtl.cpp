// SPDX-License-Identifier: Apache-2.0
// The accelerator: the form of its loops against published arrays, and the Verilated RTL's results against
// the reference kernels and its cycles against the closed form of a job.
#include <fmt/format.h>

#include <iterator>

#include "models/accelerator/published_arrays.h"
#include "sim/cli/evidence.h"
#include "sim/cli/evidence_runs.h"

namespace tandem::cli {
namespace {

struct Case {
  const char *network, *planner;
};
constexpr Case kCases[] = {{"tiny", "accelerator-only"},
                           {"tiny", "cosched"},
                           {"squeezenet_v1_1", "accelerator-only"},
                           {"squeezenet_v1_1", "cosched"},
                           {"mobilenet_v1", "accelerator-only"}};

Settings run_of(const Case& one) {
  return {"platform=ultra96", fmt::format("network={}", one.network), "fidelity.accelerator=rtl",
          fmt::format("schedule.planner={}", one.planner)};
}

void add_published(std::vector<Evidence>& rows) {
  for (const accelerator::PublishedLayer& layer : accelerator::zhang2015_layers()) {
    rows.push_back({"rtl", fmt::format("loops of a 64x7 array, {} conv{}", layer.network, layer.layer),
                    "Zhang et al., FPGA 2015", "cycles", layer.cycles,
                    layer.cycles * (1 + layer.error_percent() / 100), Bound::within, 0.001, false});
  }
  for (const accelerator::PublishedLayer& layer : accelerator::m32p32_layers()) {
    if (!layer.compute_bound) continue;
    rows.push_back({"rtl", fmt::format("loops of a 32x32 array, {} {}", layer.network, layer.layer),
                    "measured, Chen and Wu, FPGA 2023", "cycles", layer.cycles,
                    layer.cycles * (1 + layer.error_percent() / 100), Bound::within, 2, true});
  }
}

}  // namespace

std::vector<Evidence> rtl_evidence() {
  std::vector<Evidence> rows;
  add_published(rows);
  std::vector<Settings> runs;
  for (const Case& one : kCases) runs.push_back(run_of(one));
  const std::vector<report::Json> results = simulate_in_full(runs);
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    const report::Json& result = results[i];
    const std::string where = fmt::format("{} on ultra96, {}", kCases[i].network, kCases[i].planner);
    rows.push_back({"rtl", "outputs that differ, " + where, "reference kernels", "", 0,
                    result["output_sha256"] == result["reference_sha256"] ? 0.0 : 1.0, Bound::at_most, 0,
                    false});
    rows.push_back({"rtl", "planned time, " + where, "Verilated RTL", "ms", result["latency_ms"],
                    result["predicted_latency_ms"], Bound::within, 2, false});
  }
  return rows;
}

}  // namespace tandem::cli
