// SPDX-License-Identifier: Apache-2.0
// fault_campaign COUNT [FIRST_SEED]: that many random faults, and a table of how the runs ended. Exit code 1
// when one of them did not end as it must, with its seed and what happened.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>

#include "sim/kernel/systemc.h"
#include "tests/platform/fault_campaign.h"

int sc_main(int count, char** arguments) try {
  using namespace tandem;
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  const std::uint64_t faults = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 0;
  const std::uint64_t first = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 0;
  if (faults == 0) {
    fmt::print(stderr, "usage: fault_campaign COUNT [FIRST_SEED]\n");
    return 2;
  }
  std::map<std::string, std::array<int, 4>> table;
  int wrong = 0;
  for (std::uint64_t seed = first; seed < first + faults; ++seed) {
    const sim::FaultOutcome outcome = sim::run_fault(seed);
    ++table[fmt::format("{:<15} {}", to_string(outcome.kind), outcome.rtl ? "rtl" : "model")]
           [static_cast<std::size_t>(outcome.verdict)];
    if (outcome.verdict != sim::Verdict::wrong) continue;
    ++wrong;
    fmt::print("WRONG {}: {}\n      {}\n", seed, outcome.what, outcome.message);
  }
  fmt::print("{:<22}{:>12}{:>16}{:>12}{:>8}\n", "fault, accelerator", "right tensor", "culprit named",
             "never met", "wrong");
  for (const auto& [kind, by_verdict] : table)
    fmt::print("{:<22}{:>12}{:>16}{:>12}{:>8}\n", kind, by_verdict[0], by_verdict[1], by_verdict[2],
               by_verdict[3]);
  fmt::print("{} faults, {} wrong\n", faults, wrong);
  return wrong == 0 ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 2;
}
