// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/evidence_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dse/report/table.h"

namespace tandem::cli {

namespace {

bool is_limit(const Evidence& row) { return row.bound == Bound::at_least || row.bound == Bound::at_most; }

std::string allowed(const Evidence& row) {
  switch (row.bound) {
    case Bound::at_least:
      return "at least";
    case Bound::at_most:
      return "at most";
    case Bound::points:
      return fmt::format("{:.0f} points", row.tolerance);
    case Bound::within:
      break;
  }
  return fmt::format("{:.0f} %", row.tolerance);
}

}  // namespace

std::string evidence_text(const std::vector<Evidence>& rows) {
  using Align = report::Table::Align;
  report::Table table({{"suite", Align::left},
                       {"claim", Align::left},
                       {"held against", Align::left},
                       {"fitted to it"},
                       {"unit", Align::left},
                       {"reference"},
                       {"ours"},
                       {"error %"},
                       {"allowed"},
                       {"", Align::left}});
  for (const Evidence& row : rows) {
    table.row({row.suite, row.claim, row.reference, row.calibrated ? "yes" : ".", row.unit,
               fmt::format("{:.2f}", row.expected), fmt::format("{:.2f}", row.figure),
               is_limit(row) ? "." : fmt::format("{:+.1f}", row.error()), allowed(row),
               row.pass() ? "ok" : "OUTSIDE"});
  }
  return fmt::format("{}\n{} of {} claims hold\n", table.text(),
                     std::count_if(rows.begin(), rows.end(), [](const Evidence& row) { return row.pass(); }),
                     rows.size());
}

report::Json evidence_json(const Evidence& row) {
  report::Json json{{"suite", row.suite},       {"claim", row.claim},       {"reference", row.reference},
                    {"unit", row.unit},         {"expected", row.expected}, {"figure", row.figure},
                    {"fitted", row.calibrated}, {"pass", row.pass()}};
  if (is_limit(row)) {
    json[row.bound == Bound::at_least ? "at_least" : "at_most"] = row.expected;
  } else {
    const std::string unit = row.bound == Bound::points ? "_points" : "_percent";
    json["error" + unit] = row.error();
    json["tolerance" + unit] = row.tolerance;
  }
  return json;
}

namespace {

std::string error_of(const Evidence& row) {
  if (is_limit(row)) return "";
  return fmt::format("{:+.1f} {}", row.error(), row.bound == Bound::points ? "points" : "%");
}

std::string row_of_page(const Evidence& row) {
  return fmt::format("| {} | {} | {:.2f} {} | {:.2f} | {} | {} | {} | {} |\n", row.claim, row.reference,
                     row.expected, row.unit, row.figure, error_of(row), allowed(row),
                     row.calibrated ? "fitted" : "not fitted", row.pass() ? "holds" : "**outside**");
}

}  // namespace

std::string evidence_page(const std::vector<Evidence>& rows) {
  const auto holding =
      std::count_if(rows.begin(), rows.end(), [](const Evidence& row) { return row.pass(); });
  std::string page = fmt::format(
      "# How far to believe it\n\n"
      "Written by `tandem validate --page docs/validation.md`; {} of {} claims hold. A row is *fitted* when\n"
      "constants were fitted to its reference, and *not fitted* when the simulator never saw it. Figures "
      "are\n"
      "simulated, so they do not depend on the machine that makes them.\n",
      holding, rows.size());
  std::string suite;
  for (const Evidence& row : rows) {
    if (row.suite != suite) {
      suite = row.suite;
      page += fmt::format(
          "\n## {}\n\n"
          "| claim | held against | reference | ours | error | allowed | data | |\n"
          "|---|---|---:|---:|---:|---:|---|---|\n",
          suite);
    }
    page += row_of_page(row);
  }
  std::map<std::string, std::vector<const Evidence*>> outside;
  for (const Evidence& row : rows) {
    if (!row.pass()) outside[row.why].push_back(&row);
  }
  if (outside.empty()) return page;
  page += "\n## What is outside, and why\n";
  for (const auto& [why, own] : outside) {
    page += "\n";
    for (const Evidence* row : own)
      page += fmt::format("* {}: {}{}\n", row->suite, row->claim,
                          is_limit(*row) ? "" : fmt::format(", {}", error_of(*row)));
    page += fmt::format("\n  {}\n", why.empty() ? "Not explained yet." : why);
  }
  return page;
}

}  // namespace tandem::cli
