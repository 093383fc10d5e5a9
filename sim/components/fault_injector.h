// SPDX-License-Identifier: Apache-2.0
// Does to the machine what a run's faults say. The interconnect asks it about every answer, the interrupt
// controller about every interrupt; it counts, decides and notes what it did. Without faults nobody asks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/spec/fault.h"
#include "sim/kernel/bus_request.h"

namespace tandem::sim {

// What becomes of the answer to a burst.
struct Disturbance {
  bool answered = true;
  BusStatus status = BusStatus::okay;        // okay: the target's own
  std::int32_t beat = BusAnswer::kAllBeats;  // of the burst, that has the status
  Picoseconds delay{0};
};

class FaultInjector {
 public:
  // The masters' ports are the clusters, then the accelerators, as on the machine's interconnect.
  FaultInjector(std::vector<spec::Fault> faults, const spec::Platform& platform);

  [[nodiscard]] bool empty() const { return faults_.empty(); }
  // `master` is answered `beats` beats. Only answers of memory are slowed down.
  Disturbance answer(std::uint32_t master, BusCommand command, std::uint64_t address, std::int64_t beats,
                     bool from_memory, Picoseconds now);
  // An accelerator has raised its interrupt; true: nobody gets to know.
  bool loses_interrupt(std::size_t accelerator, Picoseconds now);

  [[nodiscard]] std::vector<spec::FaultResult> results() const { return results_; }
  [[nodiscard]] std::string injected() const;  // "; injected: ..." for messages; empty before the first

 private:
  void happened(std::size_t fault, Picoseconds now, std::uint64_t address);

  static constexpr std::uint32_t kEverybody = ~std::uint32_t{0};

  std::vector<spec::Fault> faults_;
  std::vector<std::uint32_t> masters_;  // by fault: whose
  std::vector<spec::FaultResult> results_;
  std::size_t clusters_;
  std::vector<std::array<std::int64_t, 2>> beats_;  // by master and BusCommand, answered so far
  std::vector<std::int64_t> interrupts_;            // by accelerator
};

}  // namespace tandem::sim
