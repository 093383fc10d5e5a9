// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/evidence_runs.h"

#include <fmt/format.h>

#include <functional>

#include "sim/cli/children.h"
#include "sim/cli/session.h"

namespace tandem::cli {
namespace {

std::vector<std::string> simulate_each(const std::vector<Settings>& runs,
                                       const std::function<std::string(const spec::RunResult&)>& text_of) {
  return run_in_children(
      static_cast<int>(runs.size()), 2,
      [&](int i) {
        const Session session = open_session("quickstart", runs[static_cast<std::size_t>(i)]);
        return text_of(simulate(session, schedule_for(session), false));
      },
      [](int) {});
}

}  // namespace

std::vector<double> simulate_runs(const std::vector<Settings>& runs) {
  std::vector<double> times;
  for (const std::string& text : simulate_each(runs, [](const spec::RunResult& result) {
         return fmt::format("{}", static_cast<double>(result.latency.raw()) * 1e-9);
       })) {
    times.push_back(std::stod(text));
  }
  return times;
}

std::vector<report::Json> simulate_in_full(const std::vector<Settings>& runs) {
  std::vector<report::Json> results;
  for (const std::string& text : simulate_each(runs, [](const spec::RunResult& result) {
         return report::text_of(report::result_json(result));
       })) {
    results.push_back(report::Json::parse(text));
  }
  return results;
}

}  // namespace tandem::cli
