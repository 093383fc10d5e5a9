// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "dse/sweep/expression.h"
#include "dse/sweep/sqlite.h"
#include "models/core/error.h"

namespace tandem::sweep {

using Json = nlohmann::json;  // keys in alphabetical order

namespace {

constexpr int kApplication = 0x544e444d;  // "TNDM"
constexpr std::int64_t kRowsATransaction = 10000;
constexpr auto kTransaction = std::chrono::seconds(1);

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
  definition TEXT NOT NULL    -- the sweep file's text
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

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

// What a member's `parameters` cell says: run key to value.
std::map<std::string, std::string> parameters_of(const std::string& path, const std::string& cell) {
  const Json json = Json::parse(cell, nullptr, false);
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

// One of several lines would tear a table.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

}  // namespace

std::string write_metrics(const Metrics& metrics) { return Json(metrics).dump(); }
Metrics read_metrics(const std::string& json) {
  const Json parsed = Json::parse(json, nullptr, false);
  Metrics metrics;
  if (!parsed.is_object()) return metrics;
  for (const auto& [name, value] : parsed.items()) {
    if (value.is_number()) metrics[name] = value.get<double>();
  }
  return metrics;
}

struct Store::Handle {
  std::string path;
  Use use;
  sqlite3* database = nullptr;
  int lock = -1;
  bool open_transaction = false;
  std::int64_t rows = 0;
  std::chrono::steady_clock::time_point begun;
  std::unique_ptr<Statement> find, put, member, forget, sweep;

