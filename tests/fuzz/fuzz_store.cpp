// SPDX-License-Identifier: Apache-2.0
// A sweep's store, damaged: any bytes as its file, or any text in its cells. Only InputError and StoreError
// may come out. The first byte chooses: 'f', the rest is the file; 'c', the rest is what stands in the cells,
// line by line.
#include <sqlite3.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "dse/sweep/store.h"
#include "models/core/error.h"

namespace {

namespace fs = std::filesystem;
using tandem::sweep::Store;

const std::string& folder() {
  static const std::string made = [] {
    std::string path = (fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path().string()) +
                       std::string("/tandem-fuzz-XXXXXX");
    if (mkdtemp(path.data()) == nullptr) std::abort();
    static std::string kept = path;
    std::atexit([] { fs::remove_all(kept); });
    return path;
  }();
  return made;
}

void read_all(const std::string& path, Store::Use use) {
  try {
    Store store(path, use);
    static_cast<void>(store.points());
    static_cast<void>(store.find("a"));
    for (const auto& sweep : store.sweeps()) static_cast<void>(store.members(sweep.name));
    static_cast<void>(store.outcomes());
    static_cast<void>(store.csv());
    if (use == Store::Use::write) {
      store.begin_sweep({"s", "d", "s"});
      store.add_member("s", 0, {"", "a", {{"images", "1"}}});
      store.flush();
    }
  } catch (const tandem::InputError& error) {
    if (error.problems().empty()) std::abort();
  } catch (const tandem::sweep::StoreError&) {
  }
}

void fill_cells(const std::string& path, const std::string& text) {
  { Store made(path, Store::Use::write); }
  std::vector<std::string> cells;
  std::istringstream lines(text);
  for (std::string line; cells.size() < 8 && std::getline(lines, line);) cells.push_back(line);
  cells.resize(8);
  sqlite3* database = nullptr;
  if (sqlite3_open(path.c_str(), &database) != SQLITE_OK) std::abort();
  const auto put = [&](const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) std::abort();
    for (int i = 0; i < sqlite3_bind_parameter_count(statement); ++i) {
      const std::string& cell = cells[static_cast<std::size_t>(i)];
      if (cell != "NULL")
        sqlite3_bind_text(statement, i + 1, cell.data(), static_cast<int>(cell.size()), SQLITE_TRANSIENT);
    }
    sqlite3_step(statement);
    sqlite3_finalize(statement);
  };
  put("INSERT INTO point VALUES('a', ?1, ?2, ?3, ?4, 'c', 'c', ?5, ?6, 't')");
  put("INSERT INTO sweep VALUES('s', ?2)");
  put("INSERT INTO member VALUES('s', ?5, ?7, 'a', ?8)");
  sqlite3_close(database);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string path = folder() + "/store.db";
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"}) fs::remove(path + suffix);
  if (data[0] == 'c') {
    fill_cells(path, rest);
  } else {
    std::ofstream(path, std::ios::binary) << rest;
  }
  read_all(path, Store::Use::read);
  read_all(path, Store::Use::write);
  return 0;
}
