// SPDX-License-Identifier: Apache-2.0
#include "models/core/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "models/core/error.h"
#include "models/core/text.h"

namespace tandem {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == ',') {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

}  // namespace

CsvFile::CsvFile(const std::string& path) : path_(path) {
  std::ifstream stream(path);
  std::string line;
  if (!std::getline(stream, line)) throw InputError({path, 0, 0}, "", "cannot be read, or is empty");
  header_ = split(line);
  while (std::getline(stream, line)) {
    rows_.push_back(split(line));
    for (const std::string& field : rows_.back()) {
      if (has_control_character(field)) {
        throw InputError({path, static_cast<int>(rows_.size()) + 1, 0}, "",
                         "a field has a control character; allowed is text");
      }
    }
    if (rows_.back().size() != header_.size()) {
      throw InputError({path, static_cast<int>(rows_.size()) + 1, 0}, "",
                       fmt::format("{} fields, the header has {}", rows_.back().size(), header_.size()));
    }
  }
}

bool CsvFile::has(const std::string& column) const {
  return std::find(header_.begin(), header_.end(), column) != header_.end();
}

const std::string& CsvFile::text(std::size_t row, const std::string& column) const {
  const auto found = std::find(header_.begin(), header_.end(), column);
  if (found == header_.end()) {
    throw InputError({path_, 1, 0}, column, "is no column; the file has " + join(header_));
  }
  return rows_[row][static_cast<std::size_t>(found - header_.begin())];
}

double CsvFile::number(std::size_t row, const std::string& column, double low, double high) const {
  const std::string& field = text(row, column);
  double value = 0;
  const char* const end = field.data() + field.size();
  const auto [rest, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc() || rest != end || !(value >= low && value <= high)) {
    throw InputError({path_, static_cast<int>(row) + 2, 0}, column,
                     fmt::format("\"{}\" is no number from {} to {}", field, low, high));
  }
  return value;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace tandem
