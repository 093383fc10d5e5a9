// SPDX-License-Identifier: Apache-2.0
// What a core does to have jobs run by accelerators: registers over the bus, interrupts or polling, errors.
// Calls block the core's process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/spec/platform.h"
#include "sim/components/core_memory.h"
#include "sim/components/interrupt_controller.h"

namespace tandem::sim {

class AcceleratorDriver {
 public:
  // `clock` is the core's, whatever it becomes; `waiting_for` says what the core waits for, if anything.
  AcceleratorDriver(const spec::Platform& platform, InterruptController& interrupts, CoreMemory& memory,
                    const Clock& clock, std::string& waiting_for);

  // Until the unit has room for another job; then ring() hands it over.
  void wait_for_room(std::uint32_t unit, bool polls);
  void ring(std::uint32_t unit, std::uint64_t job);
  // Until the unit has done every job this core gave it. SimulationError with what the unit reports.
  void wait_for_jobs(std::uint32_t unit, bool polls);

 private:
  void sleep(std::uint32_t unit);
  void poll(std::uint32_t unit);
  void check(std::uint32_t unit);
  std::uint32_t read_register(std::uint32_t unit, std::uint32_t offset);
  void write_register(std::uint32_t unit, std::uint32_t offset, std::uint32_t value);

  const spec::Platform& platform_;
  InterruptController& interrupts_;
  CoreMemory& memory_;
  const Clock& clock_;
  std::string& waiting_for_;
  std::vector<std::uint32_t> doorbells_;  // by unit: jobs started by this core
  std::vector<std::uint32_t> polled_;     // and of them, done at the end of the last polling wait
};

}  // namespace tandem::sim
