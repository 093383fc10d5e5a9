// SPDX-License-Identifier: Apache-2.0
// The one reader of TOML files. A getter never throws: what is wrong is collected with its place, and
// Document::finish() throws all of it at once, unknown keys included (a key nobody asked for is unknown).
// After a problem a getter returns its default or the lowest allowed value, so that reading can go on.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/core/error.h"
#include "models/core/quantity.h"

namespace tandem::toml_reader {

class DocumentState;

class Table {
 public:
  [[nodiscard]] bool has(const std::string& key) const;  // also marks the key as known

  std::string string(const std::string& key) const;
  std::string name(const std::string& key) const;  // a string of one line, not empty
  // A name, or the path of a file: in the file it may be relative to it, else to the folder one is in.
  std::string path(const std::string& key) const;
  std::string string_or(const std::string& key, std::string fallback) const;
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high) const;
  std::int64_t integer_or(const std::string& key, std::int64_t fallback, std::int64_t low,
                          std::int64_t high) const;
  double number(const std::string& key, double low, double high) const;
  double number_or(const std::string& key, double fallback, double low, double high) const;
  bool boolean_or(const std::string& key, bool fallback) const;
  // One of `allowed`, as its index.
  std::size_t choice(const std::string& key, const std::vector<std::string>& allowed) const;
  std::size_t choice_or(const std::string& key, std::size_t fallback,
                        const std::vector<std::string>& allowed) const;

  // Quantities are strings with units: "2.36 GHz", "2 MiB", "30 ns", "120 mW".
  Hertz frequency(const std::string& key, Hertz low, Hertz high) const;
  Hertz frequency_or(const std::string& key, Hertz fallback, Hertz low, Hertz high) const;
  Bytes size(const std::string& key, Bytes low, Bytes high) const;
  Bytes size_or(const std::string& key, Bytes fallback, Bytes low, Bytes high) const;
  Picoseconds time(const std::string& key, Picoseconds low, Picoseconds high) const;
  Picoseconds time_or(const std::string& key, Picoseconds fallback, Picoseconds low, Picoseconds high) const;
  Milliwatts power_or(const std::string& key, Milliwatts fallback) const;
  std::uint64_t address(const std::string& key) const;  // TOML integer (0x...) or "0x..." string

  // Lists; absent means empty. A scalar given by --set counts as one element.
  std::vector<std::string> strings(const std::string& key) const;
  std::vector<std::int64_t> integers(const std::string& key, std::int64_t low, std::int64_t high) const;
  // A list, or one integer for a list of one.
  std::vector<std::int64_t> integer_or_list(const std::string& key, std::int64_t low,
                                            std::int64_t high) const;

  // A list whose elements may be of any kind, each as TOML text (strings with their quotes); absent: empty.
  std::vector<std::string> values(const std::string& key) const;
  // What the table says, whatever its keys: (dotted key, value as TOML text), sorted by key; lists stay
  // whole.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> assignments(const std::string& key) const;

  Table table(const std::string& key) const;                    // required
  std::optional<Table> table_if(const std::string& key) const;  // optional
  std::vector<Table> tables(const std::string& key) const;      // array of tables; absent: empty
  [[nodiscard]] std::vector<std::string> keys() const;          // in file order; marks none as known

  [[nodiscard]] Place place() const;                        // of the table itself
  [[nodiscard]] Place place(const std::string& key) const;  // of a value, else of the table
  void problem(const std::string& key, std::string message) const;
  // What was wrong with a file that the key names: where it is wrong, else at the key.
  void problems_of(const std::string& key, const InputError& error) const;

 private:
  friend class Document;
  Table(std::shared_ptr<DocumentState> state, const void* node, std::string path);
  std::shared_ptr<DocumentState> state_;
  const void* node_;  // the library's table; null after a problem
  std::string path_;
};

class Document {
 public:
  // Both throw InputError when the text is not TOML.
  static Document parse_file(const std::string& path);
  static Document parse_text(const std::string& text, const std::string& file_name);

  // "a.b=value": value as TOML, else as a string. Missing tables on the way are made; in an array of tables
  // the part of the key is a place (0, 1, ...) or what the table's own `name` says. Before any reading.
  void set(const std::string& assignment);

  // Every value as TOML text by its dotted key, without places, comments and order: what the file says.
  [[nodiscard]] std::map<std::string, std::string> flat() const;

  [[nodiscard]] Table root() const;
  // Throws InputError with every problem and every unknown key so far, in file order; else does nothing.
  void finish() const;

 private:
  explicit Document(std::shared_ptr<DocumentState> state) : state_(std::move(state)) {}
  std::shared_ptr<DocumentState> state_;
};

std::string quote(const std::string& text);  // as a TOML basic string

}  // namespace tandem::toml_reader
