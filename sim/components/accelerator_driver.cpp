// SPDX-License-Identifier: Apache-2.0
#include "sim/components/accelerator_driver.h"

#include <fmt/format.h>

#include "models/core/error.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::sim {

namespace regs = tandem::regs::accelerator;

AcceleratorDriver::AcceleratorDriver(const spec::Platform& platform, InterruptController& interrupts,
                                     CoreMemory& memory, const Clock& clock, std::string& waiting_for)
    : platform_(platform),
      interrupts_(interrupts),
      memory_(memory),
      clock_(clock),
      waiting_for_(waiting_for),
      doorbells_(platform.accelerators.size(), 0),
      polled_(platform.accelerators.size(), 0) {}

void AcceleratorDriver::wait_for_room(std::uint32_t unit, bool polls) {
  if (doorbells_[unit] == 0) write_register(unit, regs::kControlOffset, regs::kControlIrqEnableMask);
  waiting_for_ = fmt::format("room in the job queue of accelerator{}", unit);
  while ((read_register(unit, regs::kStatusOffset) & regs::kStatusQueueFullMask) != 0) {
    check(unit);
    if (polls) {
      memory_.spend(platform_.runtime.poll_interval);
      continue;
    }
    // The queue frees with a finished job; its interrupt stays up until it is acknowledged.
    if (!interrupts_.pending(unit)) wait(interrupts_.raised(unit));
    write_register(unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
  }
  waiting_for_.clear();
}

void AcceleratorDriver::ring(std::uint32_t unit, std::uint64_t job) {
  write_register(unit, regs::kDoorbellHiOffset, static_cast<std::uint32_t>(job >> 32));
  write_register(unit, regs::kDoorbellLoOffset, static_cast<std::uint32_t>(job));
  ++doorbells_[unit];
}

void AcceleratorDriver::wait_for_jobs(std::uint32_t unit, bool polls) { polls ? poll(unit) : sleep(unit); }

void AcceleratorDriver::sleep(std::uint32_t unit) {
  waiting_for_ = fmt::format("the interrupt of accelerator{}", unit);
  for (;;) {
    if (!interrupts_.pending(unit)) wait(interrupts_.raised(unit));
    check(unit);
    write_register(unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
    if (read_register(unit, regs::kJobsDoneOffset) == doorbells_[unit]) break;
  }
  waiting_for_.clear();
}

// The interrupt line is masked; STATUS says when all jobs are over.
void AcceleratorDriver::poll(std::uint32_t unit) {
  while ((read_register(unit, regs::kStatusOffset) & regs::kStatusBusyMask) != 0)
    memory_.spend(platform_.runtime.poll_interval);
  check(unit);
  write_register(unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
  const std::uint32_t done = read_register(unit, regs::kJobsDoneOffset);
  std::uint32_t& polled = polled_[unit];
  if (done != doorbells_[unit] || done == polled) {
    throw SimulationError(fmt::format(
        "deadlock at {:.3f} us: accelerator{} is idle, with {} of {} jobs done and {} before this wait",
        to_microseconds(now()), unit, done, doorbells_[unit], polled));
  }
  polled = done;
}

void AcceleratorDriver::check(std::uint32_t unit) {
  if ((read_register(unit, regs::kIrqStatusOffset) & regs::kIrqStatusErrorMask) == 0) return;
  const std::uint32_t info = read_register(unit, regs::kErrorInfoOffset);
  const std::uint64_t address = read_register(unit, regs::kErrorAddrLoOffset) |
                                (std::uint64_t{read_register(unit, regs::kErrorAddrHiOffset)} << 32);
  const std::uint32_t response = (info & regs::kErrorInfoResponseMask) >> regs::kErrorInfoResponseShift;
  throw SimulationError(fmt::format("accelerator{} reports {} at address {:#x} (engine {})", unit,
                                    response == 3   ? "DECERR"
                                    : response == 2 ? "SLVERR"
                                                    : "a refused job",
                                    address,
                                    (info & regs::kErrorInfoEngineMask) >> regs::kErrorInfoEngineShift));
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
