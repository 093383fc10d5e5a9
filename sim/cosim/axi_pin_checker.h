// SPDX-License-Identifier: Apache-2.0
// Watches the pins of one accelerator every cycle and ends the simulation at the first breach of AXI, with
// the cycle and the channel. Always on: a cycle without any valid costs a glance, and the pins are kept for
// the next cycle only when something waits for its ready.
//
// Checked: valids low in reset; a valid stays, with its payload, until its ready; bursts are INCR, at most 16
// beats of at most the bus's width, inside a 4 KiB page; WLAST exactly at the last beat; strobes only on the
// lanes of the beat; no more bursts outstanding than allowed; responses only for outstanding ids (also the
// bridge's own); B after the last W; register responses only for accesses. Not checked: order of same ids on
// R (the bus keeps it), exclusive accesses.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "sim/cosim/pin_activity.h"

namespace tandem::sim {

class AxiPinChecker {
 public:
  AxiPinChecker(std::string name, int max_reads, int max_writes);

  // The pins as they stand before the edge that ends `cycle`: outputs of the accelerator and inputs to it.
  void check(const TandemPins& pins, std::uint64_t cycle) {
    if (pins.rst_n != 0 && !something_waits_ && !any_valid(pins)) return;
    check_active(pins, cycle);
  }

 private:
  struct Address {
    std::uint64_t address = 0;
    unsigned length = 0, size = 0, burst = 0, id = 0;
  };
  struct WriteBeat {
    unsigned strobes = 0;
    bool last = false;
  };

  [[noreturn]] void violation(std::string_view channel, const std::string& what) const;
  void check_active(const TandemPins& pins, std::uint64_t cycle);
  void check_reset(const TandemPins& pins);
  void check_stable(const TandemPins& pins);
  void check_address(std::string_view channel, const Address& burst) const;
  void check_reads(const TandemPins& pins);
  void check_writes(const TandemPins& pins);
  void check_registers(const TandemPins& pins);

  std::string name_;
  int max_reads_, max_writes_;
  std::uint64_t cycle_ = 0;

  bool something_waits_ = false;  // of the cycle before: a valid without its ready
  TandemPins before_{};           // then: that cycle's

  std::array<std::deque<unsigned>, 256> reads_;  // beats left of each outstanding burst, by id
  int reads_outstanding_ = 0;
  std::deque<Address> write_addresses_;   // without their last beat yet
  std::deque<WriteBeat> early_beats_;     // before their address
  unsigned beat_ = 0;                     // of the first of write_addresses_
  std::array<int, 256> responses_due_{};  // by id
  int writes_outstanding_ = 0;
  int register_writes_ = 0, register_write_data_ = 0, register_reads_ = 0;  // accepted, not answered
};

}  // namespace tandem::sim
