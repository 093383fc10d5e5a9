// SPDX-License-Identifier: Apache-2.0
// The store keeps what was flushed, refuses what is no store, and opens again after a full disk.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "dse/sweep/store.h"
#include "models/core/error.h"
#include "tests/unit/sweep_bench.h"

namespace tandem::sweep {
namespace {

Outcome good(double value) {
  Outcome outcome;
  outcome.metrics = write_metrics({{"latency_ms", value}});
  return outcome;
}
Outcome failed(const std::string& failure) {
  Outcome outcome;
  outcome.status = Outcome::Status::failed;
  outcome.failure = failure;
  outcome.reason = "because, \"so\"\nit was";
  return outcome;
}

TEST(SweepStore, KeepsResultsAndTriesTheHostsFailuresAgain) {
  const test::Folder folder;
  const std::string path = folder.file("s.db");
  {
    Store store(path, Store::Use::write);
    store.put("a", good(1.5), {"code", "content"});
    store.put("b", failed("check"), {"code", "content"});
    store.put("c", failed("timeout"), {"code", "content"});
    store.put("d", failed("memory"), {"code", "content"});
  }
  Store store(path, Store::Use::read);
  EXPECT_EQ(store.points(), 4);
  EXPECT_EQ(store.find("a")->metrics.at("latency_ms"), 1.5);
  EXPECT_EQ(store.find("b")->failure, "check");
  EXPECT_FALSE(store.find("c"));
  EXPECT_FALSE(store.find("d"));
  EXPECT_FALSE(store.find("e"));
}

TEST(SweepStore, ExportsMembersInOrderWithoutTimes) {
  const test::Folder folder;
  Store store(folder.file("s.db"), Store::Use::write);
  store.put("a", good(0.1), {"code", "content"});
  store.put("b", failed("check"), {"code", "content"});
  store.begin_sweep({"zz", "definition", "zz.toml"});
  store.add_member("zz", 0, {"tile", "b", {{"images", "2"}}});
  store.begin_sweep({"yy", "definition", "yy"});
  store.add_member("yy", 0, {"", "a", {{"network", "tiny"}}});
  store.add_member("yy", 1, {"", "unknown", {{"network", "a,b"}}});
  const std::string expected =
      "sweep,sequence,level,images,network,status,failure,reason,latency_ms\n"
      "yy,0,,,tiny,ok,,,0.1\n"
      "yy,1,,,\"a,b\",open,,,\n"
      "zz,0,tile,2,,failed,check,\"because, \"\"so\"\" it was\",\n";
  EXPECT_EQ(store.csv(), expected);
  store.begin_sweep({"yy", "another", "yy"});
  EXPECT_EQ(store.csv().find("yy,0"), std::string::npos) << "a sweep begins anew";
}

std::string refusal(const std::string& path, Store::Use use) {
  try {
    const Store store(path, use);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(SweepStore, RefusesWhatIsNoStore) {
  const test::Folder folder;
  EXPECT_NE(refusal(folder.file("none.db"), Store::Use::read).find("none.db: does not exist"),
            std::string::npos);
  const std::string text = folder.write("text.db", std::string(5000, 'x'));
  EXPECT_NE(refusal(text, Store::Use::write).find("is no store of sweeps"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(text + ".lock"))
      << "nothing is left beside a file that is none of ours";
  EXPECT_NE(refusal(folder.file("no/such/folder.db"), Store::Use::write).find("cannot be opened"),
            std::string::npos);
}

TEST(SweepStore, IsOneSweepsAtATimeButOthersMayRead) {
  const test::Folder folder;
  const std::string path = folder.file("s.db");
  Store first(path, Store::Use::write);
  first.put("a", good(1), {"code", "content"});
  first.flush();
  EXPECT_NE(refusal(path, Store::Use::write).find("is locked by another sweep"), std::string::npos);
  EXPECT_EQ(Store(path, Store::Use::read).points(), 1);
}

TEST(SweepStore, KnowsHowASweepWasAskedForButTakesAnOlderProgramsStore) {
  const test::Folder folder;
  const std::string path = folder.file("s.db");
  Store(path, Store::Use::write).begin_sweep({"s", "definition", "./s.toml"});
  EXPECT_EQ(Store(path, Store::Use::read).sweeps().at(0).asked, "./s.toml");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "ALTER TABLE sweep DROP COLUMN asked", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  EXPECT_EQ(Store(path, Store::Use::read).sweeps().at(0).asked, "");
  Store store(path, Store::Use::write);
  EXPECT_EQ(store.sweeps().at(0).text, "definition");
  store.begin_sweep({"s", "definition", "./s.toml"});
  EXPECT_EQ(store.sweeps().at(0).asked, "./s.toml");
}

TEST(SweepStore, WhatIsWrittenIsCommittedWithinASecondThoughNothingFollows) {
  const test::Folder folder;
  const std::string path = folder.file("s.db");
  Store store(path, Store::Use::write);
  store.put("a", good(1), {"code", "content"});
  store.tick();
  EXPECT_EQ(Store(path, Store::Use::read).points(), 0) << "not one transaction a row";
  usleep(600'000);
  store.tick();
  EXPECT_EQ(Store(path, Store::Use::read).points(), 1);
}

// A file that may not grow stands for a disk that is full.
TEST(SweepStore, AFullDiskEndsWithAMessageAndAStoreThatOpens) {
  const test::Folder folder;
  const std::string path = folder.file("s.db");
  {
    Store store(path, Store::Use::write);
    for (int i = 0; i < 100; ++i) store.put("early" + std::to_string(i), good(i), {"code", "content"});
  }
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{200'000, 200'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string said = "no error";
    try {
      Store store(path, Store::Use::write);
      for (int i = 0; i < 200000; ++i) store.put("late" + std::to_string(i), good(i), {"code", "content"});
      store.flush();
    } catch (const StoreError& error) {
      said = error.what();
    }
    const ssize_t written = write(ends[1], said.data(), said.size());
    _exit(written < 0 ? 1 : 0);
  }
  close(ends[1]);
  std::string said(4096, '\0');
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(ends[0], said.data(), said.size()))));
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_NE(said.find("start the same sweep again, it goes on where it stopped"), std::string::npos) << said;
  Store store(path, Store::Use::write);
  EXPECT_GE(store.points(), 100);
  EXPECT_EQ(store.find("early99")->metrics.at("latency_ms"), 99);
  store.put("after", good(1), {"code", "content"});
  store.flush();
  EXPECT_TRUE(store.find("after"));
}

TEST(SweepStore, ADamagedMemberIsSaidNotThrownAbout) {
  for (const char* cell : {"", "{", "[1]", "{\"images\":2}", "null"}) {
    const test::Folder folder;
    const std::string path = folder.file("s.db");
    {
      Store store(path, Store::Use::write);
      store.begin_sweep({"s", "definition", "s"});
      store.add_member("s", 0, {"", "a", {{"images", "2"}}});
    }
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    const std::string change = std::string("UPDATE member SET parameters='") + cell + "'";
    ASSERT_EQ(sqlite3_exec(database, change.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    Store store(path, Store::Use::read);
    EXPECT_THROW(static_cast<void>(store.csv()), StoreError) << cell;
    EXPECT_THROW(static_cast<void>(store.members("s")), StoreError) << cell;
  }
}

}  // namespace
}  // namespace tandem::sweep
