// SPDX-License-Identifier: Apache-2.0
#include "sim/components/interconnect.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"
#include "sim/components/interconnect_ports.h"

namespace tandem::sim {
namespace {

void count(BusPortCounters& counters, BusCommand command, std::uint32_t bytes, std::int64_t burst_count,
           BusStatus status) {
  if (command == BusCommand::read) {
    ++counters.reads;
    counters.read_bytes += bytes;
    counters.read_bursts += burst_count;
  } else {
    ++counters.writes;
    counters.write_bytes += bytes;
    counters.write_bursts += burst_count;
  }
  if (status == BusStatus::decode_error) ++counters.decode_errors;
}

}  // namespace

Interconnect::Interconnect(const sc_core::sc_module_name& name, EventQueue& queue, InterconnectSpec spec)
    : sc_module(name), spec_(std::move(spec)), map_(spec_.regions), queue_(queue) {
  std::vector<Problem> problems;
  const Place nowhere;  // the platform's reader knows where its ports stand
  for (const Region& region : spec_.regions)
    if (region.target >= spec_.targets.size())
      problems.push_back(
          Problem{nowhere, region.name, fmt::format("leads to target {} of {}", region.target, targets())});
  for (const auto* ports : {&spec_.masters, &spec_.targets})
    for (const BusPortSpec& port : *ports)
      if (port.width == 0 || (port.width & (port.width - 1)) != 0 || port.max_reads < 1 ||
          port.max_writes < 1)
        problems.push_back(
            Problem{nowhere, port.name, "a port's width is a power of two, its limits are at least 1"});
  if (!problems.empty()) throw InputError(std::move(problems));

  for (const BusPortSpec& port : spec_.masters)
    master_ports_.push_back(
        std::make_unique<MasterPort>(*this, static_cast<std::uint32_t>(master_ports_.size()), port));
  for (const BusPortSpec& port : spec_.targets)
    target_ports_.push_back(
        std::make_unique<TargetPort>(*this, static_cast<std::uint32_t>(target_ports_.size()), port));
  const BusPortSpec unmapped{"unmapped", spec_.clock, 16, 32, 32};
  target_ports_.push_back(
      std::make_unique<TargetPort>(*this, static_cast<std::uint32_t>(target_ports_.size()), unmapped));
  default_target_ = std::make_unique<DefaultTarget>("unmapped", queue, unmapped.clock, unmapped.width);
  target_ports_.back()->socket.bind(default_target_->socket);
}

Interconnect::~Interconnect() = default;

AxiTargetSocket& Interconnect::master_port(std::size_t index) { return master_ports_.at(index)->socket; }
AxiInitiatorSocket& Interconnect::target_port(std::size_t index) { return target_ports_.at(index)->socket; }
const BusPortCounters& Interconnect::master_counters(std::size_t index) const {
  return master_ports_.at(index)->counters;
}
const BusPortCounters& Interconnect::target_counters(std::size_t index) const {
  return target_ports_.at(index)->counters;
}

bool Interconnect::delivering(std::size_t target) const {
  const auto& directions = target_ports_.at(target)->directions;
  return std::any_of(directions.begin(), directions.end(),
                     [](const TargetPort::Direction& direction) { return !direction.in_flight.empty(); });
}

std::vector<BusRecord> Interconnect::unanswered() const {
  std::vector<BusRecord> records;
  for (const auto& master : master_ports_) {
    for (const MasterPort::Direction& direction : master->directions) {
      for (const AxiPayload* const payload : direction.outstanding) {
        const AxiExtension& extension = axi(*payload);
        if (extension.responded) continue;
        records.push_back({master->number, extension.target, command_of(*payload), BusStatus::okay,
                           extension.id, payload->get_address(), payload->get_data_length(),
                           extension.offered, Picoseconds(0)});
      }
    }
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const BusRecord& a, const BusRecord& b) { return a.begin < b.begin; });
  return records;
}

bool Interconnect::answering_since(Picoseconds moment) const {
  for (const auto& master : master_ports_) {
    for (const MasterPort::Direction& direction : master->directions) {
      for (const AxiPayload* const payload : direction.outstanding)
        if (axi(*payload).handed_over && axi(*payload).offered < moment) return true;
    }
  }
  return false;
}

std::uint32_t Interconnect::decode(const AxiPayload& payload) const {
  const Region* const region = map_.find(payload.get_address(), payload.get_data_length());
  return region != nullptr ? region->target : static_cast<std::uint32_t>(spec_.targets.size());
}

