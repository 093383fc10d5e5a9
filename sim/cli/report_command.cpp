// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "dse/report/compare_page.h"
#include "dse/report/run_page.h"
#include "dse/sweep/sweep_page.h"
#include "models/core/error.h"
#include "models/core/locate.h"
#include "sim/cli/command_words.h"
#include "sim/cli/commands.h"
#include "sim/cli/echarts.h"

namespace tandem::cli {

namespace fs = std::filesystem;
using report::Json;

namespace {

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError({path.string(), 0, 0}, "", "cannot be read");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Json json_of_file(const fs::path& path) {
  Json json = Json::parse(text_of_file(path), nullptr, false);
  if (!json.is_object()) throw InputError({path.string(), 0, 0}, "", "holds no JSON object");
  return json;
}

// The detail of a result lies beside it, where tandem run --out has written both.
report::Page page_of_json(const fs::path& path) {
  const Json json = json_of_file(path);
  const fs::path beside = path.parent_path() / "detail.json";
  const bool detailed = path.filename() == "result.json" && fs::exists(beside);
  const Json detail = detailed ? json_of_file(beside) : Json(nullptr);
  try {
    return json.contains("rows") ? report::compare_page(json) : report::run_page(json, detail);
  } catch (const Json::exception& error) {
    throw InputError(
        {path.string(), 0, 0}, "",
        fmt::format("is no result of this program's tandem run or compare ({}); run it again with --out",
                    error.what()));
  }
}

report::Page page_of_store(const ReportArguments& arguments) {
  sweep::Store store(arguments.source, sweep::Store::Use::read);
  std::vector<std::string> names;
  for (const sweep::StoredSweep& stored : sweep::stored_sweeps(store)) {
    names.push_back(stored.sweep.name);
    if (arguments.sweep == stored.sweep.name || (arguments.sweep.empty() && store.sweeps().size() == 1))
      return sweep::sweep_page(stored,
                               fmt::format("tandem sweep {} --store {}", shell_word(stored.sweep.asked),
                                           shell_word(arguments.source)));
  }
  if (names.empty())
    throw InputError({arguments.source, 0, 0}, "", "holds no sweep; compute one with tandem sweep");
  throw InputError({arguments.source, 0, 0}, "--sweep",
                   fmt::format("{}; allowed is one of {}",
                               arguments.sweep.empty() ? "is missing, and the store has several"
                                                       : "\"" + arguments.sweep + "\" is not in this store",
                               join(names)));
}

report::Page page_of(const ReportArguments& arguments) {
  const fs::path source = arguments.source;
  std::error_code ignored;
  const bool folder = fs::is_directory(source, ignored);
  if (!arguments.sweep.empty() && (folder || source.extension() == ".json"))
    throw InputError({arguments.source, 0, 0}, "--sweep",
                     "chooses from a store of tandem sweep; this is a run's or a comparison's, leave it out");
  if (folder) {
    const fs::path comparison = source / "comparison.json", result = source / "result.json";
    if (fs::exists(comparison)) {
      if (fs::exists(result))
        fmt::print(stderr,
                   "{}: holds a comparison and a run; this page is of the comparison, for the run give {}\n",
                   arguments.source, result.string());
      return page_of_json(comparison);
    }
    if (fs::exists(result)) return page_of_json(result);
    throw InputError(
        {arguments.source, 0, 0}, "",
        "holds neither result.json nor comparison.json; give a folder that tandem run --out or tandem "
        "compare --out made");
  }
  if (!fs::exists(source, ignored))
    throw InputError(
        {arguments.source, 0, 0}, "",
        "does not exist; give a folder of tandem run --out or compare --out, or a store of tandem sweep");
  if (source.extension() == ".json") return page_of_json(source);
  return page_of_store(arguments);
}

}  // namespace

int report_command(const ReportArguments& arguments) {
  const report::Page page = page_of(arguments);
  const fs::path parts = fs::path(project_root()) / "dse" / "report" / "page";
  const std::string html = report::page_html(
      page, {echarts_text(), text_of_file(parts / "page.js"), text_of_file(parts / "page.css")});
  std::ofstream file(arguments.out, std::ios::binary);
  file << html;
  file.close();
  if (!file) throw InputError({arguments.out, 0, 0}, "--out", "cannot be written");
  fmt::print("{}: {} figure{}, {:.1f} MB; open it in a browser\n", arguments.out, page.figures.size(),
             page.figures.size() == 1 ? "" : "s", static_cast<double>(html.size()) * 1e-6);
  if (!page.absent.empty()) fmt::print("left out: {}; {}\n", join(page.absent), page.why_absent);
  return 0;
}

}  // namespace tandem::cli
