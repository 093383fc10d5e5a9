// SPDX-License-Identifier: Apache-2.0
// The accelerator at fidelity `model`: registers, descriptor fetch, bursts and interrupt are real bus
// traffic; the cycles between them come from accelerator::walk(), the bytes from accelerator::execute().
//
// Modelled: one job runs while the descriptor of one that waits is fetched; three engines play the walk's
// steps under the outstanding limits; a bus error, an abort, a soft reset or the watchdog stops new bursts,
// drains, latches and interrupts, and the next job runs. Ignored: the output appears in memory all at once,
// at the last write response; MAC_ACTIVE leaves out jobs that ended in an error; the watchdog sees a burst
// that arrives only at its last beat; what a wrong descriptor would make the RTL do until it notices (the
// model refuses it at once).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "models/accelerator/cycle_model.h"
#include "models/accelerator/job.h"
#include "sim/components/accelerator.h"
#include "sim/components/accelerator_engines.h"
#include "sim/components/accelerator_registers.h"
#include "sim/kernel/bus_master.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim {

class AcceleratorModel : public sc_core::sc_module, public Accelerator, private AxiTargetBase {
 public:
  // `memory` holds every byte a job may touch: the DRAM controller. Without `values` nothing is computed.
  AcceleratorModel(const sc_core::sc_module_name& name, EventQueue& queue, const accelerator::Array& array,
                   const Clock& clock, accelerator::MemoryView& memory, bool values = true);

  AxiTargetSocket& registers() override { return register_socket_; }
  AxiInitiatorSocket& master() override { return master_.socket; }
  void on_interrupt(std::function<void(bool)> listener) override { interrupt_ = std::move(listener); }
  [[nodiscard]] const accelerator::Array& array() const override { return array_; }
  [[nodiscard]] const Clock& clock() const override { return clock_; }
  [[nodiscard]] AcceleratorCounters counters() const override;
  [[nodiscard]] const BusMasterCounters& traffic() const override { return master_.counters(); }

 private:
  using Failure = AcceleratorRegisters::Failure;
  using Cause = AcceleratorRegisters::Cause;
  enum class State { idle, check, run, drain };

  // The job behind the running one (rtl/accelerator/job_fetch.sv).
  struct Next {
    enum class State { empty, asked, fetching, ready } state = State::empty;
    std::uint64_t address = 0;
    std::array<std::uint8_t, accelerator::kJobBytes> bytes{};
    std::optional<Failure> failure;  // of its fetch: told when it is its turn
  };

  tlm::tlm_sync_enum nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void access(std::uint64_t payload);
  void answer(std::uint64_t payload);
  void act(AcceleratorRegisters::Effect effect);

  void ask_next(std::int64_t cycles);
  void fetch_next(std::uint64_t number);
  void next_arrived(BusStatus status, std::uint64_t number);
  void cancel_next(Cause cause);
  void take_next();
  void refuse(std::uint64_t job_number);

  void job_over();
  void fail(const Failure& failure);
  void abort();
  void soft_reset();
  void drain();
  void tell(std::uint64_t job_number);
  void settle(std::uint64_t);
  void become_idle();

  void arm_watchdog();
  void look_after(std::uint64_t number);

  void update_status();
  [[nodiscard]] Picoseconds after(std::int64_t cycles) const;
  [[nodiscard]] bool fetching() const;
  [[nodiscard]] Cycles busy_so_far() const;

  accelerator::Array array_;
  Clock clock_;
  accelerator::MemoryView& memory_;
  bool values_;
  EventQueue& queue_;
  AxiTargetSocket register_socket_;
  BusMaster master_;
  AcceleratorEngines engines_;
  AcceleratorRegisters registers_;
  std::function<void(bool)> interrupt_;

  State state_ = State::idle;
  std::optional<std::uint64_t> queued_;  // the doorbell's address, until its descriptor is fetched
  Next next_;
  std::uint64_t fetches_ = 0, job_number_ = 0, watches_ = 0;  // which one a timed call belongs to
  std::uint64_t address_ = 0;                                 // of the running job's descriptor
  accelerator::ConvJob job_;
  Failure failure_;
  bool resetting_ = false, told_ = false;
  Picoseconds silent_since_{0};

  bool busy_ = false;
  Picoseconds busy_since_{0};
  bool irq_level_ = false;
  std::int64_t jobs_ = 0;
  Cycles busy_cycles_{0}, mac_active_{0};
  // What the counter registers do not count: up to the last soft reset.
  struct Forgotten {
    std::int64_t read_bytes = 0, beats_sent = 0;
    Cycles busy{0}, mac_active{0};
    AcceleratorEngines::Stalls stalls;
  } forgotten_;
};

}  // namespace tandem::sim