void Interconnect::request_arbitration(std::uint32_t target, BusCommand command, Picoseconds earliest) {
  TargetPort::Direction& direction = target_ports_[target]->directions[index(command)];
  const Picoseconds when = align_up(std::max({earliest, direction.free, now()}), spec_.clock.period());
  if (direction.arbitration && *direction.arbitration <= when) return;
  direction.arbitration = when;
  queue_.at<&Interconnect::arbitrate>(when, *this, target * 2 + index(command));
}

// What `master` offers to `target`, if the limits of both let it in.
AxiPayload* Interconnect::candidate(const MasterPort& master, const TargetPort& target,
                                    BusCommand command) const {
  const MasterPort::Direction& offered = master.directions[index(command)];
  if (offered.waiting == nullptr || axi(*offered.waiting).target != target.number) return nullptr;
  const bool read = command == BusCommand::read;
  const auto fits = [&](const auto& port, std::int64_t taken) {
    const std::int64_t limit = read ? port.spec.max_reads : port.spec.max_writes;
    return taken == 0 || taken + bursts(port.beats_of(*offered.waiting)) <= limit;
  };
  return fits(master, offered.bursts) && fits(target, target.directions[index(command)].bursts)
             ? offered.waiting
             : nullptr;
}

void Interconnect::arbitrate(Arbiter arbiter) {
  TargetPort& target = *target_ports_[arbiter / 2];
  const auto command = static_cast<BusCommand>(arbiter % 2);
  TargetPort::Direction& direction = target.directions[index(command)];
  if (direction.arbitration != now()) return;  // overtaken by an earlier one
  direction.arbitration.reset();
  // A target that stalls its address channel stalls the grants; deliveries under way wait in order.
  if (direction.blocked) return;

  MasterPort* winner = nullptr;
  std::uint32_t best_qos = 0;
  int candidates = 0;
  for (std::size_t i = 1; i <= master_ports_.size(); ++i) {
    MasterPort& master = *master_ports_[(direction.last_winner + i) % master_ports_.size()];
    AxiPayload* const payload = candidate(master, target, command);
    if (payload == nullptr) continue;
    ++candidates;
    const std::uint32_t qos = std::max(axi(*payload).qos, spec_.masters[master.number].qos);
    if (winner == nullptr || qos > best_qos) {
      winner = &master;
      best_qos = qos;
    }
  }
  if (winner == nullptr) return;
  direction.last_winner = winner->number;
  grant(*winner, target, command);
  if (candidates > 1) request_arbitration(target.number, command, now() + spec_.clock.period());
}

void Interconnect::grant(MasterPort& master, TargetPort& target, BusCommand command) {
  MasterPort::Direction& from = master.directions[index(command)];
  TargetPort::Direction& to = target.directions[index(command)];
  AxiPayload& payload = *from.waiting;
  from.waiting = nullptr;
  from.outstanding.push_back(&payload);
  const std::int64_t master_bursts = bursts(master.beats_of(payload));
  const std::int64_t target_beats = target.beats_of(payload);
  const std::int64_t target_bursts = bursts(target_beats);
  from.bursts += master_bursts;
  to.bursts += target_bursts;

  const Picoseconds address_time = target.spec.clock.period() * target_bursts;
  const Picoseconds forward = spec_.clock.time(spec_.forward_latency);
  Picoseconds arrival{0};
  if (command == BusCommand::read) {
    master.counters.address_read_busy += master.spec.clock.period() * master_bursts;
    target.counters.address_read_busy += address_time;
    to.free = now() + std::max(address_time, spec_.clock.period());
    arrival = now() + forward;
  } else {
    const Picoseconds data_time = target.spec.clock.period() * target_beats;
    master.counters.address_write_busy += master.spec.clock.period() * master_bursts;
    target.counters.address_write_busy += address_time;
    target.counters.write_busy += data_time;
    to.free = now() + std::max(data_time, spec_.clock.period());
    arrival = now() + data_time + forward;
  }
  arrival = align_up(arrival, target.spec.clock.period());
  to.in_flight.push_back({&payload, arrival});
  queue_.at<&Interconnect::deliver>(arrival, *this, target.number * 2 + index(command));
  if (command == BusCommand::read)
    master.end_request(payload);
  else
    master.advance_write();
}

void Interconnect::deliver(Arbiter arbiter) {
  TargetPort& target = *target_ports_[arbiter / 2];
  TargetPort::Direction& direction = target.directions[arbiter % 2];
  while (!direction.blocked && !direction.in_flight.empty() && direction.in_flight.front().arrival <= now()) {
    AxiPayload& payload = *direction.in_flight.front().payload;
    direction.in_flight.pop_front();
    direction.blocked = true;  // also while the call runs: the target may answer from inside it
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    if (target.socket->nb_transport_fw(payload, phase, delay) == tlm::TLM_UPDATED && phase == tlm::END_REQ)
      direction.blocked = false;
  }
}

