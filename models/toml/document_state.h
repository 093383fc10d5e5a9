// SPDX-License-Identifier: Apache-2.0
// What a Document and its Tables share. Private to models/toml: the only header that sees the TOML library.
#pragma once

#include <toml++/toml.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/core/error.h"

namespace tandem::toml_reader {

class DocumentState {
 public:
  // For a table that was looked into: its path and the keys its reader knows.
  struct Seen {
    std::string path;
    std::set<std::string> known;
  };

  toml::table root;
  std::string file;
  std::vector<Problem> problems;
  std::map<const toml::table*, Seen>
      seen;  // only looked up or sorted: the order of addresses reaches no message

  // The library gives every parsed node its place, and a node made by Document::set none.
  static bool was_set_by_hand(const toml::node& node) { return node.source().begin.line == 0; }
  [[nodiscard]] Place place_of(const toml::node& node) const {
    return was_set_by_hand(node) ? hand() : at(node.source());
  }
  [[nodiscard]] Place at(const toml::source_region& source) const {
    return {file, static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)};
  }
  static Place hand() { return {"--set", 0, 0}; }
};

inline std::string dotted(const std::string& path, const std::string& key) {
  if (path.empty()) return key;
  return key.empty() ? path : path + "." + key;
}

}  // namespace tandem::toml_reader
