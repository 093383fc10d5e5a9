// SPDX-License-Identifier: Apache-2.0
#include "sim/components/interconnect_ports.h"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::sim {

Interconnect::MasterPort::MasterPort(Interconnect& bus, std::uint32_t position, const BusPortSpec& port)
    : socket(fmt::format("master{}", position).c_str()), spec(port), number(position), bus_(bus) {
  socket.bind(static_cast<AxiForward&>(*this));
}

tlm::tlm_sync_enum Interconnect::MasterPort::nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                                             sc_core::sc_time&) {
  if (phase == tlm::END_RESP) {
    bus_.finish(*this, payload);
    return tlm::TLM_COMPLETED;
  }
  const BusCommand command = command_of(payload);
  AxiExtension& extension = axi(payload);
  extension.master = number;
  extension.target = bus_.decode(payload);
  extension.offered = now();
  extension.responded = extension.handed_over = false;
  Direction& direction = directions[index(command)];
  if (command == BusCommand::read) {
    direction.waiting = &payload;
    bus_.request_arbitration(extension.target, command, now());
    return tlm::TLM_ACCEPTED;
  }
  // Pins have already spent the beats' cycles: they lie before now.
  const Picoseconds duration = spec.clock.period() * beats_of(payload);
  const Picoseconds collected = extension.streamed
                                    ? std::max(now(), write_data.take(now() - duration, duration))
                                    : align_up(write_data.take(now(), duration), spec.clock.period());
  counters.write_busy += duration;
  direction.collecting = &payload;
  direction.collected = false;
  bus_.queue_.at<&MasterPort::data_collected>(collected, *this);
  return tlm::TLM_ACCEPTED;
}

void Interconnect::MasterPort::data_collected(std::uint64_t) {
  directions[index(BusCommand::write)].collected = true;
  advance_write();
}

void Interconnect::MasterPort::advance_write() {
  Direction& direction = directions[index(BusCommand::write)];
  if (direction.waiting != nullptr || direction.collecting == nullptr || !direction.collected) return;
  direction.waiting = direction.collecting;
  direction.collecting = nullptr;
  bus_.request_arbitration(axi(*direction.waiting).target, BusCommand::write, now());
  end_request(*direction.waiting);
}

void Interconnect::MasterPort::end_request(AxiPayload& payload) {
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_core::sc_time delay;
  socket->nb_transport_bw(payload, phase, delay);
}

Interconnect::TargetPort::TargetPort(Interconnect& bus, std::uint32_t position, const BusPortSpec& port)
    : socket(fmt::format("target{}", position).c_str()), spec(port), number(position), bus_(bus) {
  socket.bind(static_cast<AxiBackward&>(*this));
}

tlm::tlm_sync_enum Interconnect::TargetPort::nb_transport_bw(AxiPayload& payload, tlm::tlm_phase& phase,
                                                             sc_core::sc_time& delay) {
  if (phase == tlm::END_REQ) {
    const BusCommand command = command_of(payload);
    directions[index(command)].blocked = false;
    bus_.deliver(number * 2 + index(command));
    bus_.request_arbitration(number, command, now());
    return tlm::TLM_ACCEPTED;
  }
  bus_.respond(*this, payload, now() + to_picoseconds(delay));
  return tlm::TLM_COMPLETED;
}

Interconnect::DefaultTarget::DefaultTarget(const sc_core::sc_module_name& name, EventQueue& queue,
                                           const Clock& clock, std::uint32_t width)
    : sc_module(name), socket("socket"), queue_(queue), clock_(clock), width_(width) {
  socket.bind(static_cast<AxiForward&>(*this));
}

tlm::tlm_sync_enum Interconnect::DefaultTarget::nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                                                sc_core::sc_time&) {
  queued_.push_back(&payload);
  queue_.at<&DefaultTarget::respond>(now() + clock_.period(), *this);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void Interconnect::DefaultTarget::respond(std::uint64_t) {
  AxiPayload& payload = *queued_.front();
  queued_.pop_front();
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  const std::int64_t read_beats =
      payload.is_read() ? beats(payload.get_address(), payload.get_data_length(), width_) : 0;
  axi(payload).last_beat = now() + clock_.period() * read_beats;
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay;
  socket->nb_transport_bw(payload, phase, delay);
}

}  // namespace tandem::sim