// What a fault makes of the answer; false: there is none.
bool Interconnect::disturb(AxiPayload& payload, Picoseconds& first) {
  AxiExtension& extension = axi(payload);
  const Disturbance what =
      faults_->answer(extension.master, command_of(payload), payload.get_address(),
                      master_ports_[extension.master]->beats_of(payload), extension.target == 0, now());
  if (!what.answered) return false;
  if (what.status != BusStatus::okay) {
    payload.set_response_status(what.status == BusStatus::decode_error ? tlm::TLM_ADDRESS_ERROR_RESPONSE
                                                                       : tlm::TLM_GENERIC_ERROR_RESPONSE);
    extension.error_beat = what.beat;
  }
  first += what.delay;
  extension.last_beat += what.delay;
  return true;
}

void Interconnect::respond(TargetPort& target, AxiPayload& payload, Picoseconds first) {
  AxiExtension& extension = axi(payload);
  if (faults_ != nullptr && !disturb(payload, first)) return;
  Picoseconds last = std::max(extension.last_beat, first);
  if (payload.is_read()) {
    const Picoseconds duration = target.spec.clock.period() * target.beats_of(payload);
    target.counters.read_busy += duration;
    first = std::max(first, target.read_data.free());
    last = std::max(last, target.read_data.take(first, duration));
  }
  const Picoseconds back = spec_.clock.time(spec_.return_latency);
  extension.first_beat = first + back;
  extension.last_beat = last + back;
  extension.responded = true;

  // Same id: in order. Whatever this one lets go follows it.
  MasterPort& master = *master_ports_[extension.master];
  MasterPort::Direction& direction = master.directions[index(command_of(payload))];
  Picoseconds not_before{0};
  for (AxiPayload* const other : direction.outstanding) {
    AxiExtension& ordered = axi(*other);
    if (ordered.id != extension.id) continue;
    if (!ordered.responded) break;
    if (!ordered.handed_over) hand_over(master, *other, not_before);
    not_before = ordered.last_beat;
  }
}

void Interconnect::hand_over(MasterPort& master, AxiPayload& payload, Picoseconds not_before) {
  AxiExtension& extension = axi(payload);
  extension.handed_over = true;
  const Picoseconds tick = master.spec.clock.period();
  Picoseconds first = align_up(std::max({extension.first_beat, not_before, now()}), tick);
  Picoseconds last = align_up(std::max({extension.last_beat, not_before, now()}), tick);
  if (payload.is_read()) {
    const Picoseconds duration = tick * master.beats_of(payload);
    master.counters.read_busy += duration;
    first = std::max(first, master.read_data.free());
    last = std::max(last, master.read_data.take(first, duration));
  } else {
    last = master.write_response.take(last, tick);  // the response's one beat
    first = last - tick;
  }
  extension.last_beat = last;
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = to_sc_time(first - now());
  master.socket->nb_transport_bw(payload, phase, delay);
}

void Interconnect::finish(MasterPort& master, AxiPayload& payload) {
  const AxiExtension& extension = axi(payload);
  const BusCommand command = command_of(payload);
  const BusStatus status = bus_status(payload);
  TargetPort& target = *target_ports_[extension.target];
  MasterPort::Direction& from = master.directions[index(command)];
  TargetPort::Direction& to = target.directions[index(command)];
  from.outstanding.erase(std::find(from.outstanding.begin(), from.outstanding.end(), &payload));
  from.bursts -= bursts(master.beats_of(payload));
  to.bursts -= bursts(target.beats_of(payload));
  count(master.counters, command, payload.get_data_length(), bursts(master.beats_of(payload)), status);
  count(target.counters, command, payload.get_data_length(), bursts(target.beats_of(payload)), status);
  if (record_)
    record_({master.number, target.number, command, status, extension.id, payload.get_address(),
             payload.get_data_length(), extension.offered, now()});

  // Room at both ports: whoever was kept out by a limit gets another chance.
  if (from.waiting != nullptr) request_arbitration(axi(*from.waiting).target, command, now());
  for (const auto& other : master_ports_) {
    const AxiPayload* const waiting = other->directions[index(command)].waiting;
    if (waiting == nullptr || axi(*waiting).target != target.number) continue;
    request_arbitration(target.number, command, now());
    break;
  }
}

}  // namespace tandem::sim
