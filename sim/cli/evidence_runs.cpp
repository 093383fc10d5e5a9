// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/evidence_runs.h"

#include <fmt/format.h>

#include "sim/cli/children.h"
#include "sim/cli/session.h"

namespace tandem::cli {

std::vector<double> simulate_runs(const std::vector<std::vector<std::string>>& runs) {
  const std::vector<std::string> texts = run_in_children(
      static_cast<int>(runs.size()), 2,
      [&](int i) {
        const Session session = open_session("quickstart", runs[static_cast<std::size_t>(i)]);
        const spec::RunResult result = simulate(session, schedule_for(session), false);
        return fmt::format("{}", static_cast<double>(result.latency.raw()) * 1e-9);
      },
      [](int) {});
  std::vector<double> times;
  for (const std::string& text : texts) times.push_back(std::stod(text));
  return times;
}

}  // namespace tandem::cli
