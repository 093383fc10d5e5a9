// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace tandem::memory {

namespace {

struct Divided {
  std::uint64_t quotient, rest;
};

// Sizes of memories are powers of two most often, and a shift is several times as fast as a division.
Divided divide(std::uint64_t value, std::uint64_t by) {
  if ((by & (by - 1)) != 0) return {value / by, value % by};
  return {value >> std::countr_zero(by), value & (by - 1)};
}

}  // namespace

Location locate(const DramSpec& spec, std::uint64_t offset) {
  const auto interleave = static_cast<std::uint64_t>(spec.interleave_bytes);
  const auto channels = static_cast<std::uint64_t>(spec.channels);
  const auto row_bytes = static_cast<std::uint64_t>(spec.row_bytes);
  const auto banks = static_cast<std::uint64_t>(spec.banks);
  const auto [stripe, in_stripe] = divide(offset, interleave);
  const auto [of_channel, channel] = divide(stripe, channels);
  const auto [row_of_banks, column] = divide(of_channel * interleave + in_stripe, row_bytes);
  const auto [row, first_bank] = divide(row_of_banks, banks);
  std::uint64_t bank = first_bank;
  if (spec.xor_banks)
    bank = divide(bank ^ row, banks).rest;  // a permutation of the banks: their number is a power of two
  return {static_cast<std::uint32_t>(channel), Bank{static_cast<std::uint32_t>(bank)},
          Row{static_cast<std::int64_t>(row)}, static_cast<std::int64_t>(column)};
}

DramCounters& DramCounters::operator+=(const DramCounters& other) {
  reads += other.reads;
  writes += other.writes;
  row_hits += other.row_hits;
  activates += other.activates;
  precharges += other.precharges;
  refreshes += other.refreshes;
  data_busy += other.data_busy;
  return *this;
}

DramChannel::DramChannel(const DramSpec& spec)
    : banks_(static_cast<std::size_t>(spec.banks)), groups_(static_cast<std::size_t>(spec.groups)) {
  assert(spec.banks % spec.groups == 0);
  const Clock& clock = spec.clock;
  const DramTiming& timing = spec.timing;
  const auto clocks = [&](Picoseconds time) { return clock.time(clock.cycles_covering(time)); };
  const Picoseconds tick = clock.period();
  read_to_data_ = tick * timing.read_latency;
  write_to_data_ = tick * timing.write_latency;
  burst_ = spec.burst_time();
  ccd_l_ = std::max(burst_, clocks(timing.ccd_l));
  rcd_ = clocks(timing.rcd);
  rp_ = clocks(timing.rp);
  rp_all_ = clocks(timing.rp_all);
  ras_ = clocks(timing.ras);
  rrd_ = clocks(timing.rrd);
  rrd_l_ = std::max(rrd_, clocks(timing.rrd_l));
  faw_ = clocks(timing.faw);
  rtp_ = clocks(timing.rtp);
  rfc_ = clocks(timing.rfc);
  // The bus turns round between the last read beat and the first write beat: RL + tDQSCK + burst - WL, and
  // a clock or two of pre- and postamble. The other way the device must finish writing first: WL + slack +
  // burst + tWTR.
  read_to_write_ = read_to_data_ + clocks(timing.dqsck) + burst_ - write_to_data_ + tick * timing.turnaround;
  const Picoseconds written = write_to_data_ + tick * timing.write_slack + burst_;
  write_to_read_ = written + clocks(timing.wtr);
  write_to_read_l_ = std::max(write_to_read_, written + clocks(timing.wtr_l));
  write_to_precharge_ = written + clocks(timing.wr);
}

Picoseconds DramChannel::earliest_precharge(Bank bank, Picoseconds from) const {
  return std::max(from, state(bank).precharge_ready);
}

Picoseconds DramChannel::earliest_activate(Bank bank, Picoseconds from) const {
  Picoseconds when =
      std::max({from, state(bank).activate_ready, channel_.activate_ready, gates(bank).activate_ready});
  if (activate_count_ >= 4) when = std::max(when, activates_[oldest_activate_] + faw_);
  return when;
}

Picoseconds DramChannel::earliest_column(Bank bank, Access access, Picoseconds from) const {
  assert(state(bank).row != Row::none);
  const auto which = static_cast<std::size_t>(access);
  return std::max(
      {from, state(bank).column_ready, channel_.column_ready[which], gates(bank).column_ready[which]});
}

void DramChannel::precharge(Bank bank, Picoseconds when) {
  BankState& bank_state = state(bank);
  bank_state.row = Row::none;
  bank_state.activate_ready = std::max(bank_state.activate_ready, when + rp_);
  ++counters_.precharges;
}

void DramChannel::activate(Bank bank, Row row, Picoseconds when) {
  BankState& bank_state = state(bank);
  assert(bank_state.row == Row::none);
  bank_state.row = row;
  bank_state.column_ready = when + rcd_;
  bank_state.precharge_ready = when + ras_;
  bank_state.activate_ready = when + ras_ + rp_;
  channel_.activate_ready = when + rrd_;
  gates(bank).activate_ready = when + rrd_l_;
  activates_[oldest_activate_] = when;
  oldest_activate_ = (oldest_activate_ + 1) % activates_.size();
  ++activate_count_;
  ++counters_.activates;
}

Interval DramChannel::column(Bank bank, Access access, Picoseconds when) {
  BankState& bank_state = state(bank);
  const auto hold = [when](Gates& gate, Access next, Picoseconds time) {
    Picoseconds& ready = gate.column_ready[static_cast<std::size_t>(next)];
    ready = std::max(ready, when + time);
  };
  hold(channel_, access, burst_);
  hold(gates(bank), access, ccd_l_);
  counters_.data_busy += burst_;
  if (access == Access::read) {
    ++counters_.reads;
    hold(channel_, Access::write, read_to_write_);
    bank_state.precharge_ready = std::max(bank_state.precharge_ready, when + rtp_);
    return {when + read_to_data_, when + read_to_data_ + burst_};
  }
  ++counters_.writes;
  hold(channel_, Access::read, write_to_read_);
  hold(gates(bank), Access::read, write_to_read_l_);
  bank_state.precharge_ready = std::max(bank_state.precharge_ready, when + write_to_precharge_);
  return {when + write_to_data_, when + write_to_data_ + burst_};
}

Picoseconds DramChannel::refresh(Picoseconds from) {
  Picoseconds start = from;
  bool any_open = false;
  for (const BankState& bank : banks_)
    if (bank.row != Row::none) {
      any_open = true;
      start = std::max(start, bank.precharge_ready);
    }
  if (any_open) {
    start += rp_all_;
    ++counters_.precharges;
  }
  // A bank closed a moment ago is still precharging, one opened a moment ago must have had its time.
  for (const BankState& bank : banks_)
    if (bank.row == Row::none) start = std::max(start, bank.activate_ready);
  const Picoseconds done = start + rfc_;
  for (BankState& bank : banks_) {
    bank.row = Row::none;
    bank.activate_ready = done;
  }
  ++counters_.refreshes;
  return done;
}

}  // namespace tandem::memory
