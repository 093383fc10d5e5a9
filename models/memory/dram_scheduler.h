// SPDX-License-Identifier: Apache-2.0
// Which access a DRAM channel serves next: first ready, first come (FR-FCFS), with an age limit so that row
// hits cannot starve anybody; writes are collected and drained between two marks; banks are opened ahead for
// waiting accesses while the data bus is busy; refresh comes every tREFI. It serves runs: consecutive column
// accesses of one request in one row, at most SchedulerSpec::run_bytes long, which is also the grain of
// fairness. Where columns of one bank group must keep more distance than the data bus needs, runs of
// different groups take turns access by access. Plain C++: the caller brings the time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/memory/dram.h"

namespace tandem::memory {

// Sizes of an ordinary controller (64-entry queues, as in the Arm CoreLink DMC-400 class); no SoC here
// publishes its own.
struct SchedulerSpec {
  int read_queue = 64;  // column accesses
  int write_queue = 64;
  int write_high = 48;  // start draining writes though reads wait
  int write_low = 16;   // stop draining when reads wait
  // Over twice what a full queue takes on the slowest part, 64 bursts of 15 ns: being busy alone makes nobody
  // old.
  Picoseconds age_limit{2'000'000};
  int forced_gap =
      32;  // column accesses between two rows closed for age: when everything is old, hits still pay
  int run_bytes = 256;
};

struct Run {
  std::uint64_t token = 0;  // the caller's
  Access access = Access::read;
  Bank bank{};
  Row row{};
  int accesses = 1;
  Picoseconds arrival{0};
};

class DramScheduler {
 public:
  DramScheduler(const DramSpec& dram, const SchedulerSpec& spec);

  struct Served {
    Run run;
    Interval data;  // from the run's first to its last
  };

  [[nodiscard]] bool has_room(Access access, int accesses) const;  // an empty queue takes any length
  // Room is taken when a request is accepted, its runs come when it has passed the controller's pipeline.
  void reserve(Access access, int accesses);
  void push(const Run& run);

  // What to do at `now`: opens banks, and serves what may go now. The answer is a run that is served in full.
  std::optional<Served> step(Picoseconds now);
  // When to step again; nullopt: when something is pushed.
  [[nodiscard]] std::optional<Picoseconds> next() const { return next_; }

  [[nodiscard]] const DramChannel& channel() const { return channel_; }
  [[nodiscard]] bool empty() const { return queues_[0].empty() && queues_[1].empty(); }

 private:
  void refresh_if_due(Picoseconds now);
  void choose_direction();
  // Opens banks up to `horizon`, soonest first: one booked further ahead would hold back, by tRRD and tFAW,
  // others that can open before it. The answer is when the next one can.
  std::optional<Picoseconds> open_banks(Picoseconds now, Picoseconds horizon);
  void close_banks(Picoseconds now);
  [[nodiscard]] bool is_old(const Run& run, Picoseconds now) const {
    return now - run.arrival > spec_.age_limit;
  }

  struct Waiting {
    Run run;
    int left = 0;               // accesses
    Picoseconds data_begin{0};  // once some have been served
    bool opened = false;        // a row was opened for it
  };
  [[nodiscard]] bool another_group_is_ready(const Waiting& than, const std::vector<Waiting>& queue) const;

  DramSpec dram_;
  SchedulerSpec spec_;
  DramChannel channel_;
  std::vector<Waiting> queues_[2];  // by Access, oldest first
  int reserved_[2] = {0, 0};        // column accesses
  bool draining_ = false;           // writes go though reads wait, until `writes_owed_` have gone
  int writes_owed_ = 0, reads_owed_ = 0;
  int since_forced_;  // column accesses since a row was closed for age
  Access direction_ = Access::read;
  Picoseconds next_refresh_;
  Picoseconds blocked_until_{0};  // by a refresh
  std::optional<Picoseconds> next_;
};

}  // namespace tandem::memory
