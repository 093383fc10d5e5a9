// SPDX-License-Identifier: Apache-2.0
// Cycles of the RTL that no loop bound explains, counted at its registers; tests/agreement measures the sum
// against the RTL. An address or a write is on the bus in its first cycle; what arrives counts from the end
// of its last beat's cycle.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tandem::accelerator {

// job_control, loader: descriptor complete to the first band's read address
inline constexpr std::int64_t kSetupCycles = 12;
inline constexpr std::int64_t kStartCycles = 4;       // ... and to the sequencer's first slice
inline constexpr std::int64_t kSliceCycles = 1;       // hand-over from one slice to the next
inline constexpr std::int64_t kBandTurnCycles = 1;    // ... and one more to the next band
inline constexpr std::int64_t kPartialSumCycles = 3;  // until the one sum of a band of one pixel can go on
inline constexpr std::int64_t kPipelineCycles = 8;    // last step of a burst's last result to the burst
inline constexpr std::int64_t kBandCycles = 8;        // the loader's arithmetic for the next band
inline constexpr std::int64_t kFifoBeats = 48;        // results a plane may be behind the bus
inline constexpr std::int64_t kHoldCycles = 1;        // a result has left to the array's going on
inline constexpr std::size_t kTasksAhead = 5;         // groups the writer knows, that under way included
inline constexpr std::int64_t kAddressCycles =
    2;  // a burst's turn to its address, its last beat to the next turn
inline constexpr std::int64_t kFinishCycles = 2;  // last write response to the interrupt
// Something is over to the read address of what its room in a buffer is given to.
inline constexpr std::int64_t kWeightRoomCycles = 2;
inline constexpr std::int64_t kBandRoomCycles = 3;
inline constexpr std::int64_t kQuantRoomCycles = 9;

}  // namespace tandem::accelerator
