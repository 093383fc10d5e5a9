// SPDX-License-Identifier: Apache-2.0
#include "models/spec/measured.h"

#include <cmath>
#include <sstream>

#include "models/core/csv.h"
#include "models/core/error.h"
#include "models/toml/reader.h"

namespace tandem::spec {

namespace {
Hertz read_megahertz(const CsvFile& table, std::size_t row) {
  return Hertz(std::llround(table.number(row, "frequency_mhz", 1, 10'000) * 1e6));
}
}  // namespace

std::vector<MeasuredPart> read_measured_parts(const std::string& file) {
  const CsvFile table(file);
  std::vector<MeasuredPart> parts;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table.text(row, "kind") != "compute") continue;
    MeasuredPart part;
    part.network = table.text(row, "network");
    part.part = static_cast<int>(table.number(row, "part", 0, 1000));
    part.resource = table.text(row, "cluster");
    part.frequency = read_megahertz(table, row);
    part.time_ms = table.number(row, "time_ms", 1e-6, 1e9);
    if (!table.text(row, "board_power_mw").empty()) {
      part.board_power_mw = table.number(row, "board_power_mw", 0, 1e6);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<MeasuredThreads> read_measured_threads(const std::string& file) {
  const CsvFile table(file);
  std::vector<MeasuredThreads> rows;
  for (std::size_t row = 0; row < table.size(); ++row) {
    MeasuredThreads one;
    one.board = table.text(row, "board");
    one.network = table.text(row, "network");
    one.time_ms = table.number(row, "time_ms", 1e-6, 1e9);
    const std::string& threads = table.text(row, "threads");
    bool known = !threads.empty();
    std::istringstream words(threads);
    for (std::string word; std::getline(words, word, '+');) {
      const bool big = word[0] == 'b';
      int& count = big ? one.big : one.little;
      known = known && word.size() == 2 && (big || word[0] == 's') && word[1] >= '1' && word[1] <= '9' &&
              count == 0;
      count = word.size() == 2 ? word[1] - '0' : 0;
    }
    if (!known) {
      throw InputError(
          {file, static_cast<int>(row) + 2, 0}, "threads",
          "\"" + threads + "\" is no number of threads; allowed is b1 to b9, s1 to s9, or both: b4+s2");
    }
    rows.push_back(std::move(one));
  }
  return rows;
}

std::vector<MeasuredThroughput> read_measured_throughput(const std::string& file) {
  const CsvFile table(file);
  std::vector<MeasuredThroughput> rows;
  for (std::size_t row = 0; row < table.size(); ++row) {
    rows.push_back({table.text(row, "board"), table.text(row, "network"), table.text(row, "cluster"),
                    read_megahertz(table, row), table.number(row, "images_per_s", 1e-6, 1e9)});
  }
  return rows;
}

std::vector<NetworkParts> read_network_parts(const std::string& file) {
  const toml_reader::Document document = toml_reader::Document::parse_file(file);
  std::vector<NetworkParts> networks;
  for (const toml_reader::Table& table : document.root().tables("network")) {
    networks.push_back({table.name("name"), table.string("file"), table.strings("first_layers")});
  }
  document.finish();
  return networks;
}

}  // namespace tandem::spec
