// SPDX-License-Identifier: Apache-2.0
// Co-scheduling: what the planner loses against the best split on the simulated platform, and how well it
// foretells what it does there. The whole study is results/cosched_boards.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/cli/evidence.h"
#include "sim/cli/evidence_runs.h"
#include "sim/cli/mean.h"

namespace tandem::cli {
namespace {

constexpr const char* kOracle = "best split on the simulated platform";
constexpr const char* kPlatform = "simulated platform";
constexpr const char* kWhySpeed =
    "Steps of the array and of the kernels leave one side waiting for the other, and the caches' upkeep is "
    "paid on top: results/cosched_boards deals it out by cause.";

constexpr const char* kWhyIdle =
    "The planner shares some layers that the oracle leaves to one side, which then idles nothing, at next to "
    "the same time: both sides of a small layer wait for its steps, whoever computes them. "
    "results/cosched_boards has both means over all of its cases.";
constexpr const char* kWhyRowsIdle =
    "Threads are dealt whole tiles of pixels and an array whole steps of channels, so that the crossing "
    "falls between two stairs of either; most layers are so short that an interrupt and barriers weigh, too.";
constexpr const char* kWhyContended =
    "Both sides read the weights of fully connected layers at all the memory gives, and what streams take "
    "from each other there is an average in the closed form.";

struct Case {
  const char *board, *network;
};
// Every network of the study, every board with the one that takes least time.
constexpr Case kCases[] = {{"ultra96", "alexnet"},         {"ultra96", "mobilenet_v1"},
                           {"zedboard", "squeezenet"},     {"zcu104", "resnet18"},
                           {"zcu104", "resnet50"},         {"zcu106", "googlenet"},
                           {"ultra96", "squeezenet_v1_1"}, {"zedboard", "squeezenet_v1_1"},
                           {"zcu104", "squeezenet_v1_1"},  {"zcu106", "squeezenet_v1_1"}};
constexpr const char* kPlanners[] = {"accelerator-only", "cpu-only", "cosched", "oracle", "cosched"};
enum : std::size_t { kUnitAlone, kCoresAlone, kCosched, kBest, kRows, kAll };

double time_of(const report::Json& layer) {
  return layer["end_us"].get<double>() - layer["start_us"].get<double>();
}

double conv_time(const report::Json& result) {
  double time = 0;
  for (const report::Json& layer : result["layers"]) {
    if (layer["kind"] == "conv") time += time_of(layer);
  }
  return time;
}

bool is_shared(const report::Json& layer) {
  const report::Json& channels = layer["resource_channels"];
  return channels.size() > 1 && channels.value("accelerator0", 0) > 0;
}

// In percent: errors of the layers that accelerator and cores share; what idles, in this plan and in the
// oracle's, in those that they share in either: none is left out, and one side alone idles nothing.
struct Layers {
  std::vector<double> idle, best_idle, errors;
};

Layers shared_layers(const report::Json& planned, const report::Json& best) {
  Layers found;
  for (std::size_t i = 0; i < planned["layers"].size(); ++i) {
    const report::Json &layer = planned["layers"][i], &other = best["layers"][i];
    if (is_shared(layer) || is_shared(other)) {
      found.idle.push_back(layer["idle_percent"]);
      found.best_idle.push_back(other["idle_percent"]);
    }
    if (!is_shared(layer)) continue;
    found.errors.push_back(100 * std::abs(layer["predicted_us"].get<double>() / time_of(layer) - 1));
  }
  return found;
}

void append(std::vector<double>& all, const std::vector<double>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

std::vector<Evidence> cosched_evidence() {
  std::vector<Settings> runs;
  for (const Case& one : kCases) {
    for (std::size_t run = 0; run < kAll; ++run) {
      runs.push_back({fmt::format("platform={}", one.board), fmt::format("network={}", one.network),
                      fmt::format("schedule.planner={}", kPlanners[run]),
                      fmt::format("schedule.share_rows={}", run == kRows), "fidelity.accelerator=model",
                      "fidelity.tensors=false"});
    }
  }
  const std::vector<report::Json> results = simulate_in_full(runs);
  std::vector<Evidence> rows;
  std::vector<double> regrets, idle, best_idle, rows_idle, errors;
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    const auto time = [&](std::size_t planner) {
      return results[kAll * i + planner]["latency_ms"].get<double>();
    };
    const report::Json& planned = results[kAll * i + kCosched];
    const std::string where = fmt::format("{} on {}", kCases[i].network, kCases[i].board);
    regrets.push_back(100 * (time(kCosched) / time(kBest) - 1));
    rows.push_back({"cosched", "slower than the oracle, " + where, kOracle, "%", 2, regrets.back(),
                    Bound::at_most, 0, false});
    rows.push_back({"cosched", "predicted time, " + where, kPlatform, "ms", time(kCosched),
                    planned["predicted_latency_ms"], Bound::within, 2, false, kWhyContended});
    // Both sides at once, at the rate each has alone.
    const auto conv = [&](std::size_t planner) { return conv_time(results[kAll * i + planner]); };
    const double ideal = 1 + conv(kUnitAlone) / conv(kCoresAlone);
    rows.push_back({"cosched", "speed-up of convolutions, of the ideal, " + where,
                    "1 + CPU rate / accelerator rate", "%", 95,
                    100 * conv(kUnitAlone) / conv(kCosched) / ideal, Bound::at_least, 0, false, kWhySpeed});
    rows.push_back({"cosched", "the same with rows shared, " + where, "1 + CPU rate / accelerator rate", "%",
                    95, 100 * conv(kUnitAlone) / conv(kRows) / ideal, Bound::at_least, 0, false, kWhySpeed});
    const Layers shared = shared_layers(planned, results[kAll * i + kBest]);
    append(idle, shared.idle);
    append(errors, shared.errors);
    append(best_idle, shared.best_idle);
    for (const report::Json& layer : results[kAll * i + kRows]["layers"])
      if (is_shared(layer)) rows_idle.push_back(layer["idle_percent"]);
  }
  std::sort(errors.begin(), errors.end());
  rows.push_back({"cosched", "slower than the oracle, mean", kOracle, "%", 0.5, mean(regrets), Bound::at_most,
                  0, false});
  rows.push_back({"cosched", "idle share of a shared layer, mean", kOracle, "%", mean(best_idle) + 1,
                  mean(idle), Bound::at_most, 0, false, kWhyIdle});
  rows.push_back({"cosched", "idle share of a shared layer with rows shared, mean",
                  "Kim, Kong and Munir 2020, mean over their layers", "%", 1.61, mean(rows_idle),
                  Bound::at_most, 0, false, kWhyRowsIdle});
  rows.push_back({"cosched", "error of a shared layer's time, mean", kPlatform, "%", 3, mean(errors),
                  Bound::at_most, 0, false});
  rows.push_back({"cosched", "error of a shared layer's time, 95th percentile", kPlatform, "%", 8,
                  errors.empty() ? 0 : errors[errors.size() * 95 / 100], Bound::at_most, 0, false});
  return rows;
}

}  // namespace tandem::cli
