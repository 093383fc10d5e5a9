// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include "dse/sweep/conduct.h"
#include "dse/sweep/job_list.h"
#include "dse/sweep/sweep_report.h"
#include "models/core/error.h"
#include "models/spec/run.h"
#include "sim/cli/code_version.h"
#include "sim/cli/commands.h"
#include "sim/cli/interruption.h"
#include "sim/cli/local_backend.h"
#include "sim/cli/slurm_backend.h"
#include "sim/cli/sweep_check.h"
#include "sim/cli/sweep_progress.h"

namespace tandem::cli {

namespace {

int workers_of(const SweepArguments& arguments) {
  if (arguments.jobs > 0) return arguments.jobs;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// " of 32 points": as many as it will take; what a ladder promotes is known only later.
std::string of_how_many(const sweep::Sweep& sweep) {
  const sweep::Space space(sweep);
  const sweep::SpaceSize size = sweep::size_of(space);
  double most = size.points;
  if (sweep.strategy != sweep::Strategy::grid)
    most = std::min(most, static_cast<double>(sweep.points) * static_cast<double>(space.groups().size()));
  return sweep.levels.empty() && size.exact ? fmt::format(" of {:.0f} points", most) : " points";
}

// A task of a Slurm array: computes the jobs of a list, and nothing else.
int compute_shard(const SweepArguments& arguments, const sweep::Sweep& sweep) {
  if (arguments.store.empty()) throw InputError({"--shard", 0, 0}, "", "needs a --store of its own");
  sweep::JobList list = sweep::read_job_list(arguments.shard);
  sweep::Identity identity(sweep.base, code_version());
  sweep::Store store(arguments.store, sweep::Store::Use::write);
  const auto put = [&](const sweep::Job& job, const sweep::Outcome& outcome) {
    store.put(job.id, outcome, {code_version(), ""});
  };
  std::vector<sweep::Job> jobs;
  for (sweep::Job& job : list.jobs) {
    if (identity.of(job.assignments).id == job.id) {
      jobs.push_back(std::move(job));
      continue;
    }
    sweep::Outcome changed;
    changed.status = sweep::Outcome::Status::failed;
    changed.failure = "changed";
    changed.reason = "the program or a configuration file here is not the one the sweep was started with";
    put(job, changed);
  }
  std::size_t reached = 0;
  SweepProgress progress(sweep.name, reached);
  LocalBackend backend(sweep, identity, workers_of(arguments));
  backend.compute(
      jobs, list.level, [&](std::size_t index, const sweep::Outcome& outcome) { put(jobs[index], outcome); },
      [&] {
        store.tick();
        progress.tick();
      });
  store.flush();
  return 0;
}

}  // namespace

int sweep_command(const SweepArguments& arguments) {
  const sweep::Sweep sweep = sweep::read_sweep(arguments.sweep_file);
  spec::read_run(sweep.base, {});
  if (!arguments.shard.empty()) return compute_shard(arguments, sweep);
  check_sweep(sweep);
  const std::string path = arguments.store.empty() ? sweep.name + ".db" : arguments.store;
  const std::string before = sweep::before_text(sweep);
  fmt::print(arguments.json ? stderr : stdout, "{}", before);
  std::fflush(stdout);
  if (arguments.dry) return 0;
  sweep::Identity identity(sweep.base, code_version());
  sweep::Store store(path, sweep::Store::Use::write);
  sweep::SweepResult result;
  std::size_t reached = 0;
  try {
    const Interruption interruption;
    SweepProgress progress(sweep.name, reached);
    std::unique_ptr<sweep::Backend> backend;
    if (arguments.on == "slurm") {
      backend = std::make_unique<SlurmBackend>(sweep, path, arguments.tasks);
    } else {
      backend = std::make_unique<LocalBackend>(sweep, identity, workers_of(arguments));
    }
    result = sweep::conduct(sweep, identity, store, *backend, progress);
  } catch (const Interrupted& interrupted) {
    store.flush();
    fmt::print(stderr, "tandem: stopped; {}{} are in {}; start it again to go on\n", reached,
               of_how_many(sweep), path);
    return interrupted.exit_code();
  }
  if (result.points == 0) throw no_points(sweep);
  if (arguments.json) {
    report::Json json = sweep::sweep_json(sweep, result);
    json["store"] = path;
    fmt::print("{}\n", report::text_of(json, 2));
  } else {
    fmt::print("{}all of it is in {}; tandem export {} writes it as CSV\n", sweep::sweep_text(sweep, result),
               path, path);
  }
  const bool unchecked =
      std::any_of(result.failures.begin(), result.failures.end(),
                  [](const sweep::Failure& failure) { return failure.failure == "check"; });
  return unchecked || (result.points > 0 && result.failed == result.points) ? 1 : 0;
}

int export_command(const std::string& store, const std::string& out) {
  const std::string csv = sweep::Store(store, sweep::Store::Use::read).csv();
  if (out.empty()) {
    fmt::print("{}", csv);
    return 0;
  }
  std::ofstream file(out, std::ios::binary);
  file << csv;
  file.close();
  if (!file) throw InputError({out, 0, 0}, "--out", "cannot be written");
  return 0;
}

}  // namespace tandem::cli
