// SPDX-License-Identifier: Apache-2.0
// A table's place and keys, and the getters of single values.
#include "models/toml/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/locate.h"
#include "models/core/text.h"
#include "models/toml/lookup.h"

namespace tandem::toml_reader {

namespace {

std::string plain(double value) { return fmt::format("{:.12g}", value); }

}  // namespace

Table::Table(std::shared_ptr<DocumentState> state, const void* node, std::string path)
    : state_(std::move(state)), node_(node), path_(std::move(path)) {
  if (node_ != nullptr) state_->seen[as_table(node_)].path = path_;
}

Place Table::place() const {
  return node_ == nullptr ? Place{state_->file, 0, 0} : state_->place_of(*as_table(node_));
}

Place Table::place(const std::string& key) const {
  const toml::node* node = node_ == nullptr ? nullptr : as_table(node_)->get(key);
  return node == nullptr ? place() : state_->place_of(*node);
}

void Table::problem(const std::string& key, std::string message) const {
  state_->problems.push_back({place(key), dotted(path_, key), std::move(message)});
}

void Table::problems_of(const std::string& key, const InputError& error) const {
  for (const Problem& own : error.problems()) {
    if (own.place.file.empty()) {
      problem(key, own.message);
    } else {
      state_->problems.push_back(own);
    }
  }
}

bool Table::has(const std::string& key) const { return find(*state_, node_, key) != nullptr; }

std::vector<std::string> Table::keys() const {
  std::vector<std::pair<toml::source_position, std::string>> sorted;
  if (node_ != nullptr) {
    for (const auto& [key, value] : *as_table(node_)) {
      sorted.emplace_back(key.source().begin, std::string(key.str()));
    }
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [position, name] : sorted) names.push_back(std::move(name));
  return names;
}

std::string Table::string(const std::string& key) const {
  const toml::node* node = find_required(*state_, node_, *this, key, "a string");
  if (node == nullptr) return {};
  if (const auto value = node->value_exact<std::string>()) return *value;
  problem(key, "is " + type_name(*node) + "; give a string");
  return {};
}

std::string Table::name(const std::string& key) const {
  const std::size_t known = state_->problems.size();
  std::string name = string(key);
  if (state_->problems.size() > known || node_ == nullptr) return name;
  if (name.empty()) problem(key, "is empty; give a name");
  if (has_control_character(name)) problem(key, "has a control character; give a name of one line");
  return name;
}

std::string Table::path(const std::string& key) const {
  const std::string value = string(key);
  return place(key).file == state_->file ? beside_file(state_->file, value) : value;
}

std::string Table::string_or(const std::string& key, std::string fallback) const {
  const toml::node* node = find(*state_, node_, key);
  if (node == nullptr) return fallback;
  if (const auto value = node->value_exact<std::string>()) return *value;
  problem(key, "is " + type_name(*node) + "; give a string");
  return fallback;
}

std::int64_t Table::integer(const std::string& key, std::int64_t low, std::int64_t high) const {
  const std::string what = fmt::format("an integer from {} to {}", low, high);
  const toml::node* node = find_required(*state_, node_, *this, key, what);
  if (node == nullptr) return low;
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= low && *value <= high) return *value;
  problem(key, value ? fmt::format("is {}; allowed is {} to {}", *value, low, high)
                     : "is " + type_name(*node) + "; give " + what);
  return low;
}

std::int64_t Table::integer_or(const std::string& key, std::int64_t fallback, std::int64_t low,
                               std::int64_t high) const {
  return has(key) ? integer(key, low, high) : fallback;
}

double Table::number(const std::string& key, double low, double high) const {
  const std::string what = "a number from " + plain(low) + " to " + plain(high);
  const toml::node* node = find_required(*state_, node_, *this, key, what);
  if (node == nullptr) return low;
  const auto value = node->is_number() ? node->value<double>() : std::nullopt;
  if (value && *value >= low && *value <= high) return *value;  // false for "nan"
  problem(key, value ? "is " + plain(*value) + "; allowed is " + plain(low) + " to " + plain(high)
                     : "is " + type_name(*node) + "; give " + what);
  return low;
}

double Table::number_or(const std::string& key, double fallback, double low, double high) const {
  return has(key) ? number(key, low, high) : fallback;
}

bool Table::boolean_or(const std::string& key, bool fallback) const {
  const toml::node* node = find(*state_, node_, key);
  if (node == nullptr) return fallback;
  if (const auto value = node->value_exact<bool>()) return *value;
  problem(key, "is " + type_name(*node) + "; give true or false");
  return fallback;
}

std::size_t Table::choice(const std::string& key, const std::vector<std::string>& allowed) const {
  const toml::node* node = find_required(*state_, node_, *this, key, "one of " + join(allowed));
  if (node == nullptr) return 0;
  const auto value = node->value_exact<std::string>();
  if (!value) {
    problem(key, "is " + type_name(*node) + "; give one of " + join(allowed));
    return 0;
  }
  const auto found = std::find(allowed.begin(), allowed.end(), *value);
  if (found != allowed.end()) return static_cast<std::size_t>(found - allowed.begin());
  const std::string near = nearest_name(*value, allowed);
  problem(key, fmt::format("\"{}\" is unknown{}; allowed is one of {}", *value,
                           near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near), join(allowed)));
  return 0;
}

std::size_t Table::choice_or(const std::string& key, std::size_t fallback,
                             const std::vector<std::string>& allowed) const {
  return has(key) ? choice(key, allowed) : fallback;
}

}  // namespace tandem::toml_reader
