// SPDX-License-Identifier: Apache-2.0
// Two timing models of the accelerator, both derived from the RTL's tile loop.
//  * walk(): the steps of fidelity `model` - which bursts, how many compute cycles, what waits for what;
//    a shell behind the bus socket plays them, so that contention is real.
//  * analytic_cycles(): closed form for a memory of fixed latency and width, for planners.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "models/accelerator/array.h"
#include "models/accelerator/job.h"
#include "models/core/quantity.h"

namespace tandem::accelerator {

// Whose bytes a burst carries: its AXI ID, and the engine that ERROR_INFO names.
enum class Stream : std::uint8_t { descriptor = 0, features = 1, weights = 2, quant = 3, output = 4 };

struct Burst {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;  // in one 4 KiB page and at most 16 beats; an output may begin or end inside one
  Stream stream = Stream::features;
};

// One step of one engine. Every engine takes its own steps in order. A step may begin `delay` cycles after
// all steps of `after` are done and the data of the write steps of `after_sent` have left (indices into the
// walk; without any, after the walk's begin).
//  read     orders its bursts, one a cycle, within kMaxOutstandingReads; done with the last response. The
//           next step's addresses may follow at once.
//  compute  takes `cycles`; the next begins no sooner.
//  write    sends its bursts, a beat a cycle, within kMaxOutstandingWrites, the next step's behind the last
//           beat; done with the last response.
// A burst more than the limit follows a cycle behind the response that makes room.
struct Step {
  enum class Engine : std::uint8_t { read, compute, write } engine = Engine::compute;
  Cycles cycles{0}, delay{0};
  std::vector<Burst> bursts;
  std::vector<std::int32_t> after, after_sent;
  std::int64_t held_cycles = 0;  // of `cycles`: the array waits for its own results to leave
};

// From the end of the descriptor's last beat (fetching those 128 bytes is the shell's: it needs them to know
// the job) to the interrupt, which rises when every step is done.
std::vector<Step> walk(const ConvJob& job, const Array& array);
inline constexpr int kMaxOutstandingReads = 8;
inline constexpr int kMaxOutstandingWrites = 8;

struct MemoryTiming {           // as the accelerator sees it, in its own cycles
  double read_latency = 40;     // address accepted to first data
  double write_latency = 20;    // last data to response
  double bytes_per_cycle = 16;  // sustained, both directions each

  [[nodiscard]] std::uint64_t hash() const {
    return std::bit_cast<std::uint64_t>(read_latency) * 3 + std::bit_cast<std::uint64_t>(bytes_per_cycle);
  }
  bool operator==(const MemoryTiming&) const = default;
};

// From doorbell to interrupt. Remembers its answers, as tile() does; recurrence_cycles() does the work.
Cycles analytic_cycles(const ConvJob& job, const Array& array, const MemoryTiming& memory);
// Groups of output channels that repeat those before them are passed over, which changes no cycle; a test
// follows them all.
enum class Repeats : std::uint8_t { passed_over, followed };
Cycles recurrence_cycles(const ConvJob& job, const Array& array, const MemoryTiming& memory,
                         Repeats repeats = Repeats::passed_over);

// Bytes a job moves over its master port, its descriptor included: the features of each band once, the
// weights and quantisation tables of all its channels for each band, the results once.
struct Traffic {
  std::int64_t read_bytes = 0, write_bytes = 0;
};
Traffic traffic_of(const ConvJob& job, const Array& array);

// Cycles in which the array does useful or padded MACs; independent of memory.
Cycles mac_cycles(const ConvJob& job, const Array& array);

}  // namespace tandem::accelerator
