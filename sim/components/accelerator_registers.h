// SPDX-License-Identifier: Apache-2.0
// The accelerator's register file as fidelity `model` has it: what a read returns and what a write starts, as
// docs/registers.md says and the RTL's generated block does. Plain state, no time.
#pragma once

#include <cstdint>
#include <optional>

#include "models/accelerator/array.h"

namespace tandem::sim {

class AcceleratorRegisters {
 public:
  explicit AcceleratorRegisters(const accelerator::Array& array) : array_(array) {}

  enum class Effect { none, doorbell, soft_reset, abort, watchdog };
  // nullopt: SLVERR. All four strobes of a write are up; the bus only brings whole words.
  [[nodiscard]] std::optional<std::uint32_t> read(std::uint32_t offset) const;
  std::optional<Effect> write(std::uint32_t offset, std::uint32_t value);

  [[nodiscard]] std::uint64_t doorbell() const { return doorbell_; }
  [[nodiscard]] bool irq() const { return irq_enable_ && (irq_done_ || irq_error_); }

  [[nodiscard]] std::uint32_t watchdog() const { return watchdog_; }  // cycles; 0: off

  struct Status {
    bool busy = false, queue_full = false, draining = false;
  };
  void set_status(const Status& status) { status_ = status; }
  void job_done(std::uint32_t id);

  enum class Cause : std::uint32_t { response = 0, descriptor = 1, watchdog = 2, abort = 3 };
  struct Failure {
    Cause cause = Cause::response;
    std::uint32_t engine = 0;    // as ERROR_INFO counts them
    std::uint32_t response = 0;  // as AXI has it; 0 for other causes
    std::uint64_t address = 0;
  };
  // When it is told: the first since the error bit was cleared stays.
  void job_failed(std::uint32_t id, const Failure& failure);
  void clear();  // after a soft reset; CONTROL and WATCHDOG stay

  struct Counters {
    std::uint64_t cycles_busy = 0, mac_active = 0, read_beats = 0, write_beats = 0;
    std::uint64_t stall_feature = 0, stall_weight = 0, stall_output = 0;
  };
  Counters counters;

 private:
  accelerator::Array array_;
  bool irq_enable_ = false, irq_done_ = false, irq_error_ = false;
  Status status_;
  std::uint32_t doorbell_hi_ = 0, watchdog_ = 0;
  std::uint64_t doorbell_ = 0;
  Failure error_;
  std::uint32_t jobs_done_ = 0, last_job_ = 0;
};

}  // namespace tandem::sim
