// SPDX-License-Identifier: Apache-2.0
// One DRAM channel: its banks, their open rows and every gate between two commands. It says when a command is
// allowed and takes note of the ones given; which command is best is the scheduler's business. Open-page: a
// row stays open until another row of its bank or a refresh needs it closed.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/memory/dram_spec.h"

namespace tandem::memory {

enum class Bank : std::uint32_t {};
enum class Group : std::uint32_t {};
enum class Row : std::int64_t { none = -1 };
enum class Access { read, write };

struct Location {
  std::uint32_t channel = 0;
  Bank bank{};
  Row row{};
  std::int64_t column = 0;  // byte within the row
};

// row : bank : column, channels interleaved below; `offset` is bytes from the memory's first.
Location locate(const DramSpec& spec, std::uint64_t offset);

struct Interval {
  Picoseconds begin{0}, end{0};
};

struct DramCounters {
  std::int64_t reads = 0, writes = 0;  // column accesses
  std::int64_t row_hits = 0;           // column accesses that needed no ACTIVATE of their own
  std::int64_t activates = 0, precharges = 0, refreshes = 0;
  Picoseconds data_busy{0};
  DramCounters& operator+=(const DramCounters& other);
};

class DramChannel {
 public:
  explicit DramChannel(const DramSpec& spec);

  [[nodiscard]] Row open_row(Bank bank) const { return state(bank).row; }
  [[nodiscard]] Group group(Bank bank) const {
    return Group{static_cast<std::uint32_t>(bank) % static_cast<std::uint32_t>(groups_.size())};
  }

  // The earliest time at or after `from` that the command is allowed. A column needs its row open.
  [[nodiscard]] Picoseconds earliest_precharge(Bank bank, Picoseconds from) const;
  [[nodiscard]] Picoseconds earliest_activate(Bank bank, Picoseconds from) const;
  [[nodiscard]] Picoseconds earliest_column(Bank bank, Access access, Picoseconds from) const;

  // The command is given at `when`, which the function above allowed.
  void precharge(Bank bank, Picoseconds when);
  void activate(Bank bank, Row row, Picoseconds when);
  Interval column(Bank bank, Access access, Picoseconds when);  // the data's time on the pins

  // Closes what is open, then refreshes; commands are allowed again from the result on.
  Picoseconds refresh(Picoseconds from);

  // Between columns of one direction: of any two groups, and of one.
  [[nodiscard]] Picoseconds column_gap() const { return burst_; }
  [[nodiscard]] Picoseconds column_gap_in_group() const { return ccd_l_; }
  [[nodiscard]] const DramCounters& counters() const { return counters_; }
  void count_hits(std::int64_t hits) { counters_.row_hits += hits; }

 private:
  struct BankState {
    Row row = Row::none;
    Picoseconds activate_ready{0};
    Picoseconds column_ready{0};
    Picoseconds precharge_ready{0};
  };
  // What commands to any bank wait for, of the channel and, where that is later, of one group.
  struct Gates {
    std::array<Picoseconds, 2> column_ready{};  // by Access: data bus and turnaround
    Picoseconds activate_ready{0};              // tRRD
  };
  [[nodiscard]] const BankState& state(Bank bank) const { return banks_[static_cast<std::size_t>(bank)]; }
  BankState& state(Bank bank) { return banks_[static_cast<std::size_t>(bank)]; }
  [[nodiscard]] const Gates& gates(Bank bank) const { return groups_[static_cast<std::size_t>(group(bank))]; }
  Gates& gates(Bank bank) { return groups_[static_cast<std::size_t>(group(bank))]; }

  // in whole clocks; _l: within a bank group
  Picoseconds read_to_data_, write_to_data_, burst_, ccd_l_;
  Picoseconds rcd_, rp_, rp_all_, ras_, rrd_, rrd_l_, faw_, rtp_, rfc_;
  Picoseconds read_to_write_, write_to_read_, write_to_read_l_, write_to_precharge_;

  std::vector<BankState> banks_;
  Gates channel_;
  std::vector<Gates> groups_;
  std::array<Picoseconds, 4> activates_{};  // the last four, a ring
  std::size_t oldest_activate_ = 0;
  std::int64_t activate_count_ = 0;
  DramCounters counters_;
};

}  // namespace tandem::memory
