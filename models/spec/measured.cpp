// SPDX-License-Identifier: Apache-2.0
#include "models/spec/measured.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>

#include "models/core/error.h"
#include "models/toml/reader.h"

namespace tandem::spec {
namespace {

constexpr const char* kHeader = "network,part,kind,cluster,frequency_mhz,time_ms,board_power_mw";

std::vector<std::string> fields_of(const std::string& line) {
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

double number(const std::string& text, double low, double high, const Place& place, const char* key) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || !(value >= low && value <= high)) {
    throw InputError(place, key, fmt::format("\"{}\" is no number from {} to {}", text, low, high));
  }
  return value;
}

}  // namespace

std::vector<MeasuredPart> read_measured_parts(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw InputError({file, 0, 0}, "", "cannot be read");
  std::vector<MeasuredPart> parts;
  std::string line;
  for (int row = 1; std::getline(in, line); ++row) {
    const Place place{file, row, 0};
    if (row == 1) {
      if (line != kHeader) throw InputError(place, "", std::string("is no header; expected is ") + kHeader);
      continue;
    }
    const std::vector<std::string> fields = fields_of(line);
    if (fields.size() != 7)
      throw InputError(place, "", fmt::format("{} fields, expected are 7", fields.size()));
    if (fields[2] != "compute") continue;
    MeasuredPart part;
    part.network = fields[0];
    part.part = static_cast<int>(number(fields[1], 0, 1000, place, "part"));
    part.resource = fields[3];
    part.frequency =
        Hertz(static_cast<std::int64_t>(number(fields[4], 1, 10'000, place, "frequency_mhz")) * 1'000'000);
    part.time_ms = number(fields[5], 1e-6, 1e9, place, "time_ms");
    if (!fields[6].empty()) part.board_power_mw = number(fields[6], 0, 1e6, place, "board_power_mw");
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<NetworkParts> read_network_parts(const std::string& file) {
  const toml_reader::Document document = toml_reader::Document::parse_file(file);
  std::vector<NetworkParts> networks;
  for (const toml_reader::Table& table : document.root().tables("network")) {
    networks.push_back({table.string("name"), table.string("file"), table.strings("first_layers")});
  }
  document.finish();
  return networks;
}

}  // namespace tandem::spec
