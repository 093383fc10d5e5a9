// SPDX-License-Identifier: Apache-2.0
#include "sim/components/accelerator_driver.h"

#include <fmt/format.h>

#include <array>

#include "models/core/error.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::sim {

namespace regs = tandem::regs::accelerator;

AcceleratorDriver::AcceleratorDriver(const spec::Platform& platform, InterruptController& interrupts,
                                     const std::vector<UnitShare*>& units, CoreMemory& memory,
                                     const Clock& clock, std::string& waiting_for)
    : platform_(platform),
      interrupts_(interrupts),
      units_(units),
      memory_(memory),
      clock_(clock),
      waiting_for_(waiting_for),
      tickets_(platform.accelerators.size(), 0),
      awaited_(platform.accelerators.size(), 0) {}

void AcceleratorDriver::wait_for_room(std::uint32_t unit, bool polls) {
  waiting_for_ = fmt::format("room in the job queue of accelerator{}", unit);
  units_[unit]->lock();
  if (tickets_[unit] == 0) write_register(unit, regs::kControlOffset, regs::kControlIrqEnableMask);
  while ((read_register(unit, regs::kStatusOffset) & regs::kStatusQueueFullMask) != 0) {
    check(unit);
    if (polls) {
      memory_.spend(platform_.runtime.poll_interval);
      continue;
    }
    // The queue frees with a finished job; its interrupt stays up until it is acknowledged.
    wait_for_interrupt(unit);
    write_register(unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
    // Whoever else waits for that job has missed its interrupt.
    if (units_[unit]->has_rivals()) units_[unit]->saw_done(read_register(unit, regs::kJobsDoneOffset));
  }
  waiting_for_.clear();
}

void AcceleratorDriver::ring(std::uint32_t unit, std::uint64_t job) {
  write_register(unit, regs::kDoorbellHiOffset, static_cast<std::uint32_t>(job >> 32));
  write_register(unit, regs::kDoorbellLoOffset, static_cast<std::uint32_t>(job));
  tickets_[unit] = units_[unit]->rung();
  units_[unit]->unlock();
}

void AcceleratorDriver::wait_for_jobs(std::uint32_t unit, bool polls) {
  if (!polls) return sleep(unit);
  units_[unit]->has_rivals() ? poll_beside_rivals(unit) : poll(unit);
}

// Until the interrupt is up, or another core has taken it.
void AcceleratorDriver::wait_for_interrupt(std::uint32_t unit) {
  if (interrupts_.pending(unit)) return;
  if (units_[unit]->has_rivals()) {
    wait(interrupts_.raised(unit) | units_[unit]->progress());
  } else {
    wait(interrupts_.raised(unit));
  }
}

void AcceleratorDriver::sleep(std::uint32_t unit) {
  waiting_for_ = fmt::format("the interrupt of accelerator{}", unit);
  UnitShare& share = *units_[unit];
  // Where nothing was started since, nobody's count ends the wait.
  const bool started = tickets_[unit] != awaited_[unit];
  while (!started || !share.is_done(tickets_[unit])) {
    wait_for_interrupt(unit);
    if (!interrupts_.pending(unit)) continue;  // a rival has taken it
    check(unit);
    write_register(unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
    share.saw_done(read_register(unit, regs::kJobsDoneOffset));
  }
  awaited_[unit] = tickets_[unit];
  waiting_for_.clear();
}

// The interrupt line is masked; STATUS says when all jobs are over.
void AcceleratorDriver::poll(std::uint32_t unit) {
  waiting_for_ = fmt::format("accelerator{} to be idle", unit);
  while ((read_register(unit, regs::kStatusOffset) & regs::kStatusBusyMask) != 0)
    memory_.spend(platform_.runtime.poll_interval);
  check(unit);
  write_register(unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
  const std::uint32_t done = read_register(unit, regs::kJobsDoneOffset);
  std::uint32_t& awaited = awaited_[unit];
  if (done != tickets_[unit] || done == awaited) {
    throw SimulationError(fmt::format(
        "deadlock at {:.3f} us: accelerator{} is idle, with {} of {} jobs done and {} before this wait",
        to_microseconds(now()), unit, done, tickets_[unit], awaited));
  }
  awaited = done;
  waiting_for_.clear();
}

// Others may keep it busy for ever: the count of jobs done decides.
void AcceleratorDriver::poll_beside_rivals(std::uint32_t unit) {
  UnitShare& share = *units_[unit];
  waiting_for_ = fmt::format("its jobs on accelerator{}", unit);
  for (;;) {
    check(unit);
    share.saw_done(read_register(unit, regs::kJobsDoneOffset));
    if (share.is_done(tickets_[unit])) break;
    memory_.spend(platform_.runtime.poll_interval);
  }
  write_register(unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
  waiting_for_.clear();
}

void AcceleratorDriver::check(std::uint32_t unit) {
  if ((read_register(unit, regs::kIrqStatusOffset) & regs::kIrqStatusErrorMask) == 0) return;
  const std::uint32_t info = read_register(unit, regs::kErrorInfoOffset);
  const std::uint64_t address = read_register(unit, regs::kErrorAddrLoOffset) |
                                (std::uint64_t{read_register(unit, regs::kErrorAddrHiOffset)} << 32);
  const std::uint32_t response = (info & regs::kErrorInfoResponseMask) >> regs::kErrorInfoResponseShift;
  const std::uint32_t engine = (info & regs::kErrorInfoEngineMask) >> regs::kErrorInfoEngineShift;
  constexpr std::array kEngines = {"descriptor", "features", "weights", "quantisation table", "output"};
  throw SimulationError(fmt::format(
      "accelerator{} reports {} at address {:#x} (engine {}: {}), seen at {:.3f} us", unit,
      response == 3   ? "DECERR"
      : response == 2 ? "SLVERR"
                      : "a refused job",
      address, engine, engine < kEngines.size() ? kEngines[engine] : "?", to_microseconds(now())));
}

std::uint32_t AcceleratorDriver::read_register(std::uint32_t unit, std::uint32_t offset) {
  std::uint32_t value = 0;
  memory_.spend(clock_.time(Cycles(platform_.runtime.register_access_cycles)));
  memory_.transfer(BusCommand::read, platform_.accelerators[unit].registers + offset,
                   reinterpret_cast<std::uint8_t*>(&value), sizeof value);
  return value;
}

void AcceleratorDriver::write_register(std::uint32_t unit, std::uint32_t offset, std::uint32_t value) {
  memory_.spend(clock_.time(Cycles(platform_.runtime.register_access_cycles)));
  memory_.transfer(BusCommand::write, platform_.accelerators[unit].registers + offset,
                   reinterpret_cast<std::uint8_t*>(&value), sizeof value);
}

}  // namespace tandem::sim
