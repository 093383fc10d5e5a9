// SPDX-License-Identifier: Apache-2.0
// Cycles of the RTL that no loop bound explains; tests/agreement measures the sum against the RTL.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tandem::accelerator {

inline constexpr std::int64_t kSetupCycles = 8;       // descriptor complete to the first band's read address
inline constexpr std::int64_t kSliceCycles = 1;       // hand-over from one slice to the next
inline constexpr std::int64_t kPartialSumCycles = 7;  // until the one sum of a band of one pixel can go on
inline constexpr std::int64_t kPipelineCycles = 9;    // last step of a pixel to its word in the output FIFO
inline constexpr std::int64_t kBandCycles = 8;        // the loader's arithmetic for the next band
inline constexpr std::int64_t kFifoBeats = 48;        // results a plane may be behind the bus
inline constexpr std::int64_t kFinishCycles = 4;      // last write response to the interrupt
inline constexpr std::size_t kBufferedBursts = 4;     // of the output FIFO
inline constexpr std::size_t kWritesAhead = 4;        // write steps without response before the array waits

}  // namespace tandem::accelerator
