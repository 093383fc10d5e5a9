// SPDX-License-Identifier: Apache-2.0
// The getters of a table. Every one marks its key as known, whether the key is there or not.
#include "models/toml/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "models/toml/document_state.h"
#include "models/toml/units.h"

namespace tandem::toml_reader {

namespace {

const toml::table* as_table(const void* node) { return static_cast<const toml::table*>(node); }

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

std::string plain(double value) { return fmt::format("{:.12g}", value); }

// In the largest unit that the value reaches: 1500 Hz is "1.5 kHz".
std::string in_unit(double value, const std::vector<Unit>& units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value >= unit.factor) best = &unit;
  }
  return fmt::format("{:.6g} {}", value / best->factor, best->name);
}

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

namespace {

const toml::node* find(DocumentState& state, const void* table, const std::string& key) {
  if (table == nullptr) return nullptr;
  state.seen[as_table(table)].known.insert(key);
  return as_table(table)->get(key);
}

// As find(), for a key that must be there. A table that is itself missing was reported where it was asked
// for.
const toml::node* find_required(DocumentState& state, const void* table, const Table& reader,
                                const std::string& key, const std::string& what) {
  const toml::node* node = find(state, table, key);
  if (node == nullptr && table != nullptr) reader.problem(key, "is missing; give " + what);
  return node;
}

}  // namespace

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

std::string Table::string(const std::string& key) const {
  const toml::node* node = find_required(*state_, node_, *this, key, "a string");
  if (node == nullptr) return {};
  if (const auto value = node->value_exact<std::string>()) return *value;
  problem(key, "is " + type_name(*node) + "; give a string");
  return {};
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

namespace {

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
  if (value && *value >= 0) return Milliwatts(*value);
  problem(key, fmt::format("is {}; give a power that is not negative like \"120 mW\" (units: {})",
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
