// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/cost_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "models/core/csv.h"
#include "models/core/error.h"

namespace tandem::pipeline {

namespace {

constexpr int kMostCores = 64;

struct Cell {
  std::int64_t time = 0, energy = 0;
  int line = 0;
};

class Reader {
 public:
  Reader(const std::string& path, const Allowed& allowed) : path_(path), allowed_(allowed), csv_(path) {}

  CostTable read(const std::string& asked) {
    const std::string network = choose_network(asked);
    table_.network = network;
    for (std::size_t row = 0; row < csv_.size(); ++row) {
      if (csv_.text(row, "network") == network) take(row);
    }
    if (table_.size() > kMostLayers) {
      problem(0, "layer", fmt::format("{} of them; allowed are {}", table_.size(), kMostLayers));
    }
    if (problems_.empty()) make_groups();
    if (!problems_.empty()) throw InputError(problems_);
    for (int layer = 0; layer < table_.size(); ++layer) {
      table_.inputs.push_back(layer == 0 ? std::vector<int>{} : std::vector<int>{layer - 1});
    }
    return table_;
  }

 private:
  using GroupKey = std::pair<int, int>;  // type, count

  static int line_of(std::size_t row) { return static_cast<int>(row) + 2; }

  void problem(int line, const std::string& key, const std::string& message) {
    problems_.push_back({{path_, line, 0}, key, message});
  }

  std::string choose_network(const std::string& asked) {
    if (csv_.size() == 0) throw InputError({path_, 0, 0}, "", "has a header, but no row");
    std::vector<std::string> names;
    for (std::size_t row = 0; row < csv_.size(); ++row) {
      const std::string& name = csv_.text(row, "network");
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (asked.empty()) {
      if (names.size() == 1) return names.front();
      throw InputError({path_, 0, 0}, "network",
                       "the table has several, choose one of " + join(names) + " with --network");
    }
    if (std::find(names.begin(), names.end(), asked) != names.end()) return asked;
    const std::string near = nearest_name(asked, names);
    throw InputError({path_, 0, 0}, "network",
                     fmt::format("no row is of \"{}\"{}; the table has {}", asked,
                                 near.empty() ? "" : ", did you mean \"" + near + "\"?", join(names)));
  }

  // A column's number; a problem is kept, and nothing returned.
  std::optional<double> number(std::size_t row, const std::string& column, double low, double high) {
    try {
      return csv_.number(row, column, low, high);
    } catch (const InputError& error) {
      if (error.problems().front().place.line == 1) throw;  // the column is missing: once is enough
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
      return std::nullopt;
    }
  }

  std::optional<int> type_of(std::size_t row) {
    const std::string& name = csv_.text(row, "core_type");
    if (name.empty()) {
      problem(line_of(row), "core_type", "is empty");
      return std::nullopt;
    }
    for (std::size_t type = 0; type < table_.types.size(); ++type) {
      if (table_.types[type].name == name) return static_cast<int>(type);
    }
    if (!allowed_.types.empty()) {
      std::vector<std::string> names;
      for (const ResourceType& type : allowed_.types) names.push_back(type.name);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        const std::string near = nearest_name(name, names);
        problem(line_of(row), "core_type",
                fmt::format("\"{}\" is none of {}{}; allowed is one of {}", name, allowed_.machine,
                            near.empty() ? "" : ", did you mean \"" + near + "\"?", join(names)));
        return std::nullopt;
      }
    }
    table_.types.push_back({name, 0, name.starts_with("accelerator")});
    return static_cast<int>(table_.types.size()) - 1;
  }

  std::optional<int> count_of(std::size_t row, int type) {
    const ResourceType& own = table_.types[static_cast<std::size_t>(type)];
    const auto value = number(row, "cores", 1, own.is_accelerator ? 1 : kMostCores);
    if (!value) return std::nullopt;
    const int count = static_cast<int>(*value);
    if (count != *value) {
      problem(line_of(row), "cores", fmt::format("\"{}\" is no whole number", csv_.text(row, "cores")));
      return std::nullopt;
    }
    for (const ResourceType& there : allowed_.types) {
      if (there.name == own.name && count > there.count) {
        problem(line_of(row), "cores",
                fmt::format("is {}, but {} has {} of {}", count, allowed_.machine, there.count, own.name));
        return std::nullopt;
      }
    }
    return count;
  }

  int layer_of(const std::string& name) {
    const auto [found, is_new] = layer_ids_.try_emplace(name, table_.size());
    if (is_new) table_.layers.push_back(name);
    return found->second;
  }

  void take(std::size_t row) {
    const std::string& name = csv_.text(row, "layer");
    if (name.empty()) problem(line_of(row), "layer", "is empty");
    const int layer = layer_of(name);
    const auto type = type_of(row);
    const auto time = number(row, "time_ms", 0, static_cast<double>(kLongestLayer) / 1e9);
    std::optional<double> energy = 0.0;
    if (csv_.has("energy_mj")) energy = number(row, "energy_mj", 0, static_cast<double>(kMostEnergy) / 1e9);
    if (!type) return;
    const auto count = count_of(row, *type);
    if (!count || !time || !energy) return;
    int& most = table_.types[static_cast<std::size_t>(*type)].count;
    most = std::max(most, *count);
    const Cell cell{std::llround(*time * 1e9), std::llround(*energy * 1e9), line_of(row)};
    const auto [found, is_new] = cells_[{*type, *count}].try_emplace(layer, cell);
    if (!is_new) {
      problem(cell.line, "layer",
              fmt::format("\"{}\" on {} {} stands in line {} already", name, *count,
                          table_.types[static_cast<std::size_t>(*type)].name, found->second.line));
    }
  }

  void make_groups() {
    for (const auto& [key, cells] : cells_) {
      Group group;
      group.usage.assign(table_.types.size(), 0);
      group.usage[static_cast<std::size_t>(key.first)] = key.second;
      for (int layer = 0; layer < table_.size(); ++layer) {
        const auto cell = cells.find(layer);
        if (cell == cells.end()) {
          int first = cells.begin()->second.line;
          for (const auto& [id, other] : cells) first = std::min(first, other.line);
          problem(first, "cores",
                  fmt::format("{} of {} begin here and lack layer \"{}\"; allowed are all layers, or none",
                              key.second, table_.types[static_cast<std::size_t>(key.first)].name,
                              table_.layers[static_cast<std::size_t>(layer)]));
          continue;
        }
        group.time.push_back(cell->second.time);
        if (csv_.has("energy_mj")) group.energy.push_back(cell->second.energy);
      }
      table_.groups.push_back(std::move(group));
    }
  }

  const std::string& path_;
  const Allowed& allowed_;
  CsvFile csv_;
  CostTable table_;
  std::map<std::string, int> layer_ids_;
  std::map<GroupKey, std::map<int, Cell>> cells_;
  std::vector<Problem> problems_;
};

}  // namespace

CostTable read_cost_csv(const std::string& path, const std::string& network, const Allowed& allowed) {
  return Reader(path, allowed).read(network);
}

}  // namespace tandem::pipeline
