// SPDX-License-Identifier: Apache-2.0
// One job on a platform's accelerator, at either fidelity, behind the platform's interconnect and DRAM:
// alone, or while cores copy memory. Each measurement is a process of its own, because SystemC elaborates
// once.
#pragma once

#include <cstdint>
#include <string>

#include "models/accelerator/job.h"
#include "models/spec/platform.h"

namespace tandem::sim::test {

struct PlatformMeasured {
  std::int64_t cycles = 0;  // CYCLES_BUSY: doorbell to interrupt
  std::int64_t mac_active = 0, stall_feature = 0, stall_weight = 0, stall_output = 0;
  std::int64_t read_beats = 0, write_beats = 0;
  double copied_gbytes_per_s = 0;  // by the cores while the job ran, reads and writes together
  double wall_s = 0;
};

struct PlatformRun {
  bool rtl = false;
  // So many cores of the first cluster copy memory, each from a buffer of its own to another, as fast as the
  // core type allows: bursts of 256 bytes read and then written (merged cache misses), at most
  // `reads_in_flight` bytes of them in flight.
  int copying_cores = 0;
};

// The platform's first accelerator runs the job (tiled; its addresses are chosen here). Throws
// std::runtime_error with what went wrong in the process.
PlatformMeasured measure_on_platform(const spec::Platform& platform, const accelerator::ConvJob& job,
                                     const PlatformRun& run);

}  // namespace tandem::sim::test
