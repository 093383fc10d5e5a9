// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/sqlite.h"

#include "dse/sweep/store.h"
#include "models/core/error.h"

namespace tandem::sweep {

void throw_store_error(const std::string& path, sqlite3* database, int code) {
  const std::string said = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  const char* const again = "start the same sweep again, it goes on where it stopped";
  const auto wrong_file = [&](const std::string& what) { return InputError({path, 0, 0}, "", what); };
  switch (code & 0xff) {
    case SQLITE_FULL:
      throw StoreError(path + ": the disk is full; make room and " + again);
    case SQLITE_IOERR:
      throw StoreError(path + ": cannot be read or written (" + said + "), is the disk full? Then " + again);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw wrong_file("is locked by another program; wait for it, or give another store");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      throw wrong_file("is no store of sweeps (" + said + "); give another");
    case SQLITE_CANTOPEN:
      throw wrong_file("cannot be opened; give a file in a folder that exists");
    case SQLITE_READONLY:
      throw wrong_file("cannot be written; give another store");
    default:
      throw StoreError(path + ": " + said);
  }
}

Statement::Statement(sqlite3* database, const std::string& path, const char* sql)
    : database_(database), path_(path) {
  const int code = sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr);
  if (code != SQLITE_OK) throw_store_error(path_, database_, code);
}

Statement& Statement::bind(int index, const std::string& text) {
  sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  sqlite3_bind_double(statement_, index, value);
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(statement_, index);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3_reset(statement_);
  throw_store_error(path_, database_, code);
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() { sqlite3_reset(statement_); }

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

}  // namespace tandem::sweep
