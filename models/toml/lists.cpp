// SPDX-License-Identifier: Apache-2.0
// Getters of lists and of whole tables, as values or as TOML text.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "models/toml/lookup.h"

namespace tandem::toml_reader {

namespace {

// Hands every element of a list to `take`; a scalar given by hand is a list of one.
template <class Take>
void for_each_element(const toml::node& node, const Table& reader, const std::string& key, const char* what,
                      const Take& take) {
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& element : *list) take(element);
  } else if (DocumentState::was_set_by_hand(node) && node.is_value()) {
    take(node);
  } else {
    reader.problem(key, "is " + type_name(node) + "; give a list of " + what);
  }
}

}  // namespace

std::vector<std::string> Table::strings(const std::string& key) const {
  std::vector<std::string> values;
  const toml::node* node = find(*state_, node_, key);
  if (node == nullptr) return values;
  for_each_element(*node, *this, key, "strings", [&](const toml::node& element) {
    if (const auto value = element.value_exact<std::string>()) {
      values.push_back(*value);
    } else {
      state_->problems.push_back({state_->place_of(element), dotted(path_, key),
                                  "holds " + type_name(element) + "; every element must be a string"});
    }
  });
  return values;
}

std::vector<std::int64_t> Table::integers(const std::string& key, std::int64_t low, std::int64_t high) const {
  std::vector<std::int64_t> values;
  const toml::node* node = find(*state_, node_, key);
  if (node == nullptr) return values;
  for_each_element(*node, *this, key, "integers", [&](const toml::node& element) {
    const auto value = element.value_exact<std::int64_t>();
    if (value && *value >= low && *value <= high) {
      values.push_back(*value);
    } else {
      state_->problems.push_back(
          {state_->place_of(element), dotted(path_, key),
           fmt::format("holds {}; every element must be an integer from {} to {}",
                       value ? std::to_string(*value) : type_name(element), low, high)});
    }
  });
  return values;
}

std::vector<std::int64_t> Table::integer_or_list(const std::string& key, std::int64_t low,
                                                 std::int64_t high) const {
  const toml::node* node = find(*state_, node_, key);
  if (node != nullptr && node->is_integer()) return {integer(key, low, high)};
  return integers(key, low, high);
}

namespace {

std::string toml_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return quote(*text);
  std::ostringstream stream;
  node.visit([&](const auto& value) { stream << value; });
  return stream.str();
}

void collect(const toml::table& table, const std::string& path,
             std::vector<std::pair<std::string, std::string>>& out) {
  for (const auto& [key, value] : table) {
    const std::string name = dotted(path, std::string(key.str()));
    if (const toml::table* inner = value.as_table()) {
      collect(*inner, name, out);
    } else {
      out.emplace_back(name, toml_text(value));
    }
  }
}

}  // namespace

std::vector<std::string> Table::values(const std::string& key) const {
  const toml::node* node = find(*state_, node_, key);
  std::vector<std::string> texts;
  if (node == nullptr) return texts;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    problem(key, "is " + type_name(*node) + "; give a list");
    return texts;
  }
  for (const toml::node& element : *array) texts.push_back(toml_text(element));
  return texts;
}

std::vector<std::pair<std::string, std::string>> Table::assignments(const std::string& key) const {
  const toml::node* node = find(*state_, node_, key);
  std::vector<std::pair<std::string, std::string>> all;
  if (node == nullptr) return all;
  if (const toml::table* table = node->as_table()) {
    collect(*table, "", all);
  } else {
    problem(key, "is " + type_name(*node) + "; give a table");
  }
  std::sort(all.begin(), all.end());
  return all;
}

Table Table::table(const std::string& key) const {
  const std::string path = dotted(path_, key);
  const toml::node* node = find_required(*state_, node_, *this, key, "a table [" + path + "]");
  if (node != nullptr && !node->is_table())
    problem(key, "is " + type_name(*node) + "; give a table [" + path + "]");
  return {state_, node == nullptr ? nullptr : node->as_table(), path};
}

std::optional<Table> Table::table_if(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  return table(key);
}

std::vector<Table> Table::tables(const std::string& key) const {
  std::vector<Table> result;
  const toml::node* node = find(*state_, node_, key);
  if (node == nullptr) return result;
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    problem(key, "is " + type_name(*node) + "; give tables as [[" + dotted(path_, key) + "]]");
    return result;
  }
  int index = 0;
  for (const toml::node& element : *list) {
    const std::string path = fmt::format("{}[{}]", dotted(path_, key), index++);
    if (const toml::table* found = element.as_table()) {
      result.push_back(Table(state_, found, path));
    } else {
      state_->problems.push_back(
          {state_->place_of(element), path, "is " + type_name(element) + "; give a table"});
    }
  }
  return result;
}

}  // namespace tandem::toml_reader
