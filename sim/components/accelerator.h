// SPDX-License-Identifier: Apache-2.0
// What every accelerator is to the platform, at fidelity `model` as at `rtl`: a register block on the bus, a
// master on the bus, an interrupt line, counters. It is started by writing its registers over the bus and in
// no other way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "models/accelerator/array.h"
#include "models/core/quantity.h"
#include "sim/components/interconnect.h"
#include "sim/kernel/axi_protocol.h"
#include "sim/kernel/bus_request.h"

namespace tandem::sim {

// Totals since the start. `busy` runs from a job's doorbell (or the end of the job before) to its interrupt.
struct AcceleratorCounters {
  std::int64_t jobs = 0;    // finished, without those that ended in an error
  std::int64_t errors = 0;  // error responses its master got
  Cycles busy{0};
  Cycles mac_active{0};                // cycles in which the array stepped
  std::uint64_t evaluated_cycles = 0;  // of the Verilated RTL; 0 for the model
};

class Accelerator {
 public:
  virtual ~Accelerator() = default;

  virtual AxiTargetSocket& registers() = 0;  // AXI4-Lite: 32-bit accesses, offsets of accelerator_registers.h
  virtual AxiInitiatorSocket& master() = 0;  // AXI4
  // Level interrupt. Called at the time the level changes; at most one listener, set before the simulation
  // starts.
  virtual void on_interrupt(std::function<void(bool level)> listener) = 0;

  // To the ports of `bus` for its master and for its registers.
  virtual void connect(Interconnect& bus, std::size_t master_port, std::size_t target_port) {
    master().bind(bus.master_port(master_port));
    bus.target_port(target_port).bind(registers());
  }

  [[nodiscard]] virtual const accelerator::Array& array() const = 0;
  [[nodiscard]] virtual const Clock& clock() const = 0;
  [[nodiscard]] virtual AcceleratorCounters counters() const = 0;
  [[nodiscard]] virtual const BusMasterCounters& traffic() const = 0;
};

}  // namespace tandem::sim
