// SPDX-License-Identifier: Apache-2.0
// A comma-separated table with a header line and no quotes. Every problem is an InputError with its line.
#pragma once

#include <string>
#include <vector>

namespace tandem {

class CsvFile {
 public:
  // Every row must have as many fields as the header.
  explicit CsvFile(const std::string& path);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }  // rows without the header
  [[nodiscard]] bool has(const std::string& column) const;
  [[nodiscard]] const std::string& text(std::size_t row, const std::string& column) const;
  // From `low` to `high`.
  [[nodiscard]] double number(std::size_t row, const std::string& column, double low, double high) const;

 private:
  std::string path_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// A field as RFC 4180 has it: quoted where it must be.
std::string csv_field(const std::string& text);

}  // namespace tandem
