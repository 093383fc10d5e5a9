// SPDX-License-Identifier: Apache-2.0
// A core at fidelity `tile`: fetches its commands from simulated memory and executes each. A share of a layer
// is the steps of its kernel, cut into slices; a slice loads what misses the cluster's cache, computes for
// the cycles of the step's work, then stores.
//
// Modelled: loads add to compute, stores drain behind it; kernels are handed to the threads one after the
// other; maintenance by range. Ignored: instruction fetch of the kernels; see also core_memory.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/cpu/coherent_caches.h"
#include "models/lowering/kernel_steps.h"
#include "models/lowering/program.h"
#include "models/spec/platform.h"
#include "sim/components/accelerator_driver.h"
#include "sim/components/core_host.h"
#include "sim/components/core_memory.h"
#include "sim/components/interrupt_controller.h"
#include "sim/components/stage_line.h"
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
  const std::vector<UnitShare*>& units;  // likewise
  StageLine& line;
  CoreHost& host;
  std::int64_t quantum;  // bytes of a kernel's data in a slice
};

class TileCore : public sc_core::sc_module {
 public:
  TileCore(const sc_core::sc_module_name& name, const CoreSurroundings& surroundings,
           const lowering::CoreProgram& program, std::size_t point);  // index of the operating point

  // For the message of a deadlock: what it waits for, empty when for nothing.
  [[nodiscard]] std::string waiting_for() const {
    return waiting_for_.empty() ? memory_.waiting_for() : waiting_for_;
  }
  // Whether it can do nothing by itself: it is over, in a wait, perhaps polling, or waits for the bus.
  [[nodiscard]] bool stuck() const { return stopped_ || !waiting_for_.empty() || memory_.waits_for_bus(); }
  // Commands begun, and what memory has answered outside of waits: stands still while it is stuck.
  [[nodiscard]] std::int64_t moves() const {
    return (commands_ << 32) + (waiting_for_.empty() ? memory_.moves() : 0);
  }

 private:
  SC_HAS_PROCESS(TileCore);
  void run();
  void execute(const lowering::Command& command);
  lowering::Command fetch();

  void compute(const lowering::Command& command);
  void run_step(std::uint32_t layer, const lowering::KernelStep& step);
  enum class Access { read, write, scattered_write };
  const std::vector<cpu::CacheBurst>& bursts_of(const std::vector<lowering::AddressRange>& ranges,
                                                std::int64_t slice, std::int64_t slices, Access access);
  void await_stage(const lowering::Command& command);
  void post_stage(const lowering::Command& command);
  void load_chain(const lowering::Command& command);
  void copy(const lowering::Command& command);
  void clean(const lowering::Command& command);
  void invalidate(const lowering::Command& command);
  void change_point(const lowering::Command& command);
  void spend(Cycles cycles);
  void note(std::uint32_t layer, Activity activity, Picoseconds begin);

  CoreSurroundings around_;
  lowering::CoreProgram program_;
  const spec::Cluster& cluster_;
  std::size_t first_point_, point_;  // of the run, of now
  Clock clock_;
  CoreMemory memory_;
  AcceleratorDriver driver_;

  std::uint64_t next_command_ = 0;
  std::int64_t commands_ = 0;                   // begun
  std::uint64_t buffered_ = ~std::uint64_t{0};  // address of the commands in buffer_
  std::vector<std::uint8_t> buffer_;
  std::uint32_t rounds_ = 0;
  std::uint32_t posted_ = 0;    // images, of a stage's host
  Picoseconds stage_begin_{0};  // of the image at hand: since when nothing but its own work keeps the stage
  std::vector<cpu::CacheBurst> bursts_;  // of the slice at hand
  bool stopped_ = false;
  std::string waiting_for_;
};

}  // namespace tandem::sim
