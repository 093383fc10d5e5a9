// SPDX-License-Identifier: Apache-2.0
// Getters of quantities with units, and of addresses.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "models/toml/lookup.h"
#include "models/toml/units.h"

namespace tandem::toml_reader {

namespace {

// In the largest unit that the value reaches: 1500 Hz is "1.5 kHz".
std::string in_unit(double value, const std::vector<Unit>& units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value >= unit.factor) best = &unit;
  }
  return fmt::format("{:.6g} {}", value / best->factor, best->name);
}

// All quantities: rounded to whole base units.
std::int64_t read_quantity(DocumentState& state, const void* table, const Table& reader,
                           const std::string& key, const std::vector<Unit>& units, const char* example,
                           std::int64_t low, std::int64_t high) {
  const toml::node* node =
      find_required(state, table, reader, key, fmt::format("a string like \"{}\"", example));
  if (node == nullptr) return low;
  const auto text = node->value_exact<std::string>();
  const auto value = text ? parse_quantity(*text, units) : std::nullopt;
  if (!value) {
    reader.problem(key,
                   fmt::format("is {}; give a string like \"{}\" (units: {})",
                               text ? "\"" + *text + "\"" : type_name(*node), example, unit_names(units)));
    return low;
  }
  // 2^63 itself is a double but no int64, so it is refused whatever the limit.
  const bool fits =
      *value >= static_cast<double>(low) && *value <= static_cast<double>(high) && *value < 0x1p63;
  if (!fits) {
    reader.problem(
        key, fmt::format("is \"{}\"; allowed is {} to {}", *text, in_unit(static_cast<double>(low), units),
                         in_unit(static_cast<double>(high), units)));
    return low;
  }
  return std::llround(*value);
}

}  // namespace

Hertz Table::frequency(const std::string& key, Hertz low, Hertz high) const {
  return Hertz(read_quantity(*state_, node_, *this, key, kFrequencyUnits, "1.2 GHz", low.raw(), high.raw()));
}
Hertz Table::frequency_or(const std::string& key, Hertz fallback, Hertz low, Hertz high) const {
  return has(key) ? frequency(key, low, high) : fallback;
}
Bytes Table::size(const std::string& key, Bytes low, Bytes high) const {
  return Bytes(read_quantity(*state_, node_, *this, key, kSizeUnits, "32 KiB", low.raw(), high.raw()));
}
Bytes Table::size_or(const std::string& key, Bytes fallback, Bytes low, Bytes high) const {
  return has(key) ? size(key, low, high) : fallback;
}
Picoseconds Table::time(const std::string& key, Picoseconds low, Picoseconds high) const {
  return Picoseconds(read_quantity(*state_, node_, *this, key, kTimeUnits, "30 ns", low.raw(), high.raw()));
}
Picoseconds Table::time_or(const std::string& key, Picoseconds fallback, Picoseconds low,
                           Picoseconds high) const {
  return has(key) ? time(key, low, high) : fallback;
}

Milliwatts Table::power_or(const std::string& key, Milliwatts fallback) const {
  const toml::node* node = find(*state_, node_, key);
  if (node == nullptr) return fallback;
  const auto text = node->value_exact<std::string>();
  const auto value = text ? parse_quantity(*text, kPowerUnits) : std::nullopt;
  constexpr double kMost = 1e7;  // mW: 10 kW
  if (value && *value >= 0 && *value <= kMost) return Milliwatts(*value);
  problem(key, fmt::format("is {}; give a power from 0 to 10 kW like \"120 mW\" (units: {})",
                           text ? "\"" + *text + "\"" : type_name(*node), unit_names(kPowerUnits)));
  return fallback;
}

namespace {

std::optional<std::uint64_t> parse_address(std::string text) {
  std::erase(text, '_');
  if (!text.starts_with("0x")) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + 2, end, value, 16);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace

std::uint64_t Table::address(const std::string& key) const {
  const toml::node* node = find_required(*state_, node_, *this, key, "an address like 0x8000_0000");
  if (node == nullptr) return 0;
  if (const auto value = node->value_exact<std::int64_t>(); value && *value >= 0) {
    return static_cast<std::uint64_t>(*value);
  }
  if (const auto text = node->value_exact<std::string>()) {
    if (const auto value = parse_address(*text)) return *value;
  }
  problem(key, "is no address; give one like 0x8000_0000");
  return 0;
}

}  // namespace tandem::toml_reader
