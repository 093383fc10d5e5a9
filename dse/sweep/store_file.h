// SPDX-License-Identifier: Apache-2.0
// The file behind a store: its lock, its tables, and its transactions. Private to dse/sweep.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "dse/sweep/sqlite.h"
#include "dse/sweep/store.h"
#include "models/core/error.h"

namespace tandem::sweep {

struct Store::File {
  File(std::string file, Use how) : path(std::move(file)), use(how) {}
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void open();
  std::int64_t pragma(const char* sql);  // the one number it answers

  bool knows_asked();  // whether `sweep` has that column, which older programs did not make

  // A transaction is open between the two; it is committed when it is long enough.
  void write();
  void wrote();
  void commit();
  void commit_if_due();

  std::string path;
  Use use;
  sqlite3* database = nullptr;
  std::unique_ptr<Statement> find, put, member;  // made when first needed

 private:
  void execute(const char* sql);
  void open_database();
  void take_lock();
  [[nodiscard]] InputError wrong(const std::string& what) const { return {{path, 0, 0}, "", what}; }
  [[nodiscard]] std::string lock_path() const { return path + ".lock"; }

  int lock_ = -1;
  bool made_lock_ = false;  // this one did
  bool open_transaction_ = false;
  std::int64_t rows_ = 0;
  std::chrono::steady_clock::time_point begun_;
};

// What a member's `parameters` cell says: run key to value. StoreError naming `path` when it is damaged.
std::map<std::string, std::string> parameters_of(const std::string& path, const std::string& cell);

}  // namespace tandem::sweep
