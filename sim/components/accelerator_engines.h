// SPDX-License-Identifier: Apache-2.0
// Plays the steps of accelerator::walk() on a bus master, as its contract says. Everything falls on the
// clock's grid. Between the accelerator's pins and the bus lies a cycle each way, as for the RTL: a read is
// offered at the end of its address's cycle, a write at the end of its last beat's, and what the bus delivers
// by an edge is on the pins in the cycle behind it. All calls out come at the end of such a cycle.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "models/accelerator/cycle_model.h"
#include "sim/kernel/bus_master.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim {

class AcceleratorEngines {
 public:
  using Failed = std::function<void(const accelerator::Burst&, BusStatus)>;
  struct Stalls {  // how long the array has waited, as the counter registers tell it apart
    Cycles feature{0}, weight{0}, output{0};
  };

  AcceleratorEngines(EventQueue& queue, BusMaster& master, const Clock& clock)
      : queue_(queue), master_(master), clock_(clock) {}

  // Begins the walk now. `done` once every step is; `failed` at every burst that ends in an error (the caller
  // stops the engines then).
  void play(std::vector<accelerator::Step> steps, std::function<void()> done, Failed failed);

  // One burst beside the walk, among its reads: a descriptor. One at a time.
  void read_beside(std::uint64_t address, std::uint32_t bytes, std::uint8_t* data,
                   std::function<void(BusStatus)> done);

  // No new burst and no further step; a read beside that is not on the bus yet is forgotten. `drained` when
  // nothing is outstanding any more, perhaps at once.
  void stop(std::function<void()> drained);

  [[nodiscard]] const Stalls& stalls() const { return stalls_; }
  [[nodiscard]] std::int64_t beats_sent() const { return beats_sent_; }
  // The latest moment at which a beat moved or the array was at work; now, while either is so.
  [[nodiscard]] Picoseconds last_progress() const;
  // The engine that the array waits for, as ERROR_INFO names it.
  [[nodiscard]] accelerator::Stream waits_for() const;

 private:
  using Kind = accelerator::Step::Engine;
  struct Engine {
    std::vector<std::int32_t> steps;  // its own, in order
    std::size_t next = 0;             // position of the step that begins or issues next
    std::size_t issued = 0;           // bursts of that step
    bool asked = false;               // for the call at which it begins
    bool busy = false;                // computing, or sending a burst
    int outstanding = 0;
    Picoseconds free{0};  // it begins no sooner
  };
  struct Progress {                 // of a step
    std::int32_t missing = 0;       // steps that it waits for
    std::uint32_t unanswered = 0;   // bursts
    std::uint32_t tables = 0;       // of them those of the quantisation table
    Picoseconds begin{0}, done{0};  // it begins no sooner; it was done
    std::vector<std::int32_t> unlocks, unlocks_when_sent;
  };
  struct Beside {
    enum class State { none, asked, flying } state = State::none;
    BusRequest request;
    std::function<void(BusStatus)> done;
  };

  Engine& engine(Kind kind) { return engines_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const Engine& engine(Kind kind) const { return engines_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] Picoseconds edge() const { return align_up(now(), clock_.period()); }
  void start_ready(Kind kind);
  void begin(std::uint64_t play_and_kind);
  void compute(std::size_t index);
  void computed(std::uint64_t play);
  void send(std::size_t index);
  void sent(std::uint64_t index);
  void offer(Kind kind, std::size_t index);
  void arrived(std::uint64_t step_and_status);
  void step_done(std::size_t index);
  void unlock(const std::vector<std::int32_t>& steps);
  void start_all();
  void count_stall(std::size_t index);
  void start_beside();
  void offer_beside(std::uint64_t number);
  void beside_arrived(std::uint64_t status);
  void tell_drained();

  EventQueue& queue_;
  BusMaster& master_;
  Clock clock_;
  std::vector<accelerator::Step> steps_;
  std::vector<Progress> progress_;
  std::array<Engine, 3> engines_;
  std::size_t steps_left_ = 0;
  std::uint64_t play_ = 0;  // which play() a timed call belongs to
  bool stopped_ = true;
  Picoseconds last_progress_{0};
  Picoseconds array_until_{0};  // the step begun last computes; also when the engines are stopped meanwhile
  Stalls stalls_;
  std::int64_t beats_sent_ = 0;
  Beside beside_;
  std::uint64_t besides_ = 0;
  std::function<void()> done_, drained_;
  Failed failed_;
};

}  // namespace tandem::sim
