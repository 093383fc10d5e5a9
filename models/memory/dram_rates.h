// SPDX-License-Identifier: Apache-2.0
// What a memory sustains, from its timing in closed form and from the scheduler running, to hold one against
// the other: a stream of reads over consecutive addresses, and reads of random rows. The scheduler always has
// as many accesses waiting as its queue takes; interconnect and controller latency play no part.
#pragma once

#include "models/memory/dram_scheduler.h"

namespace tandem::memory {

struct DramRates {
  double stream_share = 0;       // of the peak, consecutive reads
  double random_per_second = 0;  // single accesses to random rows of random banks, all channels
};

// Stream: a refresh every tREFI takes the channel from the last column to the first one after it; row changes
// hide behind the data of other banks.
//   lost = max(0, tRTP - burst) + tRPab + tRFC + tRCD, share = 1 - lost / tREFI
// With bank groups that needs, besides, waiting accesses of two groups at any time; a single stream, whose
// rows lie in one group each, has them only from a queue that reaches into the next row. Random rows: the
// slowest of what bounds the distance of two accesses, and the same refreshes.
//   distance = max(burst, tRRD, tFAW / 4, (max(tRAS, tRCD + tRTP) + tRP) / banks)
DramRates implied_rates(const DramSpec& dram);

// The ordinary queue or, where a row lies in one bank group, one that reaches into the next row and has time
// to wait there: what the stream's closed form takes for granted.
SchedulerSpec far_looking_queue(const DramSpec& dram);

// `accesses` column accesses a channel in each of the two patterns; the random rows come from `seed`.
DramRates simulated_rates(const DramSpec& dram, const SchedulerSpec& scheduler, int accesses,
                          std::uint64_t seed);

}  // namespace tandem::memory
