// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/local_backend.h"

#include "models/core/error.h"
#include "sim/cli/sweep_point.h"

namespace tandem::cli {

namespace {
constexpr int kAnalyticBatch = 4096;  // a process remembers tilings: the longer it lives the better
}

void LocalBackend::compute(const std::vector<sweep::Job>& jobs, const std::string& level, const Done& done,
                           const Tick& tick) {
  if (jobs.empty()) return;
  sweep::RunnerOptions options;
  options.workers = workers_;
  options.batch = level.empty() && all_analytic(jobs) ? kAnalyticBatch : 1;
  options.limits = sweep_.limits_of_point;
  sweep::run_points(
      jobs.size(), options, [&](std::size_t i) { return compute(jobs[i].assignments); }, done, tick);
}

// A result counts for the files its hash was made of.
std::string LocalBackend::compute(const std::vector<std::string>& assignments) const {
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
bool LocalBackend::all_analytic(const std::vector<sweep::Job>& jobs) const {
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

}  // namespace tandem::cli
