// SPDX-License-Identifier: Apache-2.0
#include "models/spec/measured.h"

#include "models/core/csv.h"
#include "models/toml/reader.h"

namespace tandem::spec {

std::vector<MeasuredPart> read_measured_parts(const std::string& file) {
  const CsvFile table(file);
  std::vector<MeasuredPart> parts;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.text(row, "kind") != "compute") continue;
    MeasuredPart part;
    part.network = table.text(row, "network");
    part.part = static_cast<int>(table.number(row, "part", 0, 1000));
    part.resource = table.text(row, "cluster");
    part.frequency =
        Hertz(static_cast<std::int64_t>(table.number(row, "frequency_mhz", 1, 10'000)) * 1'000'000);
    part.time_ms = table.number(row, "time_ms", 1e-6, 1e9);
    if (!table.text(row, "board_power_mw").empty()) {
      part.board_power_mw = table.number(row, "board_power_mw", 0, 1e6);
    }
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
