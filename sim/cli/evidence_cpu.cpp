// SPDX-License-Identifier: Apache-2.0
// Times of networks, their parts and their threads, against a board.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/core/error.h"
#include "models/core/locate.h"
#include "models/cpu/cross_validation.h"
#include "models/spec/measured.h"
#include "sim/cli/evidence.h"
#include "sim/cli/evidence_runs.h"
#include "sim/cli/measured_throughput.h"
#include "sim/cli/part_experiments.h"

namespace tandem::cli {
namespace {

constexpr const char* kBoard = "Rock Pi N10, ARM Compute Library";
constexpr const char* kThreads = "configs/calibration/armcl_thread_scaling.csv";

// What is known about figures outside.
constexpr const char* kParts =
    "On the A53 the model is short on SqueezeNet's fire4 and on conv10, whose time is neither in its product "
    "nor in its pooling; it is long on fire9 before it, whose cost is mostly handing kernels to threads.";
constexpr const char* kLaunch =
    "What handing a kernel to the threads costs was fitted on whole clusters alone.";
constexpr const char* kAllCores =
    "What handing a kernel to the LITTLE cores of the A311D costs is not known; the cost of its big cores is "
    "assumed, and small layers wait for it.";
constexpr const char* kOldLibrary = "One pace a cluster stands for all kernels of the old library.";

// What was measured beside what is simulated, by network.
using Times = std::map<std::string, std::pair<double, double>>;

void add_parts(const std::string& cluster, const std::vector<cpu::Observation>& observations,
               const cpu::Costs& costs, std::vector<Evidence>& rows) {
  std::vector<double> errors;
  Times networks;
  for (const cpu::Observation& one : observations) {
    if (one.part == cpu::kWholeNetwork) continue;
    errors.push_back(cpu::error_of(costs, one));
    networks[one.network].first += one.measured_ms;
    networks[one.network].second += cpu::predict_ms(costs, one) + one.memory_ms;
  }
  for (const auto& [network, times] : networks) {
    rows.push_back({"cpu", fmt::format("time of {} on all {}", network, cluster), kBoard, "ms", times.first,
                    times.second, Bound::within, 4, true, kParts});
  }
  const cpu::ErrorSummary summary = cpu::summarise(errors);
  rows.push_back({"cpu", fmt::format("mean error of a part, {}", cluster), kBoard, "%", 7, 100 * summary.mean,
                  Bound::at_most, 0, true, kParts});
  rows.push_back({"cpu", fmt::format("parts within 15 %, {}", cluster), kBoard, "%", 90,
                  100 * summary.within_15_percent, Bound::at_least, 0, true, kParts});
}

// Whole networks by threads: the time of one, and of more in parts of it.
void add_threads(const std::vector<cpu::Observation>& observations, const cpu::Costs& costs,
                 std::vector<Evidence>& rows) {
  Times one_thread;
  for (const cpu::Observation& one : observations) {
    if (one.part != cpu::kWholeNetwork) continue;
    const double simulated = cpu::predict_ms(costs, one) + one.memory_ms;
    const auto [first, is_first] = one_thread.try_emplace(one.network, one.measured_ms, simulated);
    if (is_first) {
      rows.push_back({"cpu", fmt::format("time of {} on {}", one.network, one.resource), kBoard, "ms",
                      one.measured_ms, simulated, Bound::within, 10, false});
      continue;
    }
    rows.push_back({"cpu", fmt::format("{} on {}, of one thread's time", one.network, one.resource), kBoard,
                    "%", 100 * one.measured_ms / first->second.first, 100 * simulated / first->second.second,
                    Bound::within, 10, false, kLaunch});
  }
}

// A board that nothing but its matrix-vector streams was fitted to: the times of one thread, and of more in
// parts of it.
void add_threads_of_other_board(std::vector<Evidence>& rows) {
  constexpr const char* kOther = "a311d";
  const std::map<std::string, std::string> as_run = {{"alexnet", "alexnet"},
                                                     {"mobilenet_v1", "mobilenet_v1_bn"}};
  std::vector<spec::MeasuredThreads> measured;
  std::vector<std::vector<std::string>> runs;
  for (const spec::MeasuredThreads& row :
       spec::read_measured_threads(resolve_config("calibration", kThreads))) {
    if (row.board != kOther || row.little != 0) continue;
    measured.push_back(row);
    runs.push_back({"platform=khadas_vim3", fmt::format("network={}", as_run.at(row.network)),
                    "precision=fp32", "schedule.planner=kernel-parallel",
                    fmt::format("schedule.cores=[\"a73x{}\"]", row.big)});
  }
  const std::vector<double> times = simulate_runs(runs);
  Times one_thread;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const spec::MeasuredThreads& row = measured[i];
    const auto [first, is_first] = one_thread.try_emplace(row.network, row.time_ms, times[i]);
    const std::string cores = fmt::format("a73x{}", row.big), board = "A311D, ARM Compute Library";
    if (is_first) {
      rows.push_back({"cpu", fmt::format("time of {} on {}", row.network, cores), board, "ms", row.time_ms,
                      times[i], Bound::within, 10, false});
    } else {
      rows.push_back({"cpu", fmt::format("{} on {}, of one thread's time", row.network, cores), board, "%",
                      100 * row.time_ms / first->second.first, 100 * times[i] / first->second.second,
                      Bound::within, 10, row.network == "alexnet" && row.big == 4, kLaunch});
    }
  }
}

// All cores of both clusters on every layer: whether the LITTLE ones help at all.
void add_kernel_parallel(std::vector<Evidence>& rows) {
  struct Row {
    const char *board, *platform, *measured, *network, *big, *all;
    int big_cores, little_cores;
  };
  constexpr Row kRows[] = {
      {"a311d", "khadas_vim3", "alexnet", "alexnet", "a73x4", "a53x2", 4, 2},
      {"a311d", "khadas_vim3", "mobilenet_v1", "mobilenet_v1_bn", "a73x4", "a53x2", 4, 2},
      {"rk3399pro", "rk3399pro", "alexnet", "alexnet", "a72x2", "a53x4", 2, 4},
      {"rk3399pro", "rk3399pro", "mobilenet_v1", "mobilenet_v1_bn", "a72x2", "a53x4", 2, 4},
      {"rk3399pro", "rk3399pro", "squeezenet", "squeezenet", "a72x2", "a53x4", 2, 4}};
  const auto table = spec::read_measured_threads(resolve_config("calibration", kThreads));
  std::vector<std::vector<std::string>> runs;
  for (const Row& row : kRows) {
    for (const std::string& more : {std::string(), fmt::format(",\"{}\"", row.all)}) {
      runs.push_back({fmt::format("platform={}", row.platform), fmt::format("network={}", row.network),
                      "precision=fp32", "schedule.planner=kernel-parallel",
                      fmt::format("schedule.cores=[\"{}\"{}]", row.big, more)});
    }
  }
  const std::vector<double> times = simulate_runs(runs);
  std::size_t at = 0;
  for (const Row& row : kRows) {
    const auto measured = [&](int little) {
      const auto found = std::find_if(table.begin(), table.end(), [&](const spec::MeasuredThreads& one) {
        return one.board == row.board && one.network == row.measured && one.big == row.big_cores &&
               one.little == little;
      });
      if (found == table.end()) throw InputError({kThreads, 0, 0}, row.measured, "has no such row");
      return found->time_ms;
    };
    rows.push_back({"cpu",
                    fmt::format("{} on {} and {}, of the big cluster's time", row.measured, row.big, row.all),
                    fmt::format("{}, ARM Compute Library", row.board), "%",
                    100 * measured(row.little_cores) / measured(0), 100 * times[at + 1] / times[at],
                    Bound::within, 10, false, kAllCores});
    at += 2;
  }
}

// Boards with an older library, of which only whole clusters were measured.
void add_throughputs(std::vector<Evidence>& rows) {
  for (const char* const board : {"hikey970", "odroid_xu3"}) {
    const auto own = throughput_rows(board, kThroughputs, "configs/calibration/parts.toml");
    const std::vector<double> times = simulate_throughputs(own, {});
    for (std::size_t i = 0; i < own.size(); ++i) {
      rows.push_back({"cpu",
                      fmt::format("time of {} on {}", own[i].measured.network, own[i].measured.resource),
                      fmt::format("{}, ARM Compute Library 18.05", board), "ms", own[i].measured_ms(),
                      times[i], Bound::within, 15, true, kOldLibrary});
    }
  }
}

}  // namespace

