// SPDX-License-Identifier: Apache-2.0
// A thin layer over SQLite: errors as StoreError, statements prepared once.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace tandem::sweep {

[[noreturn]] void throw_store_error(const std::string& path, sqlite3* database, int code);

class Statement {
 public:
  Statement(sqlite3* database, const std::string& path, const char* sql);
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, const std::string& text);
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind_null(int index);
  bool step();  // true: a row is there
  void run();   // step to the end, reset
  void reset();
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] double real(int column) const { return sqlite3_column_double(statement_, column); }
  [[nodiscard]] bool is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }

 private:
  sqlite3* database_;
  std::string path_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace tandem::sweep
