// SPDX-License-Identifier: Apache-2.0
// What the cores that start jobs on one accelerator know in common: a lock around its doorbell, how many jobs
// they have handed over and how many they have seen done. Software's own state, in whatever cache: free.
#pragma once

#include <cstdint>

#include "sim/kernel/systemc.h"

namespace tandem::sim {

class UnitShare {
 public:
  explicit UnitShare(int hosts)
      : hosts_(hosts),
        unlocked_(sc_core::sc_gen_unique_name("unit_unlocked")),
        progress_(sc_core::sc_gen_unique_name("unit_progress")) {}

  [[nodiscard]] bool has_rivals() const { return hosts_ > 1; }

  // Waits in a SystemC thread until no other core holds it; first come, first served.
  void lock() {
    const std::uint32_t turn = next_turn_++;
    while (turn != turn_) sc_core::wait(unlocked_);
  }
  void unlock() {
    ++turn_;
    unlocked_.notify();
  }

  // A job was handed over: the number of jobs that must be done before it is.
  std::uint32_t rung() { return ++rung_; }

  // A core has read how many jobs are done; counts wrap around.
  void saw_done(std::uint32_t jobs) {
    done_ = jobs;
    progress_.notify();
  }
  [[nodiscard]] bool is_done(std::uint32_t ticket) const {
    return static_cast<std::int32_t>(done_ - ticket) >= 0;
  }
  [[nodiscard]] const sc_core::sc_event& progress() const { return progress_; }

 private:
  int hosts_;
  std::uint32_t next_turn_ = 0, turn_ = 0;
  std::uint32_t rung_ = 0, done_ = 0;
  sc_core::sc_event unlocked_, progress_;
};

}  // namespace tandem::sim
