// SPDX-License-Identifier: Apache-2.0
// Between the pins of an AXI4 master and a BusMaster: beats on one side, bursts on the other.
//
// Time: cycle n of the pins is [n*T, (n+1)*T). What the accelerator does in cycle n happens on the bus at the
// edge that ends it; what happens on the bus at time t is on the pins from the first cycle that begins after
// t. So a cycle depends only on what lies strictly before it, and the order of calls at one instant decides
// nothing. A read beat that the bus completes at time t is on the pins in the cycle that begins at t: the
// bridge is one register stage. Ready is always given: the accelerator's own outstanding limits bound what is
// stored here. Write strobes: every run of enabled bytes becomes one bus write; a burst without any is
// answered at once.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "models/core/quantity.h"
#include "sim/cosim/pin_activity.h"
#include "sim/kernel/bus_master.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim {

class AxiPinBridge {
 public:
  AxiPinBridge(EventQueue& queue, BusMaster& master, const Clock& clock)
      : queue_(queue), master_(master), period_(clock.period()) {}

  // Sets the inputs of `cycle`; then, before the edge, takes note of its handshakes.
  void drive(TandemPins& pins, std::int64_t cycle) {
    pins.m_arready_i = pins.m_awready_i = pins.m_wready_i = 1;
    pins.m_rvalid_i = pins.m_bvalid_i = 0;
    if (!read_responses_.empty() || !write_responses_.empty()) drive_responses(pins, cycle);
  }
  void sample(const TandemPins& pins, std::int64_t cycle) {
    if (any_valid_output(pins) || (pins.m_rvalid_i | pins.m_bvalid_i) != 0) sample_handshakes(pins, cycle);
  }

  [[nodiscard]] bool idle() const { return outstanding_ == 0; }
  [[nodiscard]] std::int64_t bus_errors() const { return bus_errors_; }

 private:
  struct Read {
    std::vector<std::uint8_t> data;
    std::uint64_t address = 0;
    std::uint32_t beats = 0, id = 0;
    std::uint8_t response = 0;
    std::int32_t response_beat = BusAnswer::kAllBeats;  // the only one that has it
    std::int64_t first_cycle = 0;
    std::uint32_t played = 0;
    bool shown = false;  // a beat has been on the pins: no other burst may come before the rest
  };
  struct Write {
    std::vector<std::uint8_t> data;
    std::vector<std::uint16_t> strobes;  // of each beat
    std::uint64_t address = 0;           // aligned to the bus
    bool whole = true;                   // every byte so far is enabled
    std::uint32_t beats = 0, id = 0;
    std::uint32_t collected = 0;
    int parts = 0;  // bus writes without a response
    std::uint8_t response = 0;
    std::int64_t cycle = 0;  // first one of B
    bool shown = false;
  };
  template <class Transfer>
  struct Pool {
    std::vector<std::unique_ptr<Transfer>> all;
    std::vector<std::uint32_t> free;
    std::uint32_t take();
    Transfer& operator[](std::uint64_t slot) { return *all[slot]; }
  };

  void drive_responses(TandemPins& pins, std::int64_t cycle);
  void sample_handshakes(const TandemPins& pins, std::int64_t cycle);
  void issue_read(std::uint64_t slot);
  void issue_write(std::uint64_t slot);
  void read_known(std::uint32_t slot, const BusAnswer& answer);
  void write_part_known(std::uint32_t slot, const BusAnswer& answer);
  [[nodiscard]] Picoseconds end_of(std::int64_t cycle) const { return period_ * (cycle + 1); }

  EventQueue& queue_;
  BusMaster& master_;
  Picoseconds period_;
  Pool<Read> reads_;
  Pool<Write> writes_;
  std::vector<std::uint32_t> read_responses_;  // known ones, by first cycle
  std::deque<std::uint32_t> collecting_;       // writes whose beats come
  struct Beat {
    std::array<std::uint8_t, TANDEM_BUS_BYTES> data;
    std::uint16_t strobes;
  };
  std::deque<Beat> early_beats_;
  std::vector<std::uint32_t> write_responses_;  // known ones, by cycle
  int outstanding_ = 0;
  std::int64_t bus_errors_ = 0;
};

}  // namespace tandem::sim
