// SPDX-License-Identifier: Apache-2.0
// "2.36 GHz", "64 KiB", "30 ns", "1.5 W" in the base unit.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tandem::toml_reader {

struct Unit {
  const char* name;
  double factor;  // to the base unit
};

extern const std::vector<Unit> kFrequencyUnits;  // base Hz
extern const std::vector<Unit> kSizeUnits;       // base byte
extern const std::vector<Unit> kTimeUnits;       // base ps
extern const std::vector<Unit> kPowerUnits;      // base mW

// The value in the base unit, or nothing when the text is not "<number> <unit>".
std::optional<double> parse_quantity(const std::string& text, const std::vector<Unit>& units);
std::string unit_names(const std::vector<Unit>& units);

}  // namespace tandem::toml_reader
