// SPDX-License-Identifier: Apache-2.0
// The whole of a file: parsing, assignments by hand, and the report of everything that was wrong.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <tuple>

#include "models/toml/document_state.h"
#include "models/toml/reader.h"

namespace tandem::toml_reader {

Document Document::parse_text(const std::string& text, const std::string& file_name) {
  auto state = std::make_shared<DocumentState>();
  state->file = file_name;
  try {
    state->root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw InputError(state->at(error.source()), "", "is not TOML: " + std::string(error.description()));
  }
  return Document(std::move(state));
}

Document Document::parse_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw InputError({path, 0, 0}, "", "is a folder; give a TOML file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError({path, 0, 0}, "", "cannot be read; give a TOML file that exists");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) throw InputError({path, 0, 0}, "", "cannot be read to its end");
  return parse_text(text, path);
}

namespace {

// The value as TOML where it is one, else the text itself.
toml::table parse_value(const std::string& key, const std::string& text) {
  try {
    toml::table parsed = toml::parse("v = " + text);
    if (parsed.size() == 1) return parsed;
  } catch (const toml::parse_error&) {
    return toml::table{{"v", text}};
  }
  throw InputError(DocumentState::hand(), key, "holds more than one value");
}

std::vector<std::string> key_parts(const std::string& key) {
  std::vector<std::string> parts;
  std::istringstream stream(key + ".");
  for (std::string part; std::getline(stream, part, '.');) {
    if (part.empty())
      throw InputError(DocumentState::hand(), key, "has an empty part; give a key like run.images");
    parts.push_back(part);
  }
  return parts;
}

// The member of an array of tables: by its place, or by its key "name".
toml::table& member_of(toml::array& array, const std::string& key, const std::string& part) {
  std::vector<std::string> allowed;
  for (std::size_t i = 0; i < array.size(); ++i) {
    toml::table* member = array.get(i)->as_table();
    if (member == nullptr) continue;
    const std::string name = (*member)["name"].value_or(std::string());
    if (part == std::to_string(i) || (!name.empty() && part == name)) return *member;
    allowed.push_back(name.empty() ? std::to_string(i) : name);
  }
  throw InputError(DocumentState::hand(), key,
                   "\"" + part + "\" names no member of its list; allowed is one of " + join(allowed));
}

toml::table& table_on_the_way(toml::table& root, const std::string& key,
                              const std::vector<std::string>& parts) {
  toml::node* node = &root;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (toml::array* array = node->as_array()) {
      node = &member_of(*array, key, parts[i]);
      continue;
    }
    toml::table* table = node->as_table();
    if (table != nullptr && !table->contains(parts[i])) table->insert(parts[i], toml::table{});
    if (table != nullptr) node = table->get(parts[i]);
    if (table == nullptr || (!node->is_table() && !node->is_array()))
      throw InputError(DocumentState::hand(), key, "\"" + parts[i] + "\" is not a table");
  }
  if (node->as_table() == nullptr)
    throw InputError(DocumentState::hand(), key, "names a member of a list, not a key of it");
  return *node->as_table();
}

void flatten(const toml::node& node, const std::string& path, std::map<std::string, std::string>& flat) {
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) flatten(value, dotted(path, std::string(key.str())), flat);
  } else if (const toml::array* array = node.as_array()) {
    for (std::size_t i = 0; i < array->size(); ++i)
      flatten(*array->get(i), dotted(path, std::to_string(i)), flat);
  } else {
    std::ostringstream text;
    node.visit([&](const auto& value) {
      if constexpr (toml::is_value<std::decay_t<decltype(value)>>) text << value;
    });
    flat[path] = text.str();
  }
}

}  // namespace

std::map<std::string, std::string> Document::flat() const {
  std::map<std::string, std::string> flat;
  flatten(state_->root, "", flat);
  return flat;
}

void Document::set(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError(DocumentState::hand(), assignment, "is not of the form key=value");
  }
  const std::string key = assignment.substr(0, equals);
  const toml::table parsed = parse_value(key, assignment.substr(equals + 1));
  const std::vector<std::string> parts = key_parts(key);

  toml::table& table = table_on_the_way(state_->root, key, parts);
  // A copy carries no place in a file, which marks it as given by hand.
  parsed.get("v")->visit([&](const auto& node) {
    if constexpr (toml::is_value<std::decay_t<decltype(node)>>) {
      table.insert_or_assign(parts.back(), node.get());
    } else {
      table.insert_or_assign(parts.back(), node);
    }
  });
}

Table Document::root() const { return {state_, &state_->root, ""}; }

namespace {

auto place_order(const Problem& problem) { return std::tie(problem.place.line, problem.place.column); }

std::string unknown_key_message(const std::string& name, const std::vector<std::string>& known) {
  const std::string near = nearest_name(name, known);
  if (!near.empty()) return "is unknown, did you mean \"" + near + "\"?";
  return known.empty() ? "is unknown; no key is allowed here" : "is unknown; allowed is " + join(known);
}

std::vector<Problem> unknown_keys(const DocumentState& state) {
  std::vector<Problem> problems;
  for (const auto& [table, seen] : state.seen) {
    const std::vector<std::string> known(seen.known.begin(), seen.known.end());
    for (const auto& [key, value] : *table) {
      const std::string name(key.str());
      if (seen.known.contains(name)) continue;
      problems.push_back(
          {DocumentState::was_set_by_hand(value) ? DocumentState::hand() : state.at(key.source()),
           dotted(seen.path, name), unknown_key_message(name, known)});
    }
  }
  std::sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tuple(place_order(a), a.key) < std::tuple(place_order(b), b.key);
  });
  return problems;
}

bool same(const Problem& a, const Problem& b) {
  return a.place.file == b.place.file && place_order(a) == place_order(b) && a.key == b.key &&
         a.message == b.message;
}

}  // namespace

void Document::finish() const {
  std::vector<Problem> problems = state_->problems;
  const std::vector<Problem> unknown = unknown_keys(*state_);
  problems.insert(problems.end(), unknown.begin(), unknown.end());
  // Stable: what stands at one place (keys missing from one table) stays in the order it was asked for. Files
  // that this one names come behind it.
  const auto order = [&](const Problem& problem) {
    const bool other = problem.place.file != state_->file && problem.place.file != DocumentState::hand().file;
    return std::tuple(other, other ? problem.place.file : "", problem.place.line, problem.place.column);
  };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const Problem& a, const Problem& b) { return order(a) < order(b); });
  // A key that is asked for twice is wrong once.
  std::vector<Problem> once;
  for (Problem& problem : problems) {
    if (std::none_of(once.begin(), once.end(), [&](const Problem& other) { return same(problem, other); })) {
      once.push_back(std::move(problem));
    }
  }
  if (!once.empty()) throw InputError(std::move(once));
}

std::string quote(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace tandem::toml_reader
