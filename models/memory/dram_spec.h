// SPDX-License-Identifier: Apache-2.0
// What a DRAM is made of and how fast its gates are, as plain data. Times are as the standard gives them;
// dram.h rounds them up to whole clocks, as a controller has to.
//
// Modelled: channels, banks with one open row each, bank groups, all-bank refresh. Ignored: ranks beyond the
// first (their banks would only add row hits), per-bank refresh, temperature derating, command bus
// contention, power-down.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/quantity.h"

namespace tandem::memory {

struct DramTiming {
  int burst_length = 16;        // transfers a column access
  int read_latency = 20;        // clocks from READ to data (RL)
  int write_latency = 10;       // clocks from WRITE to data (WL)
  Picoseconds rcd{18'000};      // ACTIVATE to column
  Picoseconds rp{18'000};       // PRECHARGE to ACTIVATE, one bank
  Picoseconds rp_all{21'000};   // PRECHARGE of all banks to REFRESH
  Picoseconds ras{42'000};      // ACTIVATE to PRECHARGE
  Picoseconds rrd{10'000};      // ACTIVATE to ACTIVATE, other bank (DDR4: tRRD_S, of another group)
  Picoseconds faw{40'000};      // five ACTIVATEs span more than this
  Picoseconds rtp{7'500};       // READ to PRECHARGE
  Picoseconds wr{18'000};       // last write data to PRECHARGE
  Picoseconds wtr{10'000};      // last write data to READ (DDR4: tWTR_S, of another group)
  Picoseconds dqsck{3'500};     // READ latency's analogue part (maximum); widens the read-to-write gap
  int turnaround = 2;           // clocks of READ to WRITE beyond RL + tDQSCK + burst - WL
  Picoseconds rfc{180'000};     // REFRESH to anything (all banks)
  Picoseconds refi{3'904'000};  // one REFRESH per this on average
  int write_slack = 1;          // clocks a write's data may come late (LPDDR4: tDQSS); before tWR and tWTR
  // Within one bank group, where that is longer than between groups (above, and the burst between columns).
  Picoseconds ccd_l{0};  // column to column of one direction
  Picoseconds rrd_l{0};  // ACTIVATE to ACTIVATE, other bank
  Picoseconds wtr_l{0};  // last write data to READ
};

struct DramSpec {
  std::string name;
  Clock clock;                 // of the command bus; data moves on both edges
  int channels = 1;            // scheduled independently
  int width_bits = 32;         // of one channel's data bus
  int banks = 8;               // a channel, of all groups
  int row_bytes = 2048;        // a bank's open row, one channel
  int interleave_bytes = 256;  // consecutive bytes on one channel
  bool xor_banks = true;  // bank bits are XORed with low row bits, so that equal strides spread over banks
  DramTiming timing;
  int groups = 1;  // bank b is in group b % groups: the group is the lowest bank bit of an address

  [[nodiscard]] constexpr std::int64_t access_bytes() const {  // of one column access
    return std::int64_t{timing.burst_length} * width_bits / 8;
  }
  [[nodiscard]] constexpr Picoseconds burst_time() const {
    return clock.period() * (timing.burst_length / 2);
  }
  // Peak of all channels, bytes a second.
  [[nodiscard]] constexpr double peak_bytes_per_second() const {
    return static_cast<double>(access_bytes() * channels) / (static_cast<double>(burst_time().raw()) * 1e-12);
  }
};

// The parts that platforms name; null when there is no such part.
const DramSpec* find_dram(std::string_view name);
std::vector<std::string> dram_names();

}  // namespace tandem::memory