  Handle(std::string file, Use how) : path(std::move(file)), use(how) {}
  ~Handle() {
    find.reset();
    put.reset();
    member.reset();
    forget.reset();
    sweep.reset();
    sqlite3_close(database);
    if (lock >= 0) close(lock);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void execute(const char* sql) {
    const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw_store_error(path, database, code);
  }
  [[nodiscard]] InputError wrong(const std::string& what) const { return {{path, 0, 0}, "--store", what}; }
  std::int64_t pragma(const char* sql) {
    Statement statement(database, path, sql);
    return statement.step() ? statement.integer(0) : 0;
  }

  // One sweep at a time writes. A killed one's children hold on for a moment.
  void take_lock() {
    lock = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0) throw wrong("cannot be opened; give a file in a folder that exists and can be written");
    for (int tries = 0; flock(lock, LOCK_EX | LOCK_NB) != 0; ++tries) {
      if (tries == 20) throw wrong("is locked by another sweep; wait for it, or give another store");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  void open() {
    if (use == Use::read && !std::filesystem::exists(path))
      throw wrong("does not exist; give the store of a sweep");
    if (use == Use::write) take_lock();
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
    // A power cut may cost the last seconds, a crash of the program nothing.
    execute("PRAGMA synchronous=NORMAL");
  }

  void write() {
    if (open_transaction) return;
    execute("BEGIN IMMEDIATE");
    open_transaction = true;
    rows = 0;
    begun = std::chrono::steady_clock::now();
  }
  void wrote() {
    if (++rows >= kRowsATransaction || std::chrono::steady_clock::now() - begun > kTransaction) commit();
  }
  void commit() {
    if (!open_transaction) return;
    execute("COMMIT");
    open_transaction = false;
  }
};

Store::Store(std::string path, Use use) : handle_(std::make_unique<Handle>(std::move(path), use)) {
  handle_->open();
}

Store::~Store() {
  try {
    handle_->commit();
  } catch (const StoreError&) {
    // Who cared has flushed; what was not committed is computed again.
  }
}

std::optional<Stored> Store::find(const std::string& id) {
  Handle& h = *handle_;
  if (!h.find)
    h.find = std::make_unique<Statement>(h.database, h.path,
                                         "SELECT failure, reason, metrics FROM point WHERE id=?1");
  h.find->bind(1, id);
  std::optional<Stored> stored;
  if (h.find->step()) {
    stored.emplace();
    stored->ok = h.find->is_null(0);
    stored->failure = h.find->text(0);
    stored->reason = h.find->text(1);
    stored->metrics = read_metrics(h.find->text(2));
  }
  h.find->reset();
  if (stored && is_of_the_host(stored->failure)) return std::nullopt;
  return stored;
}

void Store::put(const std::string& id, const Outcome& outcome, const Provenance& provenance) {
  Handle& h = *handle_;
  h.write();
  if (!h.put) {
    h.put = std::make_unique<Statement>(
        h.database, h.path,
        "INSERT OR REPLACE INTO point(id, failure, reason, log, metrics, code, content, "
        "attempts, wall_s, finished) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  }
  h.put->bind(1, id);
  if (outcome.status == Outcome::Status::ok) {
    h.put->bind_null(2).bind_null(3).bind_null(4).bind(5, outcome.metrics);
  } else {
    h.put->bind(2, outcome.failure).bind(3, outcome.reason).bind(4, outcome.log).bind_null(5);
  }
  h.put->bind(6, provenance.code).bind(7, provenance.content).bind(8, std::int64_t{outcome.attempts});
  h.put->bind(9, outcome.wall_s).bind(10, now_utc());
  h.put->run();
  h.wrote();
}

void Store::begin_sweep(const std::string& name, const std::string& definition) {
  Handle& h = *handle_;
  h.write();
  Statement(h.database, h.path, "DELETE FROM member WHERE sweep=?1").bind(1, name).run();
  Statement(h.database, h.path, "INSERT OR REPLACE INTO sweep(name, definition) VALUES(?1, ?2)")
      .bind(1, name)
      .bind(2, definition)
      .run();
  h.commit();
}

void Store::add_member(const std::string& sweep, std::int64_t sequence, const Member& member) {
  Handle& h = *handle_;
  h.write();
  if (!h.member) {
    h.member = std::make_unique<Statement>(h.database, h.path,
                                           "INSERT OR REPLACE INTO member(sweep, sequence, level, point, "
                                           "parameters) VALUES(?1, ?2, ?3, ?4, ?5)");
  }
  h.member->bind(1, sweep).bind(2, sequence).bind(3, member.level).bind(4, member.point);
  h.member->bind(5, Json(member.parameters).dump(-1, ' ', false, Json::error_handler_t::replace)).run();
  h.wrote();
}

void Store::flush() { handle_->commit(); }

std::int64_t Store::points() { return handle_->pragma("SELECT count(*) FROM point"); }

std::string Store::csv() {
  Handle& h = *handle_;
  constexpr const char* kRows =
      "SELECT m.sweep, m.sequence, m.level, m.parameters, p.failure, p.reason, p.metrics, p.id FROM member m "
      "LEFT JOIN point p ON p.id = m.point ORDER BY m.sweep, m.sequence";
  std::set<std::string> parameters, metrics;
  for (Statement row(h.database, h.path, kRows); row.step();) {
    for (const auto& [name, value] : parameters_of(h.path, row.text(3))) parameters.insert(name);
    for (const auto& [name, value] : read_metrics(row.text(6))) metrics.insert(name);
  }
  std::string csv = "sweep,sequence,level";
  const auto field = [&csv](const std::string& text) {
    csv += ',';
    csv += csv_field(text);
  };
  for (const std::string& name : parameters) field(name);
  csv += ",status,failure,reason";
  for (const std::string& name : metrics) field(name);
  csv += '\n';
  for (Statement row(h.database, h.path, kRows); row.step();) {
    csv += fmt::format("{},{},{}", csv_field(row.text(0)), row.integer(1), row.text(2));
    const std::map<std::string, std::string> own = parameters_of(h.path, row.text(3));
    for (const std::string& name : parameters) {
      const auto found = own.find(name);
      field(found == own.end() ? "" : found->second);
    }
    const bool known = !row.is_null(7);
    const bool ok = known && row.is_null(4);
    csv += fmt::format(",{},{},{}",
                       !known ? "open"
                       : ok   ? "ok"
                              : "failed",
                       row.text(4), csv_field(one_line(row.text(5))));
    const Metrics values = read_metrics(row.text(6));
    for (const std::string& name : metrics) {
      const auto found = values.find(name);
      field(found == values.end() ? "" : text_of(found->second));
    }
    csv += '\n';
  }
  return csv;
}

std::vector<std::pair<std::string, std::string>> Store::sweeps() {
  std::vector<std::pair<std::string, std::string>> all;
  for (Statement row(handle_->database, handle_->path, "SELECT name, definition FROM sweep ORDER BY name");
       row.step();)
    all.emplace_back(row.text(0), row.text(1));
  return all;
}

std::vector<Member> Store::members(const std::string& sweep) {
  std::vector<Member> all;
  Statement row(handle_->database, handle_->path,
                "SELECT level, point, parameters FROM member WHERE sweep=?1 ORDER BY sequence");
  for (row.bind(1, sweep); row.step();) {
    all.push_back({row.text(0), row.text(1), parameters_of(handle_->path, row.text(2))});
  }
  return all;
}

std::map<std::string, Outcome> Store::outcomes() {
  Handle& h = *handle_;
  h.commit();
  std::map<std::string, Outcome> all;
  Statement row(h.database, h.path, "SELECT id, failure, reason, log, metrics, attempts, wall_s FROM point");
  while (row.step()) {
    Outcome& one = all[row.text(0)];
    one.status = row.is_null(1) ? Outcome::Status::ok : Outcome::Status::failed;
    one.failure = row.text(1);
    one.reason = row.text(2);
    one.log = row.text(3);
    one.metrics = row.text(4);
    one.attempts = static_cast<int>(row.integer(5));
    one.wall_s = row.real(6);
  }
  return all;
}

}  // namespace tandem::sweep
