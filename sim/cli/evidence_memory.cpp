// SPDX-License-Identifier: Apache-2.0
// Latencies and rates of memory, against boards and closed forms.
#include <fmt/format.h>

#include <map>
#include <sstream>

#include "models/core/csv.h"
#include "models/core/locate.h"
#include "models/memory/dram_rates.h"
#include "models/memory/dram_spec.h"
#include "sim/cli/children.h"
#include "sim/cli/evidence.h"
#include "sim/platform/memory_probe.h"

namespace tandem::cli {
namespace {

// A row of configs/calibration/memory_latency.csv and the platform that models its board.
struct MeasuredMemory {
  std::string board, platform, cluster;
  double megahertz = 0, l1_ns = 0, l2_ns = 0, dram_ns = 0, copy = 0, fill = 0;  // 0: not measured
};

std::vector<MeasuredMemory> read_measured_memory() {
  const std::map<std::string, std::string> platforms = {{"khadas_vim3_a311d", "khadas_vim3"},
                                                        {"orangepi4_rk3399", "rk3399pro"},
                                                        {"odroid_xu4_5422", "odroid_xu3"}};
  const CsvFile file(project_root() + "/configs/calibration/memory_latency.csv");
  std::vector<MeasuredMemory> rows;
  for (std::size_t i = 0; i < file.size(); ++i) {
    const auto platform = platforms.find(file.text(i, "board"));
    if (platform == platforms.end()) continue;
    const auto optional = [&](const char* column) {
      return file.text(i, column).empty() ? 0.0 : file.number(i, column, 0, 1e6);
    };
    rows.push_back({platform->first, platform->second, file.text(i, "core"),
                    file.number(i, "frequency_mhz", 1, 1e5), file.number(i, "l1_ns", 0, 1e6),
                    file.number(i, "l2_ns", 0, 1e6), file.number(i, "dram_ns", 0, 1e6),
                    optional("memcpy_gbytes_per_s_one_core"), optional("memset_gbytes_per_s_one_core")});
  }
  return rows;
}

constexpr const char* kWhy = "The A7 moves one or two lines at a time, and a line is the model's grain.";

// Micro-benchmarks of one core, at the measured board's frequency.
std::vector<Evidence> latency_evidence() {
  const std::vector<MeasuredMemory> measured = read_measured_memory();
  const std::vector<std::string> texts = run_in_children(
      static_cast<int>(measured.size()), 2,
      [&](int i) {
        const MeasuredMemory& one = measured[static_cast<std::size_t>(i)];
        const sim::MemoryFigures figures =
            sim::probe_memory(spec::read_platform(one.platform), one.cluster,
                              Hertz(static_cast<std::int64_t>(one.megahertz) * 1'000'000));
        return fmt::format("{} {} {} {} {}", figures.l1_ns, figures.l2_ns, figures.dram_ns,
                           figures.copy_gbytes_per_s, figures.fill_gbytes_per_s);
      },
      [](int) {});
  std::vector<Evidence> rows;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const MeasuredMemory& one = measured[i];
    sim::MemoryFigures ours;
    std::istringstream(texts[i]) >> ours.l1_ns >> ours.l2_ns >> ours.dram_ns >> ours.copy_gbytes_per_s >>
        ours.fill_gbytes_per_s;
    const auto add = [&](const char* what, const char* unit, double expected, double figure,
                         double tolerance) {
      if (expected == 0) return;
      rows.push_back({"memory", fmt::format("{}, one {} of {}", what, one.cluster, one.platform),
                      "sbc-bench, " + one.board, unit, expected, figure, Bound::within, tolerance, true,
                      kWhy});
    };
    add("load that hits L1", "ns", one.l1_ns, ours.l1_ns, 10);
    add("load that hits L2", "ns", one.l2_ns, ours.l2_ns, 10);
    add("load from DRAM", "ns", one.dram_ns, ours.dram_ns, 10);
    add("copy", "GB/s", one.copy, ours.copy_gbytes_per_s, 15);
    add("fill", "GB/s", one.fill, ours.fill_gbytes_per_s, 15);
  }
  return rows;
}

}  // namespace

std::vector<Evidence> memory_evidence() {
  constexpr int kAccesses = 20'000;
  constexpr std::uint64_t kSeed = 7;
  std::vector<Evidence> rows = latency_evidence();
  for (const std::string& name : memory::dram_names()) {
    const memory::DramSpec& part = *memory::find_dram(name);
    const memory::DramRates implied = memory::implied_rates(part);
    const memory::DramRates ordinary =
        memory::simulated_rates(part, memory::SchedulerSpec{}, kAccesses, kSeed);
    const memory::DramRates far_looking =
        memory::simulated_rates(part, memory::far_looking_queue(part), kAccesses, kSeed);
    rows.push_back({"memory", "stream, " + name, "share of the peak", "% of peak", 85,
                    100 * ordinary.stream_share, Bound::at_least, 0, false});
    rows.push_back({"memory", "stream, far-looking queue, " + name, "closed form of its timing", "% of peak",
                    100 * implied.stream_share, 100 * far_looking.stream_share, Bound::within, 1, false});
    rows.push_back({"memory", "random rows, " + name, "closed form of its timing", "M/s",
                    implied.random_per_second * 1e-6, ordinary.random_per_second * 1e-6, Bound::within, 2,
                    false});
  }
  return rows;
}

}  // namespace tandem::cli
