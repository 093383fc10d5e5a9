// SPDX-License-Identifier: Apache-2.0
#include "dse/report/table.h"

#include <algorithm>

#include "models/core/text.h"

namespace tandem::report {

void Table::row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(columns_of(column.title));
  for (const auto& cells : rows_) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], columns_of(cells[i]));
  }
  std::string text;
  const auto line = [&](const auto& cell_of) {
    std::string one;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = cell_of(i);
      const std::string padding(widths[i] - columns_of(cell), ' ');
      one += (i == 0 ? "" : "  ") + (columns_[i].align == Align::left ? cell + padding : padding + cell);
    }
    one.erase(one.find_last_not_of(' ') + 1);
    text += one + '\n';
  };
  line([&](std::size_t i) { return columns_[i].title; });
  line([&](std::size_t i) { return std::string(widths[i], '-'); });
  for (const auto& cells : rows_) line([&](std::size_t i) { return cells[i]; });
  return text;
}

}  // namespace tandem::report
