// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

#include "dse/sweep/conduct.h"
#include "dse/sweep/sweep_report.h"
#include "models/core/error.h"
#include "models/spec/run.h"
#include "sim/cli/code_version.h"
#include "sim/cli/commands.h"
#include "sim/cli/sweep_point.h"
#include "sim/cli/sweep_progress.h"

namespace tandem::cli {

namespace {

constexpr int kAnalyticBatch = 4096;  // a process remembers tilings: the longer it lives the better

// On this machine, in child processes.
class LocalBackend : public sweep::Backend {
 public:
  LocalBackend(const sweep::Sweep& sweep, const sweep::Identity& identity, int workers,
               SweepProgress& progress)
      : sweep_(sweep), identity_(identity), workers_(workers), progress_(progress) {}

  void compute(const std::vector<sweep::Job>& jobs, const std::string& level, const Done& done) override {
    if (jobs.empty()) return;
    sweep::RunnerOptions options;
    options.workers = workers_;
    options.batch = level.empty() && all_analytic(jobs) ? kAnalyticBatch : 1;
    options.limits = sweep_.limits_of_point;
    sweep::run_points(
        jobs.size(), options, [&](std::size_t i) { return compute(jobs[i].assignments); }, done,
        [&] { progress_.tick(); });
  }

 private:
  // A result counts for the files its hash was made of.
  [[nodiscard]] std::string compute(const std::vector<std::string>& assignments) const {
    const auto check = [&] {
      if (!identity_.files_are_unchanged())
        throw sweep::FilesChanged("a configuration file changed while the sweep ran; start it again");
    };
    try {
      std::string metrics = compute_point(sweep_.base, assignments);
      check();
      return metrics;
    } catch (const InputError&) {
      check();
      throw;
    }
  }

  // Where no point chooses its own fidelity, one tells it of all. What is wrong with that one is its own
  // failure.
  [[nodiscard]] bool all_analytic(const std::vector<sweep::Job>& jobs) const {
    const auto chooses = [](const std::string& key) { return key.starts_with("fidelity"); };
    for (const sweep::Axis& axis : sweep_.axes) {
      if (chooses(axis.key)) return false;
    }
    for (const sweep::Derived& derived : sweep_.derived) {
      if (chooses(derived.key)) return false;
    }
    try {
      return is_analytic(sweep_.base, jobs.front().assignments);
    } catch (const InputError&) {
      return false;
    }
  }

  const sweep::Sweep& sweep_;
  const sweep::Identity& identity_;
  int workers_;
  SweepProgress& progress_;
};

}  // namespace

int sweep_command(const SweepArguments& arguments) {
  const sweep::Sweep sweep = sweep::read_sweep(arguments.sweep_file);
  spec::read_run(sweep.base, {});
  const std::string path = arguments.store.empty() ? sweep.name + ".db" : arguments.store;
  const std::string before = sweep::before_text(sweep);
  fmt::print(arguments.json ? stderr : stdout, "{}", before);
  std::fflush(stdout);
  if (arguments.dry) return 0;
  sweep::Identity identity(sweep.base, code_version());
  sweep::Store store(path, sweep::Store::Use::write);
  sweep::SweepResult result;
  {
    SweepProgress progress(sweep.name);
    const int workers = arguments.jobs > 0
                            ? arguments.jobs
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    LocalBackend backend(sweep, identity, workers, progress);
    result = sweep::conduct(sweep, identity, store, backend, progress);
  }
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
