// SPDX-License-Identifier: Apache-2.0
// What a core does to have jobs run by accelerators: registers over the bus, interrupts or polling, errors.
// Calls block the core's process. Several cores may give jobs to one accelerator: its queue keeps their
// order, each waits for the count of jobs done that its own last job brings about.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/spec/platform.h"
#include "sim/components/core_memory.h"
#include "sim/components/interrupt_controller.h"
#include "sim/components/unit_share.h"

namespace tandem::sim {

class AcceleratorDriver {
 public:
  // `clock` is the core's, whatever it becomes; `waiting_for` says what the core waits for, if anything.
  AcceleratorDriver(const spec::Platform& platform, InterruptController& interrupts,
                    const std::vector<UnitShare*>& units, CoreMemory& memory, const Clock& clock,
                    std::string& waiting_for);

  // Until the unit has room for another job; then ring() hands it over.
  // Nobody else hands one over between the two.
  void wait_for_room(std::uint32_t unit, bool polls);
  void ring(std::uint32_t unit, std::uint64_t job);
  // Until the unit has done every job this core gave it. SimulationError with what the unit reports.
  void wait_for_jobs(std::uint32_t unit, bool polls);

 private:
  void sleep(std::uint32_t unit);
  void poll(std::uint32_t unit);
  void poll_beside_rivals(std::uint32_t unit);
  void wait_for_interrupt(std::uint32_t unit);
  void check(std::uint32_t unit);
  std::uint32_t read_register(std::uint32_t unit, std::uint32_t offset);
  void write_register(std::uint32_t unit, std::uint32_t offset, std::uint32_t value);

  const spec::Platform& platform_;
  InterruptController& interrupts_;
  const std::vector<UnitShare*>& units_;
  CoreMemory& memory_;
  const Clock& clock_;
  std::string& waiting_for_;
  std::vector<std::uint32_t> tickets_;  // by unit: jobs done when this core's last one is; 0: it gave none
  std::vector<std::uint32_t> awaited_;  // and how many were at the end of its last wait
};

}  // namespace tandem::sim
