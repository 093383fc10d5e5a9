// SPDX-License-Identifier: Apache-2.0
// Carries a sweep out: asks the strategy for points, the store for what is known, a backend for the rest,
// climbs the ladder, and answers. What it does next depends on results alone, never on their order or on the
// hour, so a sweep that was killed and started again ends with the same members as one that was not.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dse/sweep/answers.h"
#include "dse/sweep/identity.h"
#include "dse/sweep/runner.h"
#include "dse/sweep/space.h"
#include "dse/sweep/store.h"

namespace tandem::sweep {

// A point to compute.
struct Job {
  std::string id;
  std::vector<std::string> assignments;
  Provenance provenance;
};

// Computes all jobs and calls done(index, outcome) for each, in any order, and `tick` while it waits, on this
// machine at least twice a second. What they throw ends it.
class Backend {
 public:
  virtual ~Backend() = default;
  using Done = std::function<void(std::size_t, Outcome)>;
  using Tick = std::function<void()>;
  virtual void compute(const std::vector<Job>& jobs, const std::string& level, const Done& done,
                       const Tick& tick) = 0;
};

// Who is told how it goes, and may end it with an exception.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void stage(const std::string& what,
                     std::size_t points) = 0;  // begins: so many points are asked for
  // One of them is there. `best`: the first objective's best so far, as the file means it.
  virtual void point(bool computed, bool ok, const std::string& best) = 0;
  virtual void tick() = 0;  // while nothing happens
};

// One objective of a promoted point at two levels.
struct Agreement {
  double below = 0, here = 0;  // as the file means it
  [[nodiscard]] double percent() const { return below != 0 ? 100 * (here / below - 1) : 0; }
};
struct Promoted {
  Evaluated result;
  bool on_front = false;             // of the level below; else beside it
  std::vector<Agreement> agreement;  // by objective; empty where one of the levels failed
};
struct Step {
  std::string level;
  std::vector<Promoted> points;
  Answers answers;  // of these points, at this level
};
struct Group {
  Point fixed;
  std::vector<Evaluated> points;
  Answers answers;
  std::vector<Step> ladder;
};
struct Failure {
  Point point;
  std::string level, failure, reason;
};
struct SweepResult {
  std::size_t points = 0, computed = 0, known = 0, failed = 0;
  std::vector<Group> groups;
  std::vector<Failure> failures;
};

// The keys that raise a run to a level of the ladder.
std::vector<std::string> level_assignments(const std::string& level);

// `identity` is the sweep's base's.
SweepResult conduct(const Sweep& sweep, Identity& identity, Store& store, Backend& backend, Watcher& watcher);

}  // namespace tandem::sweep
