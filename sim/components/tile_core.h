// SPDX-License-Identifier: Apache-2.0
// A core at fidelity `tile`: fetches its commands from simulated memory and executes each. A share of a layer
// is the steps of its kernel, cut into slices; a slice loads what misses the cluster's cache, computes for
// the cycles of the step's work, then stores.
//
// Modelled: the sequential streams of a core hold a fixed number of bytes in flight; loads add to compute,
// stores drain behind it; register accesses and maintenance by range. Ignored: instruction fetch of the
// kernels, L1, TLBs.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "models/cpu/coherent_caches.h"
#include "models/lowering/kernel_steps.h"
#include "models/lowering/program.h"
#include "models/spec/platform.h"
#include "sim/components/barrier.h"
#include "sim/components/core_host.h"
#include "sim/components/interrupt_controller.h"
#include "sim/kernel/bus_master.h"

namespace tandem::sim {

// What a core shares with others; all outlive it.
struct CoreSurroundings {
  const spec::Platform& platform;
  const network::Model& model;
  const lowering::Program& program;
  cpu::CoherentCaches& caches;
  const std::vector<BusMaster*>& ports;  // by cluster
  InterruptController& interrupts;       // line = accelerator index
  Barrier& barrier;
  CoreHost& host;
};

class TileCore : public sc_core::sc_module {
 public:
  TileCore(const sc_core::sc_module_name& name, const CoreSurroundings& surroundings,
           const lowering::CoreProgram& program, std::size_t point);  // index of the operating point

  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const std::string& waiting_for() const {
    return waiting_for_;
  }  // for the message of a deadlock

 private:
  SC_HAS_PROCESS(TileCore);
  void run();
  void execute(const lowering::Command& command);
  lowering::Command fetch();

  void compute(const lowering::Command& command);
  void run_step(std::uint32_t layer, const lowering::KernelStep& step);
  const std::vector<cpu::CacheBurst>& bursts_of(const std::vector<lowering::AddressRange>& ranges,
                                                std::int64_t slice, std::int64_t slices, bool write);
  void clean(const lowering::Command& command);
  void invalidate(const lowering::Command& command);
  void start_accelerator(const lowering::Command& command);
  void wait_accelerator(const lowering::Command& command);
  void poll_accelerator(const lowering::Command& command);
  void change_point(const lowering::Command& command);
  void check_accelerator(std::uint32_t unit);

  std::uint32_t read_register(std::uint32_t unit, std::uint32_t offset);
  void write_register(std::uint32_t unit, std::uint32_t offset, std::uint32_t value);

  // Plays bursts with at most so many bytes in flight; returns when all loads are done.
  void stream(const std::vector<cpu::CacheBurst>& bursts, std::int64_t bytes_in_flight);
  void issue_more();
  void drain_stores();
  void transfer(BusCommand command, std::uint64_t address, std::uint8_t* data, std::uint32_t bytes);
  void spend(Cycles cycles);
  void spend(Picoseconds time);
  void end_rest(std::uint64_t);
  void note(std::uint32_t layer, Activity activity, Picoseconds begin);

  CoreSurroundings around_;
  lowering::CoreProgram program_;
  const spec::Cluster& cluster_;
  std::size_t first_point_, point_;  // of the run, of now
  Clock clock_;
  BusMaster& port_;

  std::uint64_t next_command_ = 0;
  std::uint64_t buffered_ = ~std::uint64_t{0};  // address of the commands in buffer_
  std::vector<std::uint8_t> buffer_;
  std::uint32_t rounds_ = 0;
  std::vector<std::uint32_t> doorbells_;  // by accelerator: jobs started by this core
  std::vector<std::uint32_t> polled_;     // and of them, done at the end of the last polling wait

  std::deque<cpu::CacheBurst> queued_;
  std::vector<cpu::CacheBurst> bursts_;  // of the slice at hand
  std::int64_t stream_limit_ = 0;
  std::int64_t bytes_in_flight_ = 0;
  std::int64_t loads_ = 0, stores_ = 0;  // issued and not done
  sc_core::sc_event progress_;
  bool rested_ = true;  // what spend() waits for is over
  bool stopped_ = false;
  std::string waiting_for_;
};

}  // namespace tandem::sim
