// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/store_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

namespace tandem::sweep {

namespace {

constexpr int kApplication = 0x544e444d;  // "TNDM"
constexpr std::int64_t kRowsATransaction = 10000;
constexpr auto kTransaction = std::chrono::milliseconds(500);  // twice that with the wait for a tick

constexpr const char* kSchema = R"(
CREATE TABLE point(
  id       TEXT PRIMARY KEY,  -- hash of everything that determines the result
  failure  TEXT,              -- null: it succeeded
  reason   TEXT,
  log      TEXT,              -- the end of what a failed point wrote to stderr
  metrics  TEXT,              -- JSON object of numbers
  code     TEXT NOT NULL,     -- hash of the program's sources
  content  TEXT NOT NULL,     -- what the id was made of
  attempts INTEGER NOT NULL,
  wall_s   REAL NOT NULL,     -- of this machine, as all below
  finished TEXT NOT NULL      -- UTC
) WITHOUT ROWID;
CREATE TABLE sweep(
  name       TEXT PRIMARY KEY,
  definition TEXT NOT NULL,   -- the sweep file's text
  asked      TEXT NOT NULL DEFAULT ''  -- what the program was given: a name or a path
) WITHOUT ROWID;
CREATE TABLE member(
  sweep      TEXT NOT NULL,
  sequence   INTEGER NOT NULL,  -- the sweep's order, from 0
  level      TEXT NOT NULL,     -- of the ladder: empty, tile, rtl
  point      TEXT NOT NULL,     -- its id
  parameters TEXT NOT NULL,     -- JSON object: run key to value
  PRIMARY KEY(sweep, sequence)
) WITHOUT ROWID;
)";

}  // namespace

Store::File::~File() {
  find.reset();
  put.reset();
  member.reset();
  sqlite3_close(database);
  if (lock_ >= 0) close(lock_);
}

void Store::File::execute(const char* sql) {
  const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_store_error(path, database, code);
}

std::int64_t Store::File::pragma(const char* sql) {
  Statement statement(database, path, sql);
  return statement.step() ? statement.integer(0) : 0;
}

bool Store::File::knows_asked() {
  return pragma("SELECT count(*) FROM pragma_table_info('sweep') WHERE name='asked'") > 0;
}

// One sweep at a time writes. A killed one's children hold on for a moment.
void Store::File::take_lock() {
  made_lock_ = !std::filesystem::exists(lock_path());
  lock_ = ::open(lock_path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) throw wrong("cannot be opened; give a file in a folder that exists and can be written");
  for (int tries = 0; flock(lock_, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (tries == 20) throw wrong("is locked by another sweep; wait for it, or give another store");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

// What is refused keeps no lock beside it that was not there before.
void Store::File::open() {
  if (use == Use::read) {
    if (!std::filesystem::exists(path)) throw wrong("does not exist; give the store of a sweep");
    return open_database();
  }
  take_lock();
  try {
    open_database();
  } catch (const InputError&) {
    if (made_lock_) unlink(lock_path().c_str());
    throw;
  }
}

void Store::File::open_database() {
  const int flags = use == Use::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
  int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  if (code != SQLITE_OK) throw_store_error(path, database, code);
  sqlite3_busy_timeout(database, 3000);
  const std::int64_t tables = pragma("SELECT count(*) FROM sqlite_master");
  if (tables == 0) {
    if (use == Use::read) throw wrong("is no store of sweeps; give another file");
    execute("PRAGMA journal_mode=WAL");
    execute("BEGIN IMMEDIATE");
    execute(kSchema);
    execute(fmt::format("PRAGMA application_id={}", kApplication).c_str());
    execute(fmt::format("PRAGMA user_version={}", kStoreFormat).c_str());
    execute("COMMIT");
  }
  if (pragma("PRAGMA application_id") != kApplication)
    throw wrong("is no store of sweeps; give another file");
  const std::int64_t format = pragma("PRAGMA user_version");
  if (format != kStoreFormat) {
    throw wrong(
        fmt::format("has format {}, this program reads {}; give another store", format, kStoreFormat));
  }
  if (use == Use::write && !knows_asked())
    execute("ALTER TABLE sweep ADD COLUMN asked TEXT NOT NULL DEFAULT ''");
  // A power cut may cost the last seconds, a crash of the program nothing.
  execute("PRAGMA synchronous=NORMAL");
}

void Store::File::write() {
  if (open_transaction_) return;
  execute("BEGIN IMMEDIATE");
  open_transaction_ = true;
  rows_ = 0;
  begun_ = std::chrono::steady_clock::now();
}

void Store::File::wrote() {
  if (++rows_ >= kRowsATransaction) commit();
  commit_if_due();
}

void Store::File::commit_if_due() {
  if (open_transaction_ && std::chrono::steady_clock::now() - begun_ > kTransaction) commit();
}

void Store::File::commit() {
  if (!open_transaction_) return;
  execute("COMMIT");
  open_transaction_ = false;
}

std::map<std::string, std::string> parameters_of(const std::string& path, const std::string& cell) {
  const nlohmann::json json = nlohmann::json::parse(cell, nullptr, false);
  std::map<std::string, std::string> parameters;
  bool whole = json.is_object();
  if (whole) {
    for (const auto& [key, value] : json.items()) {
      whole = whole && value.is_string();
      if (value.is_string()) parameters[key] = value.get<std::string>();
    }
  }
  if (!whole)
    throw StoreError(path +
                     ": the parameters of a member are damaged; restore the file, or give another store");
  return parameters;
}

}  // namespace tandem::sweep
