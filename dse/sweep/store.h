// SPDX-License-Identifier: Apache-2.0
// The results of sweeps in one SQLite file, docs/sweeps.md has its tables. A point is a row under the hash of
// everything that determines its result, so that no point is computed twice, whichever sweep asks. A sweep's
// members say which points it took, in its order.
//
// One process writes at a time; others may read meanwhile. What was written before the last flush survives a
// crash of the program; the file is never half a transaction.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dse/sweep/runner.h"

namespace tandem::sweep {

inline constexpr int kStoreFormat = 1;

// The store cannot go on: the disk is full, or fails. The message names the file and what to do. What the
// user chose wrong (a locked file, one that is no store) is an InputError.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What `metrics` of an Outcome holds.
using Metrics = std::map<std::string, double>;
std::string write_metrics(const Metrics& metrics);  // JSON
Metrics read_metrics(const std::string& json);

struct Stored {
  bool ok = false;
  std::string failure, reason;
  Metrics metrics;
};

// Where a result came from.
struct Provenance {
  std::string code;     // hash of the program's sources
  std::string content;  // what the point's hash was made of, but for whole files, which are there as hashes
};

struct Member {
  std::string level;                              // of the ladder: "", "tile", "rtl"
  std::string point;                              // id
  std::map<std::string, std::string> parameters;  // run key to value
};
// The value of a parameter from its TOML text: a string without its quotes, unless it has escapes.
std::string parameter_value(const std::string& toml);

struct StoredDefinition {
  std::string name;
  std::string text;   // of the sweep file
  std::string asked;  // what the program was given: a name or a path; empty in a store of an older program
};

class Store {
 public:
  enum class Use { read, write };
  // Opens or, to write, makes it. Throws InputError or StoreError.
  Store(std::string path, Use use);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The point's result; nothing when it is unknown, or failed for a reason of the host (it is tried again).
  [[nodiscard]] std::optional<Stored> find(const std::string& id);
  void put(const std::string& id, const Outcome& outcome, const Provenance& provenance);

  // The sweep begins anew: its members of an earlier start are forgotten, their points are not.
  void begin_sweep(const StoredDefinition& sweep);
  void add_member(const std::string& sweep, std::int64_t sequence, const Member& member);
  void flush();  // at the latest by the destructor
  void tick();   // at least twice a second while points are computed: nothing waits longer than a second

  // Every sweep's members in their order, with their results: CSV without anything of this machine or hour.
  [[nodiscard]] std::string csv();

  // The sweeps by name, and the members of one in their order.
  [[nodiscard]] std::vector<StoredDefinition> sweeps();
  [[nodiscard]] std::vector<Member> members(const std::string& sweep);

  // Every point with all of its outcome, by id.
  [[nodiscard]] std::map<std::string, Outcome> outcomes();

  [[nodiscard]] std::int64_t points();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace tandem::sweep
