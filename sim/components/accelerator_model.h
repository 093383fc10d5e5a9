// SPDX-License-Identifier: Apache-2.0
// The accelerator at fidelity `model`: registers, descriptor fetch, bursts and interrupt are real bus
// traffic; the cycles between them come from accelerator::walk(), the bytes from accelerator::execute().
//
// Modelled: one job runs and one waits; three engines play the walk's steps under the outstanding limits; a
// bus error stops new bursts, drains, latches and interrupts; soft reset. Ignored: the stall counters read 0,
// and the output appears in memory all at once, at the last write response.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

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
  // `memory` holds every byte a job may touch: the DRAM controller.
  AcceleratorModel(const sc_core::sc_module_name& name, EventQueue& queue, const accelerator::Array& array,
                   const Clock& clock, accelerator::MemoryView& memory);

  AxiTargetSocket& registers() override { return register_socket_; }
  AxiInitiatorSocket& master() override { return master_.socket; }
  void on_interrupt(std::function<void(bool)> listener) override { interrupt_ = std::move(listener); }
  [[nodiscard]] const accelerator::Array& array() const override { return array_; }
  [[nodiscard]] const Clock& clock() const override { return clock_; }
  [[nodiscard]] AcceleratorCounters counters() const override;
  [[nodiscard]] const BusMasterCounters& traffic() const override { return master_.counters(); }

 private:
  enum class State { idle, fetch, run, drain };

  tlm::tlm_sync_enum nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void access(std::uint64_t payload);
  void answer(std::uint64_t payload);
  void start_next(std::uint64_t);
  void fetch(std::uint64_t number);
  void descriptor_arrived(BusStatus status);
  void refuse(std::uint64_t number);
  void job_over();
  void fail(std::uint32_t engine, std::uint32_t response, std::uint64_t address);
  void soft_reset();
  void finish_drain();
  void settle(std::uint64_t);
  void become_idle();
  void update_status();
  [[nodiscard]] Picoseconds after(std::int64_t cycles) const;
  [[nodiscard]] std::uint32_t engine_of(const accelerator::Burst& burst, bool write) const;

  accelerator::Array array_;
  Clock clock_;
  accelerator::MemoryView& memory_;
  EventQueue& queue_;
  AxiTargetSocket register_socket_;
  BusMaster master_;
  AcceleratorEngines engines_;
  AcceleratorRegisters registers_;
  std::function<void(bool)> interrupt_;

  State state_ = State::idle;
  bool fetching_ = false;  // the descriptor's burst is on the bus
  std::uint64_t fetches_ = 0;
  bool resetting_ = false;
  std::vector<std::uint64_t> waiting_;  // descriptor addresses: at most one
  std::uint64_t address_ = 0;
  std::array<std::uint8_t, accelerator::kJobBytes> descriptor_{};
  accelerator::ConvJob job_;
  Picoseconds started_{0};
  bool irq_level_ = false;
  std::int64_t jobs_ = 0;
  Cycles busy_{0}, mac_active_{0};
  std::array<std::int64_t, 2> cleared_{};  // read and written bytes at the last soft reset
  std::uint32_t fail_engine_ = 0, fail_response_ = 0;
  std::uint64_t fail_address_ = 0;
};

}  // namespace tandem::sim
