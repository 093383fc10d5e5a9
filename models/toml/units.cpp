// SPDX-License-Identifier: Apache-2.0
#include "models/toml/units.h"

#include <charconv>
#include <cmath>

#include "models/core/error.h"

namespace tandem::toml_reader {

const std::vector<Unit> kFrequencyUnits = {{"Hz", 1}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}};
const std::vector<Unit> kSizeUnits = {{"B", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}};
const std::vector<Unit> kTimeUnits = {{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}};
const std::vector<Unit> kPowerUnits = {{"uW", 1e-3}, {"mW", 1}, {"W", 1e3}};

std::optional<double> parse_quantity(const std::string& text, const std::vector<Unit>& units) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{}) return std::nullopt;
  const char* unit_begin = rest;
  while (unit_begin != end && *unit_begin == ' ') ++unit_begin;
  const std::string name(unit_begin, end);
  for (const Unit& unit : units) {
    if (name == unit.name && std::isfinite(value * unit.factor)) return value * unit.factor;
  }
  return std::nullopt;
}

std::string unit_names(const std::vector<Unit>& units) {
  std::vector<std::string> names;
  for (const Unit& unit : units) names.emplace_back(unit.name);
  return join(names);
}

}  // namespace tandem::toml_reader
