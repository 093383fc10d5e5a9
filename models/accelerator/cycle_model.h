// SPDX-License-Identifier: Apache-2.0
// Two timing models of the accelerator, both derived from the RTL's tile loop.
//  * walk(): the steps of fidelity `model` - which bursts, how many compute cycles, what waits for what;
//    a shell behind the bus socket plays them, so that contention is real.
//  * analytic_cycles(): closed form for a memory of fixed latency and width, for planners.
#pragma once

#include <cstdint>
#include <functional>

#include "models/accelerator/array.h"
#include "models/accelerator/job.h"
#include "models/core/quantity.h"

namespace tandem::accelerator {

struct MemoryTiming {             // as the accelerator sees it, in its own cycles
  double read_latency = 40;       // address accepted to first data
  double write_latency = 20;      // last data to response
  double bytes_per_cycle = 16;    // sustained, both directions each
};

Cycles analytic_cycles(const ConvJob& job, const Array& array, const MemoryTiming& memory);

// Cycles in which the array does useful or padded MACs; independent of memory.
Cycles mac_cycles(const ConvJob& job, const Array& array);

}  // namespace tandem::accelerator
