// SPDX-License-Identifier: Apache-2.0
// An aligned text table: numbers to the right, words to the left, a rule under the head.
#pragma once

#include <string>
#include <vector>

namespace tandem::report {

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;  // with its unit
    Align align = Align::right;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void row(std::vector<std::string> cells);  // as many as there are columns
  [[nodiscard]] std::string text() const;    // every line ends with a newline, none with a space

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tandem::report
