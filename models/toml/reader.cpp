// SPDX-License-Identifier: Apache-2.0
#include "models/toml/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "models/toml/units.h"

namespace tandem::toml_reader {

class DocumentState {
 public:
  toml::table root;
  std::string file;
  std::vector<Problem> problems;
  // For every table that was looked into, its path and the keys its reader knows.
  struct Seen {
    std::string path;
    std::set<std::string> known;
  };
  std::map<const toml::table*, Seen> seen;
};

namespace {

const toml::table* as_table(const void* node) { return static_cast<const toml::table*>(node); }

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "a boolean";
    default: return "a date or time";
  }
}

bool was_set_by_hand(const toml::node& node) { return node.source().begin.line == 0; }

Place place_of(const DocumentState& state, const toml::node& node) {
  if (was_set_by_hand(node)) return {"--set", 0, 0};
  return {state.file, static_cast<int>(node.source().begin.line), static_cast<int>(node.source().begin.column)};
}

std::string plain(double value) { return fmt::format("{:.12g}", value); }

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
  return node_ == nullptr ? Place{state_->file, 0, 0} : place_of(*state_, *as_table(node_));
}

namespace {
const toml::node* find(DocumentState& state, const void* node, const std::string& key) {
  if (node == nullptr) return nullptr;
  state.seen[as_table(node)].known.insert(key);
  return as_table(node)->get(key);
}
std::string dotted(const std::string& path, const std::string& key) {
  if (path.empty()) return key;
  return key.empty() ? path : path + "." + key;
}
}  // namespace

Place Table::place(const std::string& key) const {
  const toml::node* node = node_ == nullptr ? nullptr : as_table(node_)->get(key);
  return node == nullptr ? place() : place_of(*state_, *node);
}

void Table::problem(const std::string& key, std::string message) const {
  state_->problems.push_back({place(key), dotted(path_, key), std::move(message)});
}

bool Table::has(const std::string& key) const { return find(*state_, node_, key) != nullptr; }

std::vector<std::string> Table::keys() const {
  std::vector<std::pair<toml::source_position, std::string>> sorted;
  if (node_ != nullptr) {
    for (const auto& [key, value] : *as_table(node_)) {
      sorted.emplace_back(key.source().begin, std::string(key.str()));
    }
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [position, name] : sorted) names.push_back(std::move(name));
  return names;
}

#define TANDEM_REQUIRE(found, what)                                              \
  if ((found) == nullptr) {                                                      \
    if (node_ != nullptr) problem(key, std::string("is missing; give ") + what); \
  } else

std::string Table::string(const std::string& key) const {
  const toml::node* node = find(*state_, node_, key);
  TANDEM_REQUIRE(node, "a string") {
    if (const auto value = node->value_exact<std::string>()) return *value;
    problem(key, "is " + type_name(*node) + "; give a string");
  }
  return {};
}

std::string Table::string_or(const std::string& key, std::string fallback) const {
  return has(key) ? string(key) : fallback;
}

std::int64_t Table::integer(const std::string& key, std::int64_t low, std::int64_t high) const {
  const toml::node* node = find(*state_, node_, key);
  TANDEM_REQUIRE(node, fmt::format("an integer from {} to {}", low, high)) {
    const auto value = node->value_exact<std::int64_t>();
    if (!value) {
      problem(key, fmt::format("is {}; give an integer from {} to {}", type_name(*node), low, high));
    } else if (*value < low || *value > high) {
      problem(key, fmt::format("is {}; allowed is {} to {}", *value, low, high));
    } else {
      return *value;
    }
  }
  return low;
}

std::int64_t Table::integer_or(const std::string& key, std::int64_t fallback, std::int64_t low,
                               std::int64_t high) const {
  return has(key) ? integer(key, low, high) : fallback;
}

double Table::number(const std::string& key, double low, double high) const {
  const toml::node* node = find(*state_, node_, key);
  TANDEM_REQUIRE(node, "a number from " + plain(low) + " to " + plain(high)) {
    const auto value = node->is_number() ? node->value<double>() : std::nullopt;
    if (!value) {
      problem(key, "is " + type_name(*node) + "; give a number from " + plain(low) + " to " + plain(high));
    } else if (!(*value >= low && *value <= high)) {
      problem(key, "is " + plain(*value) + "; allowed is " + plain(low) + " to " + plain(high));
    } else {
      return *value;
    }
  }
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
  const toml::node* node = find(*state_, node_, key);
  TANDEM_REQUIRE(node, "one of " + join(allowed)) {
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
  }
  return 0;
}

std::size_t Table::choice_or(const std::string& key, std::size_t fallback,
                             const std::vector<std::string>& allowed) const {
  return has(key) ? choice(key, allowed) : fallback;
}