// At the highest operating points.
std::vector<Evidence> cpu_evidence() {
  PartExperiments experiments = open_part_experiments(
      "rk3399pro", "configs/calibration/armcl_rk3399pro_parts.csv", "configs/calibration/parts.toml");
  std::map<std::string, Hertz> top;
  for (const Experiment& one : experiments.experiments) {
    Hertz& highest = top.try_emplace(one.resource, Hertz(0)).first->second;
    highest = std::max(highest, one.frequency);
  }
  std::erase_if(experiments.experiments,
                [&](const Experiment& one) { return one.frequency != top.at(one.resource); });
  add_thread_experiments(experiments, kThreads);
  const auto observed = experiments.observe();
  std::vector<Evidence> rows;
  for (const spec::Cluster& cluster : experiments.platform.clusters) {
    const std::vector<cpu::Observation>& own = observed.at(cluster.name);
    const cpu::Costs costs = cpu::costs_of(cluster.core, cluster.kernel_launch);
    add_parts(cluster.name, own, costs, rows);
    add_threads(own, costs, rows);
  }
  add_threads_of_other_board(rows);
  add_kernel_parallel(rows);
  add_throughputs(rows);
  const std::vector<Evidence> int8 = int8_evidence();
  rows.insert(rows.end(), int8.begin(), int8.end());
  return rows;
}

}  // namespace tandem::cli
