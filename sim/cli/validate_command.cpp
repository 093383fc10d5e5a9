// SPDX-License-Identifier: Apache-2.0
// Golden runs: every run file of a suite (configs/runs/<suite>/*.toml) is simulated and its figures are held
// against the ones saved. A saved figure is compared exactly: simulated time is an integer and the same
// everywhere. Suites of evidence.h are held against what others measured, or a closed form.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "dse/report/result_json.h"
#include "dse/report/table.h"
#include "models/core/error.h"
#include "models/core/locate.h"
#include "sim/cli/children.h"
#include "sim/cli/commands.h"
#include "sim/cli/evidence.h"
#include "sim/cli/evidence_report.h"
#include "sim/cli/progress.h"
#include "sim/cli/session.h"

namespace tandem::cli {

namespace fs = std::filesystem;
using report::Json;

namespace {

// The figures that are saved: small enough to read in a diff.
Json golden_of(const spec::RunResult& result) {
  Json json;
  json["latency_ps"] = result.latency.raw();
  json["total_ps"] = result.total.raw();
  json["output_sha256"] = result.output_sha256;
  json["reference_sha256"] = result.reference_sha256;
  json["memory_read_bytes"] = result.memory.read_bytes;
  json["memory_write_bytes"] = result.memory.write_bytes;
  for (const spec::AcceleratorResult& unit : result.accelerators) {
    json[unit.name + "_cycles"] = unit.cycles;
    json[unit.name + "_macs"] = unit.macs;
  }
  return json;
}

std::vector<fs::path> runs_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> all_suites(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Json read_golden(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return nullptr;
  std::ostringstream text;
  text << file.rdbuf();
  Json golden = Json::parse(text.str(), nullptr, false);
  if (!golden.is_object())
    throw InputError({path.string(), 0, 0}, "", "is no JSON object; write it anew with --update");
  return golden;
}

struct Row {
  std::string suite, run, figure, golden, now;
  bool pass = false;
};

void compare(const std::string& suite, const std::string& run, const Json& golden, const Json& now,
             std::vector<Row>& rows) {
  if (golden.is_null()) {
    rows.push_back({suite, run, "golden", "none saved", "", false});
    return;
  }
  for (const auto& [figure, value] : now.items()) {
    const Json saved = golden.contains(figure) ? golden[figure] : Json(nullptr);
    rows.push_back({suite, run, figure, saved.dump(), value.dump(), saved == value});
  }
}

std::string shortened(const std::string& text) { return text.size() > 20 ? text.substr(0, 19) + "~" : text; }

// The runs of golden suites: (suite, run file).
using GoldenRuns = std::vector<std::pair<std::string, fs::path>>;

std::vector<Row> golden_rows(const GoldenRuns& work, const fs::path& goldens, bool update) {
  std::vector<std::string> texts;
  {
    Progress progress("validating");
    const int count = static_cast<int>(work.size());
    texts = run_in_children(
        count, 2,
        [&](int i) {
          const Session session = open_session(work[static_cast<std::size_t>(i)].second.string(), {});
          return golden_of(simulate(session, schedule_for(session), false)).dump();
        },
        [&](int done) { progress.step(done, count); });
  }
  std::vector<Row> rows;
  for (std::size_t i = 0; i < work.size(); ++i) {
    const std::string name = work[i].second.stem().string();
    const fs::path file = goldens / work[i].first / (name + ".json");
    const Json now = Json::parse(texts[i]);
    if (update) {
      std::error_code ignored;
      fs::create_directories(file.parent_path(), ignored);
      std::ofstream out(file, std::ios::binary);
      out << now.dump(2) << '\n';
      out.close();
      if (!out) throw InputError({file.string(), 0, 0}, "--golden", "cannot be written");
    }
    if (now["output_sha256"] != now["reference_sha256"]) {
      rows.push_back({work[i].first, name, "reference", now["reference_sha256"].dump(),
                      now["output_sha256"].dump(), false});
    }
    compare(work[i].first, name, read_golden(file), now, rows);
  }
  return rows;
}

void print_golden(const std::vector<Row>& rows) {
  using Align = report::Table::Align;
  report::Table table({{"suite", Align::left},
                       {"run", Align::left},
                       {"figure", Align::left},
                       {"golden"},
                       {"now"},
                       {"", Align::left}});
  for (const Row& row : rows) {
    table.row({row.suite, row.run, row.figure, shortened(row.golden), shortened(row.now),
               row.pass ? "ok" : "CHANGED"});
  }
  fmt::print("{}\n{} of {} figures as saved, compared exactly\n", table.text(),
             std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.pass; }), rows.size());
}

}  // namespace

int validate_command(const std::vector<std::string>& suites, const std::string& golden, bool update,
                     bool json, const std::string& page) {
  const fs::path runs = fs::path(project_root()) / "configs" / "runs";
  const fs::path goldens = golden.empty() ? fs::path(project_root()) / "tests" / "golden" : fs::path(golden);
  const std::vector<std::string> golden_suites = all_suites(runs), against_others = evidence_suites();
  std::vector<std::string> known = golden_suites;
  known.insert(known.end(), against_others.begin(), against_others.end());
  const auto is_one_of = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  GoldenRuns work;
  std::vector<std::string> evidence_wanted;
  for (const std::string& suite : suites.empty() ? known : suites) {
    if (is_one_of(golden_suites, suite)) {
      for (const fs::path& file : runs_of(runs / suite)) work.emplace_back(suite, file);
    } else if (is_one_of(against_others, suite)) {
      evidence_wanted.push_back(suite);
    } else {
      throw InputError({"validate", 0, 0}, "",
                       "suite \"" + suite + "\" is unknown; allowed is " + join(known));
    }
  }
  const std::vector<Row> rows = golden_rows(work, goldens, update);
  std::vector<Evidence> evidence;
  for (const std::string& suite : evidence_wanted) {
    const std::vector<Evidence> own = collect_evidence(suite);
    evidence.insert(evidence.end(), own.begin(), own.end());
  }
  const bool pass =
      std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.pass; }) &&
      std::all_of(evidence.begin(), evidence.end(), [](const Evidence& row) { return row.pass(); });
  if (!page.empty() && !(std::ofstream(page, std::ios::binary) << evidence_page(evidence)).flush())
    throw InputError({page, 0, 0}, "--page", "cannot be written");
  if (json) {
    Json out;
    out["pass"] = pass;
    out["rows"] = Json::array();
    for (const Row& row : rows) {
      out["rows"].push_back({{"suite", row.suite},
                             {"run", row.run},
                             {"figure", row.figure},
                             {"golden", row.golden},
                             {"now", row.now},
                             {"tolerance", "exact"},
                             {"pass", row.pass}});
    }
    for (const Evidence& row : evidence) out["rows"].push_back(evidence_json(row));
    fmt::print("{}\n", out.dump(2));
    return pass ? 0 : 1;
  }
  if (!rows.empty()) print_golden(rows);
  if (!rows.empty() && !evidence.empty()) fmt::print("\n");
  if (!evidence.empty()) fmt::print("{}", evidence_text(evidence));
  return pass ? 0 : 1;
}

}  // namespace tandem::cli
