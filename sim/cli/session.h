// SPDX-License-Identifier: Apache-2.0
// What a command works on: a run file read, its platform and network, the numbers, the reference.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dse/plan/planner.h"
#include "dse/plan/refine.h"
#include "models/network/model.h"
#include "models/spec/platform.h"
#include "models/spec/run.h"
#include "models/spec/run_result.h"
#include "sim/platform/machine.h"

namespace tandem::cli {

struct Session {
  spec::Run run;
  spec::Platform platform;
  network::Model model;
  std::string reference_sha256;  // empty without tensors
  std::vector<sim::Neighbour> beside;
  sim::MachineOptions::Waves waves;  // of `simulate`; not of searches
  std::optional<latency::PublishedModel> published;

  [[nodiscard]] bool analytic() const { return run.cpu == spec::CpuFidelity::analytic; }
  // Whether outputs are computed and held against the reference.
  [[nodiscard]] bool has_tensors() const { return run.tensors && !analytic(); }
  [[nodiscard]] plan::Problem problem() const;
  [[nodiscard]] sim::MachineOptions machine_options() const;
};

// Reads everything, makes (or finds in the cache) the quantisation and the reference outputs. InputError.
Session open_session(const std::string& run_file, const std::vector<std::string>& assignments);

// Whether a run with some assignments can be read at all: the files it names and what they say, nothing
// computed.
class InputCheck {
 public:
  explicit InputCheck(std::string run_file) : run_file_(std::move(run_file)) {}
  void read(const std::vector<std::string>& assignments);  // InputError

 private:
  std::string run_file_;
  std::set<std::string> good_networks_;  // the largest files: read once
};

// What a planner of pipelines is asked for; `min_throughput` in images a second, 0 for any.
pipeline::Goal goal_of(spec::Objective objective, double min_throughput);

// Runs a pipeline's schedule in a child process, accelerators at fidelity `model` where the run asks for
// `rtl`.
plan::MeasurePipeline measure_pipelines(const Session& session);
// InputError when the planner cannot plan for the run's objective.
void check_objective(const spec::Run& run, spec::Planner planner);

// The schedule of the session's run: planned, or read from its file. The oracle simulates in child processes.
spec::Schedule schedule_for(const Session& session, spec::Planner planner);
spec::Schedule schedule_for(const Session& session);

// Simulates in this process, once only; at fidelity analytic computes, as often as you like.
spec::RunResult simulate(const Session& session, const spec::Schedule& schedule, bool show_progress,
                         bool timeline = false);

}  // namespace tandem::cli
