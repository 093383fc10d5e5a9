// SPDX-License-Identifier: Apache-2.0
// Plays the steps of accelerator::walk() on a bus master, as its contract says: a read, a compute and a write
// engine, each taking its steps in order, one burst issued a cycle, the next step's behind the last step's,
// steps waiting for the steps they name. Everything falls on the clock's grid.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "models/accelerator/cycle_model.h"
#include "sim/kernel/bus_master.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim {

class AcceleratorEngines {
 public:
  using Failed = std::function<void(const accelerator::Burst&, bool write, BusStatus)>;

  AcceleratorEngines(EventQueue& queue, BusMaster& master, const Clock& clock)
      : queue_(queue), master_(master), clock_(clock) {}

  // `done` once every step is; `failed` at every burst that ends in an error (the caller stops the engines
  // then).
  void play(std::vector<accelerator::Step> steps, std::function<void()> done, Failed failed);

  // No new burst and no further step; `drained` when nothing is outstanding any more, perhaps at once.
  void stop(std::function<void()> drained);

 private:
  using Kind = accelerator::Step::Engine;
  struct Engine {
    std::vector<std::int32_t> steps;  // its own, in order
    std::size_t next = 0;             // position of the step that begins or issues next
    bool computing = false;
    std::size_t issued = 0;  // bursts of that step
    int outstanding = 0;
    bool issue_asked = false;
    Picoseconds next_issue{0};  // one address a cycle
  };

  Engine& engine(Kind kind) { return engines_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] int outstanding() const;
  void start_ready(Kind kind);
  void issue(std::uint64_t play_and_kind);
  void answered(std::uint64_t step_and_burst, BusStatus status);
  void computed(std::uint64_t play);
  void step_done(std::size_t index);

  EventQueue& queue_;
  BusMaster& master_;
  Clock clock_;
  std::vector<accelerator::Step> steps_;
  std::vector<std::int32_t> missing_;               // steps of `after` not done, by step
  std::vector<std::size_t> unanswered_;             // bursts without a response, by step
  std::vector<std::vector<std::int32_t>> unlocks_;  // the steps that wait for this one
  std::array<Engine, 3> engines_;
  std::size_t steps_left_ = 0;
  std::uint64_t play_ = 0;  // which play() a timed call belongs to
  bool stopped_ = true;
  std::function<void()> done_, drained_;
  Failed failed_;
};

}  // namespace tandem::sim
