// SPDX-License-Identifier: Apache-2.0
// Looking a key up as every getter does: it is known from then on. Private to models/toml.
#pragma once

#include <string>

#include "models/toml/document_state.h"
#include "models/toml/reader.h"

namespace tandem::toml_reader {

inline const toml::table* as_table(const void* node) { return static_cast<const toml::table*>(node); }

inline std::string type_name(const toml::node& node) {
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

inline const toml::node* find(DocumentState& state, const void* table, const std::string& key) {
  if (table == nullptr) return nullptr;
  state.seen[as_table(table)].known.insert(key);
  return as_table(table)->get(key);
}

// As find(), for a key that must be there. A table that is itself missing was reported where it was asked
// for.
inline const toml::node* find_required(DocumentState& state, const void* table, const Table& reader,
                                       const std::string& key, const std::string& what) {
  const toml::node* node = find(state, table, key);
  if (node == nullptr && table != nullptr) reader.problem(key, "is missing; give " + what);
  return node;
}

}  // namespace tandem::toml_reader
