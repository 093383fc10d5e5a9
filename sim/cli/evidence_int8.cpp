// SPDX-License-Identifier: Apache-2.0
// Time in int8 over time in fp32, against another library on two boards. The library's kernels are its own,
// so only the ratio is held against it.
#include <fmt/format.h>

#include <map>
#include <tuple>

#include "models/core/csv.h"
#include "models/core/error.h"
#include "models/core/locate.h"
#include "sim/cli/evidence.h"
#include "sim/cli/evidence_runs.h"

namespace tandem::cli {
namespace {

constexpr const char* kTable = "configs/calibration/ncnn_fp32_int8.csv";

// Which of our platforms has the measured cores.
struct Stand {
  const char *board, *platform, *cluster;
  std::vector<std::string> settings;
};
const std::vector<Stand>& stands() {
  static const std::vector<Stand> kStands = {{"msm8916", "rk3399pro", "a53", {"frequency.a53=\"1200 MHz\""}},
                                             {"kirin970", "khadas_vim3", "a73", {}}};
  return kStands;
}

constexpr const char* kWhy =
    "One rate is fitted for int8, that of matrix products, to SqueezeNet v1.1 on four threads. The other "
    "library has kernels of its own for depthwise convolutions (fast on the A53, slow on the A73 build) and "
    "an int8 Winograd, which ours has not: ResNet-18 shows that, most with one thread, where no memory hides "
    "it.";

// By board, threads and network: measured milliseconds in fp32 and in int8.
using Rows = std::map<std::tuple<std::string, int, std::string>, std::pair<double, double>>;

Rows measured_rows() {
  const CsvFile table(resolve_config("calibration", kTable));
  Rows rows;
  for (std::size_t row = 0; row < table.size(); ++row) {
    auto& both = rows[{table.text(row, "board"), static_cast<int>(table.number(row, "threads", 1, 64)),
                       table.text(row, "network")}];
    const std::string& precision = table.text(row, "precision");
    if (precision != "fp32" && precision != "int8") {
      throw InputError({kTable, static_cast<int>(row) + 2, 0}, "precision",
                       "is \"" + precision + "\"; allowed is fp32 or int8");
    }
    (precision == "fp32" ? both.first : both.second) = table.number(row, "time_ms", 1e-6, 1e9);
  }
  return rows;
}

}  // namespace

std::vector<Evidence> int8_evidence() {
  std::vector<Evidence> rows;
  std::vector<std::vector<std::string>> runs;
  for (const auto& [key, times] : measured_rows()) {
    const auto& [board, threads, network] = key;
    for (const Stand& stand : stands()) {
      if (board != stand.board) continue;
      for (const char* const precision : {"fp32", "int8"}) {
        std::vector<std::string>& run = runs.emplace_back(stand.settings);
        for (const std::string& setting :
             {fmt::format("platform={}", stand.platform), "network=" + network, std::string("images=1"),
              std::string("schedule.planner=cpu-only"), fmt::format("precision={}", precision),
              fmt::format("schedule.cores=[\"{}x{}\"]", stand.cluster, threads)}) {
          run.push_back(setting);
        }
      }
      rows.push_back({"cpu", fmt::format("{} in int8 over fp32, {}x{}", network, stand.cluster, threads),
                      board + ", ncnn", "%", 100 * times.second / times.first, 0, Bound::within, 15,
                      network == "squeezenet_v1_1" && threads == 4, kWhy});
    }
  }
  const std::vector<double> times = simulate_runs(runs);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].figure = 100 * times[2 * i + 1] / times[2 * i];
  return rows;
}

}  // namespace tandem::cli
