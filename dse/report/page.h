// SPDX-License-Identifier: Apache-2.0
// One self-contained HTML page: facts, sentences, figures as ECharts options and tables, drawn by
// dse/report/page/page.js from the JSON this makes. The file opens from disk and asks no network for
// anything; a content policy in it forbids that to the browser as well.
#pragma once

#include <string>
#include <vector>

#include "dse/report/result_json.h"

namespace tandem::report {

struct Fact {
  std::string name, value, unit;
  std::string mood;  // "good", "bad" or nothing
};

struct Page {
  std::string title, subtitle;
  std::string command;  // that made what the page shows
  std::vector<Fact> facts;
  std::vector<std::string> sentences;  // what the figures say, in short
  // Each {id, title, text, height, wide, and "option", "variants" [{name, option, group}], or "columns" and
  // "values"}; see page.js for what else it knows. "@call:NAME" and {"@rows": NAME} stand for functions and
  // shared rows.
  std::vector<Json> figures;
  std::vector<std::string> groups;  // of which the page shows one at a time, in all figures
  std::vector<std::string> absent;  // titles of figures that a page of this kind has and this one cannot
  std::string why_absent;
  Json data = Json::object();  // shared: NAME to {columns, rows}
};

struct PageParts {
  std::string echarts, script, style;  // the texts of the three files
};

std::string page_html(const Page& page, const PageParts& parts);

// The first sentence of a page of fidelity analytic.
inline constexpr const char* kNothingSimulated =
    "Fidelity analytic: nothing was simulated and no tensor computed; all times and energies are the closed "
    "form's.";

// Colours that are told apart on light and on dark ground.
const std::vector<std::string>& palette();
std::string colour_of(spec::Reason reason);

}  // namespace tandem::report