namespace {
// Shared by all quantities: the rounded value in base units.
std::int64_t read_quantity(const Table& table, DocumentState& state, const void* table_node, const std::string& key,
                           const std::vector<Unit>& units, const char* example, std::int64_t low,
                           std::int64_t high) {
  const toml::node* node = find(state, table_node, key);
  if (node == nullptr) {
    if (table_node != nullptr) table.problem(key, fmt::format("is missing; give a string like \"{}\"", example));
    return low;
  }
  const auto text = node->value_exact<std::string>();
  const auto value = text ? parse_quantity(*text, units) : std::nullopt;
  if (!value) {
    table.problem(key, fmt::format("{} has no unit it could be read in; give a string like \"{}\" (units: {})",
                                   text ? "\"" + *text + "\"" : type_name(*node), example, unit_names(units)));
    return low;
  }
  if (*value < static_cast<double>(low) || *value > static_cast<double>(high)) {
    table.problem(key, fmt::format("is {}; allowed is {} to {}", *text, in_unit(static_cast<double>(low), units),
                                   in_unit(static_cast<double>(high), units)));
    return low;
  }
  return std::llround(*value);
}
}  // namespace

Hertz Table::frequency(const std::string& key, Hertz low, Hertz high) const {
  return Hertz(read_quantity(*this, *state_, node_, key, kFrequencyUnits, "1.2 GHz", low.raw(), high.raw()));
}
Hertz Table::frequency_or(const std::string& key, Hertz fallback, Hertz low, Hertz high) const {
  return has(key) ? frequency(key, low, high) : fallback;
}
Bytes Table::size(const std::string& key, Bytes low, Bytes high) const {
  return Bytes(read_quantity(*this, *state_, node_, key, kSizeUnits, "32 KiB", low.raw(), high.raw()));
}
Bytes Table::size_or(const std::string& key, Bytes fallback, Bytes low, Bytes high) const {
  return has(key) ? size(key, low, high) : fallback;
}
Picoseconds Table::time(const std::string& key, Picoseconds low, Picoseconds high) const {
  return Picoseconds(read_quantity(*this, *state_, node_, key, kTimeUnits, "30 ns", low.raw(), high.raw()));
}
Picoseconds Table::time_or(const std::string& key, Picoseconds fallback, Picoseconds low, Picoseconds high) const {
  return has(key) ? time(key, low, high) : fallback;
}

Milliwatts Table::power_or(const std::string& key, Milliwatts fallback) const {
  const toml::node* node = find(*state_, node_, key);
  if (node == nullptr) return fallback;
  const auto text = node->value_exact<std::string>();
  const auto value = text ? parse_quantity(*text, kPowerUnits) : std::nullopt;
  if (!value || *value < 0) {
    problem(key, "is no power; give a string like \"120 mW\" (units: " + unit_names(kPowerUnits) + ")");
    return fallback;
  }
  return Milliwatts(*value);
}

std::uint64_t Table::address(const std::string& key) const {
  const toml::node* node = find(*state_, node_, key);
  TANDEM_REQUIRE(node, "an address like 0x8000_0000") {
    if (const auto value = node->value_exact<std::int64_t>(); value && *value >= 0) {
      return static_cast<std::uint64_t>(*value);
    }
    if (const auto text = node->value_exact<std::string>(); text && text->starts_with("0x")) {
      std::uint64_t value = 0;
      const auto [end, error] = std::from_chars(text->data() + 2, text->data() + text->size(), value, 16);
      if (error == std::errc{} && end == text->data() + text->size()) return value;
    }
    problem(key, "is no address; give one like 0x8000_0000");
  }
  return 0;
}

std::vector<std::string> Table::strings(const std::string& key) const {
  const toml::node* node = find(*state_, node_, key);
  std::vector<std::string> values;
  if (node == nullptr) return values;
  if (node->is_string() && was_set_by_hand(*node)) return {*node->value_exact<std::string>()};
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    problem(key, "is " + type_name(*node) + "; give a list of strings");
    return values;
  }
  for (const toml::node& element : *list) {
    if (const auto value = element.value_exact<std::string>()) {
      values.push_back(*value);
    } else {
      state_->problems.push_back({place_of(*state_, element), dotted(path_, key),
                                  "holds " + type_name(element) + "; every element must be a string"});
    }
  }
  return values;
}

