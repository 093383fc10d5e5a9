// SPDX-License-Identifier: Apache-2.0
// Pipelines over the clusters of HiKey 970 against its clusters alone, and plans against the simulated
// platform. The whole study is results/pipeit_hikey970.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "dse/plan/kernels.h"
#include "sim/cli/children.h"
#include "sim/cli/evidence.h"
#include "sim/cli/evidence_runs.h"
#include "sim/cli/session.h"

namespace tandem::cli {
namespace {

constexpr const char* kNetworks[] = {"mobilenet_v1", "squeezenet"};
constexpr int kRounds = 2;
constexpr const char* kPlatform = "simulated platform";
constexpr const char* kBest = "best cluster alone, simulated";

Settings run_of(const char* network, const std::string& planner) {
  return {"platform=hikey970",           fmt::format("network={}", network), "precision=fp32",
          "schedule.planner=" + planner, "schedule.objective=throughput",    "fidelity.tensors=false"};
}

double milliseconds(Picoseconds time) { return static_cast<double>(time.raw()) * 1e-9; }

// The exact plan, refined: its last round, and the slowest stage with one image at a time, so that no stage
// meets another on the bus.
report::Json refined(const char* network) {
  const Session session = open_session("quickstart", run_of(network, "exact"));
  plan::Refinement answer =
      plan::refine_pipeline(spec::Planner::exact, session.problem(), "", kRounds, measure_pipelines(session));
  const plan::RefinementRound& last = answer.rounds.back();
  Picoseconds together = last.measured;
  for (const plan::RefinementRound& round : answer.rounds) together = std::min(together, round.measured);
  plan::name_kernels(answer.plan.schedule, session.problem());
  answer.plan.schedule.images_in_flight = 1;
  const spec::RunResult alone = simulate(session, answer.plan.schedule, false);
  Picoseconds slowest{0};
  for (const spec::StageResult& stage : alone.stages) slowest = std::max(slowest, stage.time);
  return {{"together_ms", milliseconds(together)},
          {"alone_ms", milliseconds(slowest)},
          {"stage_error_percent", last.stage_error_percent},
          {"throughput_error_percent", std::abs(last.throughput_error_percent())}};
}

}  // namespace

std::vector<Evidence> pipeit_evidence() {
  std::vector<Settings> runs;
  for (const char* const network : kNetworks) {
    for (const char* const cores : {"a73x4", "a53x4"}) {
      Settings run = run_of(network, "cpu-only");
      run.push_back(fmt::format("schedule.cores=[\"{}\"]", cores));
      runs.push_back(run);
    }
    runs.push_back(run_of(network, "kernel-parallel"));
  }
  const std::vector<double> times = simulate_runs(runs);
  const std::vector<std::string> plans = run_in_children(
      static_cast<int>(std::size(kNetworks)), 2, [](int i) { return report::text_of(refined(kNetworks[i])); },
      [](int) {});
  std::vector<Evidence> rows;
  double gains = 0;
  for (std::size_t i = 0; i < std::size(kNetworks); ++i) {
    const double big = times[3 * i], best = std::min(big, times[3 * i + 1]), all = times[3 * i + 2];
    const report::Json plan = report::Json::parse(plans[i]);
    const std::string network = kNetworks[i];
    gains += 100 * (best / plan["alone_ms"].get<double>() - 1) / static_cast<double>(std::size(kNetworks));
    rows.push_back({"pipeit", "error of a stage's time, mean, " + network, kPlatform, "%",
                    plan::kStageErrorPercent, plan["stage_error_percent"], Bound::at_most, 0, false});
    rows.push_back({"pipeit", "error of the throughput, refined, " + network, kPlatform, "%",
                    plan::kThroughputErrorPercent, plan["throughput_error_percent"], Bound::at_most, 0,
                    false});
    rows.push_back({"pipeit", "gain of the pipeline with contention, " + network, kBest, "%", 0,
                    100 * (best / plan["together_ms"].get<double>() - 1), Bound::at_least, 0, false});
    rows.push_back({"pipeit", "gain of all cores on every layer, " + network, "big cluster alone, simulated",
                    "%", 10, 100 * (big / all - 1), Bound::at_most, 0, false});
  }
  rows.push_back({"pipeit", "gain of the pipeline without contention, mean of two",
                  "Pipe-it, published +39 %", "%", 35, gains, Bound::at_least, 0, false});
  return rows;
}

}  // namespace tandem::cli
