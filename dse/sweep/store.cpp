// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/store.h"

#include <ctime>
#include <nlohmann/json.hpp>

#include "dse/sweep/store_file.h"

namespace tandem::sweep {

using Json = nlohmann::json;  // keys in alphabetical order

namespace {

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
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

std::string parameter_value(const std::string& toml) {
  const bool quoted = toml.size() >= 2 && toml.front() == '"' && toml.back() == '"';
  return quoted && toml.find('\\') == std::string::npos ? toml.substr(1, toml.size() - 2) : toml;
}

Store::Store(std::string path, Use use) : file_(std::make_unique<File>(std::move(path), use)) {
  file_->open();
}

Store::~Store() {
  try {
    file_->commit();
  } catch (const std::exception&) {
    // Who cared has flushed; what was not committed is computed again.
  }
}

std::optional<Stored> Store::find(const std::string& id) {
  File& h = *file_;
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
  File& h = *file_;
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

void Store::begin_sweep(const StoredDefinition& sweep) {
  File& h = *file_;
  h.write();
  Statement(h.database, h.path, "DELETE FROM member WHERE sweep=?1").bind(1, sweep.name).run();
  Statement(h.database, h.path, "INSERT OR REPLACE INTO sweep(name, definition, asked) VALUES(?1, ?2, ?3)")
      .bind(1, sweep.name)
      .bind(2, sweep.text)
      .bind(3, sweep.asked)
      .run();
  h.commit();
}

void Store::add_member(const std::string& sweep, std::int64_t sequence, const Member& member) {
  File& h = *file_;
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

void Store::flush() { file_->commit(); }

void Store::tick() { file_->commit_if_due(); }

std::int64_t Store::points() { return file_->pragma("SELECT count(*) FROM point"); }

std::vector<StoredDefinition> Store::sweeps() {
  std::vector<StoredDefinition> all;
  const std::string asked = file_->knows_asked() ? "asked" : "''";
  for (Statement row(file_->database, file_->path,
                     ("SELECT name, definition, " + asked + " FROM sweep ORDER BY name").c_str());
       row.step();)
    all.push_back({row.text(0), row.text(1), row.text(2)});
  return all;
}

std::vector<Member> Store::members(const std::string& sweep) {
  std::vector<Member> all;
  Statement row(file_->database, file_->path,
                "SELECT level, point, parameters FROM member WHERE sweep=?1 ORDER BY sequence");
  for (row.bind(1, sweep); row.step();) {
    all.push_back({row.text(0), row.text(1), parameters_of(file_->path, row.text(2))});
  }
  return all;
}

std::map<std::string, Outcome> Store::outcomes() {
  File& h = *file_;
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