std::vector<std::int64_t> Table::integers(const std::string& key, std::int64_t low, std::int64_t high) const {
  const toml::node* node = find(*state_, node_, key);
  std::vector<std::int64_t> values;
  if (node == nullptr) return values;
  const auto take = [&](const toml::node& element) {
    const auto value = element.value_exact<std::int64_t>();
    if (value && *value >= low && *value <= high) {
      values.push_back(*value);
    } else {
      state_->problems.push_back({place_of(*state_, element), dotted(path_, key),
                                  fmt::format("holds {}; every element must be an integer from {} to {}",
                                              value ? std::to_string(*value) : type_name(element), low, high)});
    }
  };
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& element : *list) take(element);
  } else if (was_set_by_hand(*node)) {
    take(*node);
  } else {
    problem(key, "is " + type_name(*node) + "; give a list of integers");
  }
  return values;
}

std::vector<std::int64_t> Table::integer_or_list(const std::string& key, std::int64_t low, std::int64_t high) const {
  const toml::node* node = find(*state_, node_, key);
  if (node != nullptr && node->is_integer()) return {integer(key, low, high)};
  return integers(key, low, high);
}

Table Table::table(const std::string& key) const {
  const toml::node* node = find(*state_, node_, key);
  const toml::table* found = node == nullptr ? nullptr : node->as_table();
  if (found == nullptr && node_ != nullptr) {
    problem(key, node == nullptr ? "is missing; give a table [" + dotted(path_, key) + "]"
                                 : "is " + type_name(*node) + "; give a table");
  }
  return {state_, found, dotted(path_, key)};
}

std::optional<Table> Table::table_if(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  return table(key);
}

std::vector<Table> Table::tables(const std::string& key) const {
  const toml::node* node = find(*state_, node_, key);
  std::vector<Table> result;
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
      state_->problems.push_back({place_of(*state_, element), path, "is " + type_name(element) + "; give a table"});
    }
  }
  return result;
}


Document Document::parse_text(const std::string& text, const std::string& file_name) {
  auto state = std::make_shared<DocumentState>();
  state->file = file_name;
  try {
    state->root = toml::parse(text, file_name);
  } catch (const toml::parse_error& error) {
    throw InputError({file_name, static_cast<int>(error.source().begin.line),
                      static_cast<int>(error.source().begin.column)},
                     "", "is not TOML: " + std::string(error.description()));
  }
  return Document(std::move(state));
}

Document Document::parse_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError({path, 0, 0}, "", "cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw InputError({path, 0, 0}, "", "is empty or a folder");
  return parse_text(text.str(), path);
}

void Document::set(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError({"--set", 0, 0}, assignment, "is not of the form key=value");
  }
  const std::string key = assignment.substr(0, equals);
  const std::string value = assignment.substr(equals + 1);
  toml::table parsed;
  try {
    parsed = toml::parse("v = " + value);
    if (parsed.size() != 1) throw InputError({"--set", 0, 0}, key, "holds more than one value");
  } catch (const toml::parse_error&) {
    parsed = toml::table{{"v", value}};
  }
  toml::table* table = &state_->root;
  std::size_t begin = 0;
  for (std::size_t dot = key.find('.'); dot != std::string::npos; begin = dot + 1, dot = key.find('.', begin)) {
    const std::string part = key.substr(begin, dot - begin);
    if (!table->contains(part)) table->insert(part, toml::table{});
    table = table->get(part)->as_table();
    if (table == nullptr) throw InputError({"--set", 0, 0}, key, "\"" + part + "\" is not a table");
  }
  // A fresh node carries no place in the file, which marks it as given by hand.
  const std::string leaf = key.substr(begin);
  parsed.get("v")->visit([&](const auto& node) {
    using Node = std::decay_t<decltype(node)>;
    if constexpr (toml::is_value<Node>) {
      table->insert_or_assign(leaf, node.get());
    } else {
      table->insert_or_assign(leaf, node);
    }
  });
}

Table Document::root() const { return {state_, &state_->root, ""}; }

void Document::finish() const {
  std::vector<Problem> problems = state_->problems;
  for (const auto& [table, seen] : state_->seen) {
    const std::vector<std::string> known(seen.known.begin(), seen.known.end());
    for (const auto& [key, value] : *table) {
      const std::string name(key.str());
      if (seen.known.contains(name)) continue;
      const std::string near = nearest_name(name, known);
      const Place place = was_set_by_hand(value)
                              ? Place{"--set", 0, 0}
                              : Place{state_->file, static_cast<int>(key.source().begin.line),
                                      static_cast<int>(key.source().begin.column)};
      problems.push_back({place, dotted(seen.path, name),
                          near.empty() ? "is unknown; allowed is " + join(known)
                                       : "is unknown, did you mean \"" + near + "\"?"});
    }
  }
  if (problems.empty()) return;
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  throw InputError(std::move(problems));
}

std::string quote(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  std::string quoted = out.str();
  if (quoted.starts_with('"')) return quoted;
  quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace tandem::toml_reader
