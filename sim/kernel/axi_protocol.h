// SPDX-License-Identifier: Apache-2.0
// AXI on TLM-2.0 AT: a generic payload is one AXI burst, or several that follow each other (a merged run
// inside one 4 KiB page), with an AxiExtension. It is not the base protocol, hence its own traits class.
//
// BEGIN_REQ: the address (and, for a write, the data) is offered. Until END_REQ the sender offers nothing
// more in the same direction; reads and writes are independent, as AXI's address channels are.
//
// END_REQ: accepted; also as TLM_UPDATED from BEGIN_REQ.
//
// BEGIN_RESP: sent as soon as the times of the response are known, never after its first beat. The delay
// argument leads to the start of the first read beat (of the write response); `last_beat` holds the end of
// the last.
//
// END_RESP: the initiator has the last beat. A target that does not need to know answers BEGIN_RESP's return
// value TLM_COMPLETED instead; the interconnect gives exactly that to its targets.
//
// Responses of one direction keep the order of their requests when their ids are equal.
#pragma once

#include <cstdint>

#include "sim/kernel/bus_request.h"
#include "sim/kernel/systemc.h"

namespace tandem::sim {

inline constexpr std::uint32_t kAxiPageBytes = 4096;  // no burst crosses it
inline constexpr std::uint32_t kAxiBurstBeats = 16;   // the bursts a longer payload stands for

struct AxiProtocol {
  using tlm_payload_type = tlm::tlm_generic_payload;
  using tlm_phase_type = tlm::tlm_phase;
};
using AxiPayload = AxiProtocol::tlm_payload_type;
// The width parameter is only there to keep sockets of one kind together: real widths belong to the ports'
// specs.
using AxiInitiatorSocket = tlm::tlm_initiator_socket<128, AxiProtocol, 1, sc_core::SC_ONE_OR_MORE_BOUND>;
using AxiTargetSocket = tlm::tlm_target_socket<128, AxiProtocol, 1, sc_core::SC_ONE_OR_MORE_BOUND>;
using AxiForward = tlm::tlm_fw_transport_if<AxiProtocol>;
using AxiBackward = tlm::tlm_bw_transport_if<AxiProtocol>;

struct AxiExtension : tlm::tlm_extension<AxiExtension> {
  // set by the master
  std::uint32_t id = 0;
  std::uint32_t qos = 0;   // 0..15, higher first
  std::uint64_t slot = 0;  // the master's own: which of its transactions
  bool streamed = false;   // the write's beats already crossed the master's data channel (pin-level master)
  // set by the interconnect, for its own use and for the target's
  std::uint32_t master = 0;  // index of the master's port
  std::uint32_t target = 0;
  Picoseconds offered{0};    // BEGIN_REQ at the master's port
  bool responded = false;    // the target has answered
  bool handed_over = false;  // the master has been told
  Picoseconds first_beat{0};
  // set by whoever sends BEGIN_RESP
  Picoseconds last_beat{0};
  // set by the interconnect: the one beat that an error belongs to
  std::int32_t error_beat = BusAnswer::kAllBeats;

  [[nodiscard]] tlm::tlm_extension_base* clone() const override { return new AxiExtension(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const AxiExtension&>(other);
  }
};

inline AxiExtension& axi(const AxiPayload& payload) {
  AxiExtension* extension = nullptr;
  payload.get_extension(extension);
  return *extension;
}

inline BusStatus bus_status(const AxiPayload& payload) {
  switch (payload.get_response_status()) {
    case tlm::TLM_OK_RESPONSE:
      return BusStatus::okay;
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
      return BusStatus::decode_error;
    default:
      return BusStatus::slave_error;
  }
}

// Beats of `bytes` from `address` on a channel of `width` bytes, and the bursts of 16 beats they make.
constexpr std::int64_t beats(std::uint64_t address, std::uint32_t bytes, std::uint32_t width) {
  return divide_up(static_cast<std::int64_t>(address % width) + bytes, width);
}
constexpr std::int64_t bursts(std::int64_t beat_count) { return divide_up(beat_count, kAxiBurstBeats); }

// A target whose module implements the AXI phases only: the other transports do not exist on this bus.
class AxiTargetBase : public AxiForward {
 public:
  void b_transport(AxiPayload&, sc_core::sc_time&) final;
  bool get_direct_mem_ptr(AxiPayload&, tlm::tlm_dmi&) final { return false; }
  unsigned int transport_dbg(AxiPayload&) final { return 0; }
};
class AxiInitiatorBase : public AxiBackward {
 public:
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) final {}
};

}  // namespace tandem::sim
