// SPDX-License-Identifier: Apache-2.0
// Private to the interconnect: the state of its ports. What happens between them is in interconnect.cpp.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "sim/components/interconnect.h"

namespace tandem::sim {

constexpr std::size_t index(BusCommand command) { return static_cast<std::size_t>(command); }
inline BusCommand command_of(const AxiPayload& payload) {
  return payload.is_read() ? BusCommand::read : BusCommand::write;
}

// A data channel as a server of beats: it may have been idle up to now, and it is never ahead of its beats.
class DataChannel {
 public:
  // Takes `duration` from `earliest` on, after what it has taken already.
  Picoseconds take(Picoseconds earliest, Picoseconds duration) {
    free_ = (earliest > free_ ? earliest : free_) + duration;
    return free_;
  }
  [[nodiscard]] Picoseconds free() const { return free_; }

 private:
  Picoseconds free_{0};
};

class Interconnect::MasterPort : private AxiTargetBase {
 public:
  MasterPort(Interconnect& bus, std::uint32_t position, const BusPortSpec& port);

  AxiTargetSocket socket;
  const BusPortSpec spec;
  const std::uint32_t number;
  BusPortCounters counters;

  struct Direction {
    AxiPayload* waiting = nullptr;     // takes part in arbitration
    AxiPayload* collecting = nullptr;  // a write whose data arrive or have no place to wait yet
    bool collected = false;
    std::vector<AxiPayload*> outstanding;  // granted and not ended, in order
    std::int64_t bursts = 0;               // of `outstanding`
  };
  std::array<Direction, 2> directions;
  DataChannel read_data, write_data, write_response;

  [[nodiscard]] std::int64_t beats_of(const AxiPayload& payload) const {
    return beats(payload.get_address(), payload.get_data_length(), spec.width);
  }
  void end_request(AxiPayload& payload);
  // A collected write moves up when the one before it has been granted.
  void advance_write();

 private:
  tlm::tlm_sync_enum nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void data_collected(std::uint64_t);

  Interconnect& bus_;
};

class Interconnect::TargetPort : private AxiInitiatorBase {
 public:
  TargetPort(Interconnect& bus, std::uint32_t position, const BusPortSpec& port);

  AxiInitiatorSocket socket;
  const BusPortSpec spec;
  const std::uint32_t number;
  BusPortCounters counters;

  struct InFlight {
    AxiPayload* payload;
    Picoseconds arrival;
  };
  struct Direction {
    std::optional<Picoseconds> arbitration;  // next one asked for
    std::uint32_t last_winner = 0;
    Picoseconds free{0};   // address channel, and write data channel
    bool blocked = false;  // BEGIN_REQ sent, END_REQ not seen
    std::deque<InFlight> in_flight;
    std::int64_t bursts = 0;  // granted and not ended
  };
  std::array<Direction, 2> directions;
  DataChannel read_data;

  [[nodiscard]] std::int64_t beats_of(const AxiPayload& payload) const {
    return beats(payload.get_address(), payload.get_data_length(), spec.width);
  }

 private:
  tlm::tlm_sync_enum nb_transport_bw(AxiPayload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;

  Interconnect& bus_;
};

// Answers what no region covers: every beat with DECERR, a cycle a beat.
class Interconnect::DefaultTarget : public sc_core::sc_module, private AxiTargetBase {
 public:
  DefaultTarget(const sc_core::sc_module_name& name, EventQueue& queue, const Clock& clock,
                std::uint32_t width);

  AxiTargetSocket socket;

 private:
  tlm::tlm_sync_enum nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void respond(std::uint64_t);

  EventQueue& queue_;
  Clock clock_;
  std::uint32_t width_;
  std::deque<AxiPayload*> queued_;
};

}  // namespace tandem::sim
