// SPDX-License-Identifier: Apache-2.0
// Two timing models of the accelerator, both derived from the RTL's tile loop.
//  * walk(): the steps of fidelity `model` - which bursts, how many compute cycles, what waits for what;
//    a shell behind the bus socket plays them, so that contention is real.
//  * analytic_cycles(): closed form for a memory of fixed latency and width, for planners.
#pragma once

#include <cstdint>
#include <vector>

#include "models/accelerator/array.h"
#include "models/accelerator/job.h"
#include "models/core/quantity.h"

namespace tandem::accelerator {

struct Burst {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;  // inside one 4 KiB page, at most 16 beats
};

// One step of one engine. Every engine takes its own steps in order; a step begins when all steps of `after`
// (indices into the walk) are done. A read or write step issues its bursts one a cycle within the engine's
// outstanding limit and is done with the last response; the engine's next step may begin to issue as soon as
// this one has issued its last burst. A compute step is done after `cycles`, and only then the next one
// begins.
struct Step {
  enum class Engine { read, compute, write } engine = Engine::compute;
  Cycles cycles{0};
  std::vector<Burst> bursts;
  std::vector<std::int32_t> after;
};

// From the descriptor's last beat (fetching those 128 bytes is the shell's: it needs them to know the job) to
// the interrupt, which rises when every step is done.
std::vector<Step> walk(const ConvJob& job, const Array& array);
inline constexpr int kMaxOutstandingReads = 8;
inline constexpr int kMaxOutstandingWrites = 8;

struct MemoryTiming {           // as the accelerator sees it, in its own cycles
  double read_latency = 40;     // address accepted to first data
  double write_latency = 20;    // last data to response
  double bytes_per_cycle = 16;  // sustained, both directions each
};

// From doorbell to interrupt.
Cycles analytic_cycles(const ConvJob& job, const Array& array, const MemoryTiming& memory);

// Cycles in which the array does useful or padded MACs; independent of memory.
Cycles mac_cycles(const ConvJob& job, const Array& array);

}  // namespace tandem::accelerator
