// SPDX-License-Identifier: Apache-2.0
#include "sim/components/accelerator_registers.h"

#include "models/accelerator/cycle_model.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::sim {
namespace regs = tandem::regs::accelerator;

namespace {

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
std::uint32_t field(std::int64_t value, unsigned shift, std::uint32_t mask) {
  return static_cast<std::uint32_t>(value) << shift & mask;
}

}  // namespace

std::optional<std::uint32_t> AcceleratorRegisters::read(std::uint32_t offset) const {
  switch (offset) {
    case regs::kIdOffset:
      return regs::kIdValue;
    case regs::kVersionOffset:
      return 1u << regs::kVersionMajorShift | 1u << regs::kVersionMinorShift;
    case regs::kCapabilityArrayOffset:
      return field(array_.tm, regs::kCapabilityArrayTmShift, regs::kCapabilityArrayTmMask) |
             field(array_.tn, regs::kCapabilityArrayTnShift, regs::kCapabilityArrayTnMask) |
             field(array_.bus_bytes, regs::kCapabilityArrayBusBytesShift,
                   regs::kCapabilityArrayBusBytesMask) |
             field(array_.block(), regs::kCapabilityArrayBlockShift, regs::kCapabilityArrayBlockMask);
    case regs::kCapabilityBuffersOffset:
      return field(array_.feature_bytes / 1024, regs::kCapabilityBuffersFeatureKibShift,
                   regs::kCapabilityBuffersFeatureKibMask) |
             field(array_.weight_bytes / 1024, regs::kCapabilityBuffersWeightKibShift,
                   regs::kCapabilityBuffersWeightKibMask);
    case regs::kCapabilityLimitsOffset:
      return field(array_.accumulators, regs::kCapabilityLimitsAccumulatorsShift,
                   regs::kCapabilityLimitsAccumulatorsMask) |
             field(accelerator::kMaxOutstandingReads, regs::kCapabilityLimitsOutstandingReadsShift,
                   regs::kCapabilityLimitsOutstandingReadsMask) |
             field(accelerator::kMaxOutstandingWrites, regs::kCapabilityLimitsOutstandingWritesShift,
                   regs::kCapabilityLimitsOutstandingWritesMask);
    case regs::kControlOffset:
      return irq_enable_ ? regs::kControlIrqEnableMask : 0u;
    case regs::kStatusOffset:
      return (status_.busy ? regs::kStatusBusyMask : 0u) |
             (status_.queue_full ? regs::kStatusQueueFullMask : 0u) |
             (status_.draining ? regs::kStatusDrainingMask : 0u);
    case regs::kIrqStatusOffset:
      return (irq_done_ ? regs::kIrqStatusDoneMask : 0u) | (irq_error_ ? regs::kIrqStatusErrorMask : 0u);
    case regs::kDoorbellLoOffset:
      return 0u;
    case regs::kDoorbellHiOffset:
      return doorbell_hi_;
    case regs::kErrorInfoOffset:
      return field(error_.engine, regs::kErrorInfoEngineShift, regs::kErrorInfoEngineMask) |
             field(error_.response, regs::kErrorInfoResponseShift, regs::kErrorInfoResponseMask) |
             field(static_cast<std::uint32_t>(error_.cause), regs::kErrorInfoCauseShift,
                   regs::kErrorInfoCauseMask);
    case regs::kErrorAddrLoOffset:
      return low(error_.address);
    case regs::kErrorAddrHiOffset:
      return high(error_.address);
    case regs::kWatchdogOffset:
      return watchdog_;
    case regs::kJobsDoneOffset:
      return jobs_done_;
    case regs::kLastJobOffset:
      return last_job_;
    case regs::kCyclesBusyLoOffset:
      return low(counters.cycles_busy);
    case regs::kCyclesBusyHiOffset:
      return high(counters.cycles_busy);
    case regs::kMacActiveLoOffset:
      return low(counters.mac_active);
    case regs::kMacActiveHiOffset:
      return high(counters.mac_active);
    case regs::kReadBeatsLoOffset:
      return low(counters.read_beats);
    case regs::kReadBeatsHiOffset:
      return high(counters.read_beats);
    case regs::kWriteBeatsLoOffset:
      return low(counters.write_beats);
    case regs::kWriteBeatsHiOffset:
      return high(counters.write_beats);
    case regs::kStallFeatureLoOffset:
      return low(counters.stall_feature);
    case regs::kStallFeatureHiOffset:
      return high(counters.stall_feature);
    case regs::kStallWeightLoOffset:
      return low(counters.stall_weight);
    case regs::kStallWeightHiOffset:
      return high(counters.stall_weight);
    case regs::kStallOutputLoOffset:
      return low(counters.stall_output);
    case regs::kStallOutputHiOffset:
      return high(counters.stall_output);
    default:
      return std::nullopt;
  }
}

std::optional<AcceleratorRegisters::Effect> AcceleratorRegisters::write(std::uint32_t offset,
                                                                        std::uint32_t value) {
  switch (offset) {
    case regs::kControlOffset:
      irq_enable_ = (value & regs::kControlIrqEnableMask) != 0;
      // A soft reset forgets the job that an abort would end.
      if ((value & regs::kControlSoftResetMask) != 0) return Effect::soft_reset;
      return (value & regs::kControlAbortMask) != 0 ? Effect::abort : Effect::none;
    case regs::kIrqStatusOffset:
      if ((value & regs::kIrqStatusDoneMask) != 0) irq_done_ = false;
      if ((value & regs::kIrqStatusErrorMask) != 0) irq_error_ = false;
      return Effect::none;
    case regs::kDoorbellLoOffset:
      if (status_.queue_full) return std::nullopt;
      doorbell_ = std::uint64_t{doorbell_hi_} << 32 | value;
      return Effect::doorbell;
    case regs::kDoorbellHiOffset:
      doorbell_hi_ = value;
      return Effect::none;
    case regs::kWatchdogOffset:
      watchdog_ = value;
      return Effect::watchdog;
    default:
      return std::nullopt;
  }
}

void AcceleratorRegisters::job_done(std::uint32_t id) {
  irq_done_ = true;
  last_job_ = id;
  ++jobs_done_;
}

void AcceleratorRegisters::job_failed(std::uint32_t id, const Failure& failure) {
  if (!irq_error_) error_ = failure;
  irq_error_ = true;
  last_job_ = id;
}

void AcceleratorRegisters::clear() {
  irq_done_ = irq_error_ = false;
  error_ = {};
  jobs_done_ = last_job_ = 0;
  counters = {};
}

}  // namespace tandem::sim
