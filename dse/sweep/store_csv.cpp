// SPDX-License-Identifier: Apache-2.0
// A store as one table: every sweep's members with their results.
#include <fmt/format.h>

#include <set>

#include "dse/sweep/expression.h"
#include "dse/sweep/store_file.h"
#include "models/core/csv.h"

namespace tandem::sweep {

namespace {

// One of several lines would tear a table.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

}  // namespace

std::string Store::csv() {
  File& h = *file_;
  constexpr const char* kRows =
      "SELECT m.sweep, m.sequence, m.level, m.parameters, p.failure, p.reason, p.metrics, p.id FROM member m "
      "LEFT JOIN point p ON p.id = m.point ORDER BY m.sweep, m.sequence";
  std::set<std::string> parameters, metrics;
  for (Statement row(h.database, h.path, kRows); row.step();) {
    for (const auto& [name, value] : parameters_of(h.path, row.text(3))) parameters.insert(name);
    for (const auto& [name, value] : read_metrics(row.text(6))) metrics.insert(name);
  }
  std::string csv = "sweep,sequence,level";
  const auto field = [&csv](const std::string& text) {
    csv += ',';
    csv += csv_field(text);
  };
  for (const std::string& name : parameters) field(name);
  csv += ",status,failure,reason";
  for (const std::string& name : metrics) field(name);
  csv += '\n';
  for (Statement row(h.database, h.path, kRows); row.step();) {
    csv += fmt::format("{},{},{}", csv_field(row.text(0)), row.integer(1), row.text(2));
    const std::map<std::string, std::string> own = parameters_of(h.path, row.text(3));
    for (const std::string& name : parameters) {
      const auto found = own.find(name);
      field(found == own.end() ? "" : found->second);
    }
    const bool known = !row.is_null(7);
    const bool ok = known && row.is_null(4);
    csv += fmt::format(",{},{},{}",
                       !known ? "open"
                       : ok   ? "ok"
                              : "failed",
                       row.text(4), csv_field(one_line(row.text(5))));
    const Metrics values = read_metrics(row.text(6));
    for (const std::string& name : metrics) {
      const auto found = values.find(name);
      field(found == values.end() ? "" : text_of(found->second));
    }
    csv += '\n';
  }
  return csv;
}

}  // namespace tandem::sweep
