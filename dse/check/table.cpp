// SPDX-License-Identifier: Apache-2.0
#include "dse/check/table.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <istream>
#include <map>
#include <sstream>

namespace tandem::check {

namespace {

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::string field;
  std::istringstream text(line + ",");
  while (std::getline(text, field, ',')) {
    field.erase(std::remove(field.begin(), field.end(), '\r'), field.end());
    fields.push_back(field);
  }
  return fields;
}

bool near(const std::string& thousandth_seconds, Number picoseconds) {
  const long double given = std::strtold(thousandth_seconds.c_str(), nullptr) * 1e9L;
  return std::abs(given - static_cast<long double>(picoseconds)) <= 1.0L;
}

}  // namespace

std::string differs_from_table(const Statement& statement, std::istream& csv) {
  std::map<std::pair<std::string, std::string>, std::size_t> groups;  // (type, count)
  for (std::size_t g = 0; g < statement.groups.size(); ++g) {
    for (std::size_t type = 0; type < statement.types.size(); ++type) {
      const int used = statement.groups[g].usage[type];
      if (used > 0) groups[{statement.types[type].name, std::to_string(used)}] = g;
    }
  }
  std::map<std::string, std::size_t> columns;
  std::string line;
  if (!std::getline(csv, line)) return "the table is empty";
  for (const std::string& name : fields_of(line)) columns.emplace(name, columns.size());
  for (const char* name : {"network", "layer", "core_type", "cores", "time_ms"}) {
    if (!columns.contains(name)) return std::string("the table has no column ") + name;
  }
  std::vector<std::string> order;
  std::map<std::pair<std::size_t, std::string>, bool> seen;
  for (int number = 2; std::getline(csv, line); ++number) {
    const std::vector<std::string> fields = fields_of(line);
    const std::string place = "line " + std::to_string(number) + " of the table ";
    if (fields.size() != columns.size()) return place + "has another number of fields than its head";
    if (fields[columns["network"]] != statement.network) continue;
    const std::string& layer = fields[columns["layer"]];
    auto position = std::find(order.begin(), order.end(), layer);
    if (position == order.end()) position = order.insert(order.end(), layer);
    const auto index = static_cast<std::size_t>(position - order.begin());
    if (index >= statement.layers.size() || statement.layers[index].name != layer)
      return place + "has a layer where the certificate has another";
    const auto group = groups.find({fields[columns["core_type"]], fields[columns["cores"]]});
    if (group == groups.end()) return place + "is of cores that the certificate does not have";
    if (!near(fields[columns["time_ms"]], statement.groups[group->second].time[index]))
      return place + "has another time than the certificate";
    if (!seen.emplace(std::make_pair(group->second, layer), true).second) return place + "is double";
  }
  if (seen.size() != statement.groups.size() * statement.layers.size())
    return "the certificate has times that are not in the table";
  for (std::size_t layer = 0; layer < statement.layers.size(); ++layer) {
    const std::vector<int> before =
        layer == 0 ? std::vector<int>{} : std::vector<int>{static_cast<int>(layer) - 1};
    if (statement.layers[layer].inputs != before) return "the table is a chain, the certificate is not";
  }
  for (std::size_t type = 0; type < statement.types.size(); ++type) {
    int most = 0;
    for (const Group& group : statement.groups) {
      most = std::max(most, group.usage[type]);
      if (group.hand_over != 0) return "the table has no hand-overs, the certificate has";
      if (std::any_of(group.take_in.begin(), group.take_in.end(), [](Number time) { return time != 0; }))
        return "the table has no hand-overs, the certificate has";
    }
    if (most != statement.types[type].count)
      return "the certificate has other numbers of cores than the table";
  }
  return "";
}

}  // namespace tandem::check
