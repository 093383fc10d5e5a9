// SPDX-License-Identifier: Apache-2.0
// A point that crashes, hangs, eats memory or fails costs itself only.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "dse/sweep/runner.h"
#include "models/core/error.h"
#include "models/memory/backing_store.h"

namespace tandem::sweep {
namespace {

std::string work(std::size_t i) {
  switch (i) {
    case 3:
      std::fprintf(stderr, "about to fall\n");
      std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would turn it into an exit code
      raise(SIGSEGV);
      break;
    case 5:
      while (true) pause();
    case 7:
      throw CheckError("the output is wrong");
    case 8:
      throw SimulationError("deadlock");
    case 9:
      throw InputError({"f.toml", 1, 2}, "key", "is wrong");
    case 11:
      _exit(5);
    default:
      break;
  }
  return "result " + std::to_string(i);
}

std::map<std::size_t, Outcome> run(int workers, int batch, std::size_t count = 14) {
  RunnerOptions options;
  options.workers = workers;
  options.batch = batch;
  options.limits.timeout = Picoseconds(std::int64_t{300} * 1'000'000'000);
  std::map<std::size_t, Outcome> outcomes;
  run_points(
      count, options, work,
      [&](std::size_t i, Outcome outcome) {
        EXPECT_TRUE(outcomes.emplace(i, std::move(outcome)).second) << i;
      },
      [] {});
  EXPECT_EQ(outcomes.size(), count);
  return outcomes;
}

TEST(SweepRunner, EveryFailureIsItsOwnPointsOnly) {
  for (const auto& [workers, batch] : std::vector<std::pair<int, int>>{{1, 1}, {1, 14}, {2, 4}, {4, 1}}) {
    SCOPED_TRACE(std::to_string(workers) + " workers, batches of " + std::to_string(batch));
    const auto outcomes = run(workers, batch);
    const std::map<std::size_t, std::string> failures = {{3, "crash"},      {5, "timeout"}, {7, "check"},
                                                         {8, "simulation"}, {9, "input"},   {11, "crash"}};
    for (const auto& [i, outcome] : outcomes) {
      const auto failure = failures.find(i);
      EXPECT_EQ(outcome.status == Outcome::Status::failed, failure != failures.end()) << i;
      EXPECT_EQ(outcome.failure, failure != failures.end() ? failure->second : "") << i;
      EXPECT_EQ(outcome.metrics, failure != failures.end() ? "" : "result " + std::to_string(i));
    }
    EXPECT_EQ(outcomes.at(3).reason, "ended with signal 11 (Segmentation fault)");
    EXPECT_EQ(outcomes.at(3).attempts, 2);
    EXPECT_NE(outcomes.at(3).log.find("about to fall"), std::string::npos);
    EXPECT_EQ(outcomes.at(5).reason, "took longer than 0.3 s");
    EXPECT_EQ(outcomes.at(5).attempts, 2);
    EXPECT_EQ(outcomes.at(7).reason, "the output is wrong");
    EXPECT_EQ(outcomes.at(9).reason, "f.toml:1:2: key: is wrong");
    EXPECT_EQ(outcomes.at(11).reason, "ended with exit code 5 and no result");
  }
}

#if !defined(__SANITIZE_ADDRESS__)  // it needs more address space than any limit
TEST(SweepRunner, TooMuchMemoryIsAReason) {
  RunnerOptions options;
  options.limits.memory = Bytes(std::int64_t{512} << 20);
  std::vector<std::string> failures(3);
  run_points(
      3, options, [](std::size_t i) { return std::string(i == 1 ? std::size_t{1} << 30 : 1, 'x'); },
      [&](std::size_t i, const Outcome& outcome) { failures[i] = outcome.failure + outcome.reason; }, [] {});
  EXPECT_EQ(failures, (std::vector<std::string>{"", "memoryneeds more than 512 MiB", ""}));
}

// A platform's memory may be larger than the limit; only what a run uses of it counts.
TEST(SweepRunner, AReservationThatIsNotTouchedCountsForNothing) {
  RunnerOptions options;
  options.limits.memory = Bytes(std::int64_t{512} << 20);
  std::vector<std::string> said(2);
  run_points(
      2, options,
      [](std::size_t i) {
        memory::BackingStore store(std::uint64_t{16} << 30);
        *store.at((std::uint64_t{15} << 30) - 1, 2) = 3;
        if (i == 1) *store.at(std::uint64_t{1} << 30, std::uint64_t{1} << 30) = 5;
        return std::to_string(*store.at((std::uint64_t{15} << 30) - 1, 1));
      },
      [&](std::size_t i, const Outcome& outcome) { said[i] = outcome.metrics + outcome.failure; }, [] {});
  EXPECT_EQ(said, (std::vector<std::string>{"3", "memory"}));
}
#endif

TEST(SweepRunner, LargeResultsArriveWhole) {
  RunnerOptions options;
  options.workers = 2;
  options.batch = 3;
  std::vector<std::size_t> sizes(6, 0);
  run_points(
      6, options, [](std::size_t i) { return std::string(i * 300'000, 'x'); },
      [&](std::size_t i, const Outcome& outcome) { sizes[i] = outcome.metrics.size(); }, [] {});
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_EQ(sizes[i], i * 300'000);
}

// Its last point is answered, only its end is not seen: something it started keeps the pipe open.
TEST(SweepRunner, AChildThatIsDoneIsTimedNoMoreAndHangsNothing) {
  RunnerOptions options;
  options.workers = 2;
  options.batch = 2;
  options.limits.timeout = Picoseconds(std::int64_t{100} * 1'000'000'000);
  std::map<std::size_t, Outcome> outcomes;
  run_points(
      4, options,
      [](std::size_t i) {
        if (i == 1 && fork() == 0) {
          // It keeps the child's pipe, but not the output that the test's caller waits for.
          close(STDOUT_FILENO);
          close(STDERR_FILENO);
          sleep(20);
          _exit(0);
        }
        return std::to_string(i);
      },
      [&](std::size_t i, Outcome outcome) {
        EXPECT_TRUE(outcomes.emplace(i, std::move(outcome)).second) << i;
      },
      [] {});
  ASSERT_EQ(outcomes.size(), 4U);
  for (const auto& [i, outcome] : outcomes) EXPECT_EQ(outcome.metrics, std::to_string(i));
}

TEST(SweepRunner, WhatATickThrowsEndsTheChildren) {
  RunnerOptions options;
  options.workers = 2;
  EXPECT_THROW(run_points(
                   8, options, [](std::size_t) { return pause() == 0 ? "" : "woken"; },
                   [](std::size_t, const Outcome&) {}, [] { throw std::runtime_error("stopped"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace tandem::sweep
