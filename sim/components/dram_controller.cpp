// SPDX-License-Identifier: Apache-2.0
#include "sim/components/dram_controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "models/core/error.h"

namespace tandem::sim {
namespace {

memory::Access access_of(const AxiPayload& payload) {
  return payload.is_read() ? memory::Access::read : memory::Access::write;
}

}  // namespace

struct DramController::Pending {
  AxiPayload* payload = nullptr;
  int runs = 0;  // not served yet
  Picoseconds first{0}, last{0};
};

struct DramController::Channel {
  memory::DramScheduler scheduler;
  std::optional<Picoseconds> wake;  // the earliest call of schedule() asked for
};

DramController::DramController(const sc_core::sc_module_name& name, EventQueue& queue,
                               const DramControllerSpec& spec)
    : sc_module(name), socket("socket"), spec_(spec), queue_(queue), store_(spec.size) {
  socket.bind(static_cast<AxiForward&>(*this));
  for (int i = 0; i < spec.dram.channels; ++i) channels_.push_back({{spec.dram, spec.scheduler}, {}});
}

DramController::~DramController() = default;

std::uint8_t* DramController::at(std::uint64_t address, std::int64_t bytes) {
  if (address < spec_.base || bytes < 0 || address - spec_.base > spec_.size ||
      static_cast<std::uint64_t>(bytes) > spec_.size - (address - spec_.base))
    throw SimulationError(fmt::format("{}: {} bytes at 0x{:x} lie outside the memory (0x{:x} to 0x{:x})",
                                      this->name(), bytes, address, spec_.base, spec_.base + spec_.size));
  return store_.at(address - spec_.base, static_cast<std::uint64_t>(bytes));
}

memory::DramCounters DramController::counters() const {
  memory::DramCounters total;
  for (const Channel& channel : channels_) total += channel.scheduler.channel().counters();
  return total;
}

double DramController::row_hit_rate() const {
  const memory::DramCounters total = counters();
  const std::int64_t columns = total.reads + total.writes;
  return columns == 0 ? 0.0 : static_cast<double>(total.row_hits) / static_cast<double>(columns);
}

tlm::tlm_sync_enum DramController::nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                                   sc_core::sc_time&) {
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_COMPLETED;
  if (!accept(payload)) {
    refused_[payload.is_read() ? 0 : 1] = &payload;
    return tlm::TLM_ACCEPTED;
  }
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

// A payload's runs: cut where the channel, the bank or the row changes, and at the scheduler's grain.
template <class Visit>
void DramController::for_each_run(const AxiPayload& payload, Visit&& visit) const {
  const auto atom = static_cast<std::uint64_t>(spec_.dram.access_bytes());
  const auto grain = static_cast<std::uint32_t>(
      std::min({spec_.dram.interleave_bytes, spec_.dram.row_bytes, spec_.scheduler.run_bytes}));
  for_each_burst(payload.get_address() - spec_.base, payload.get_data_length(), grain,
                 [&](std::uint64_t offset, std::uint32_t bytes) {
                   const std::uint64_t end = offset + bytes;
                   const auto accesses = static_cast<int>((end + atom - 1) / atom - offset / atom);
                   visit(memory::locate(spec_.dram, offset), accesses);
                 });
}

bool DramController::accept(AxiPayload& payload) {
  const std::uint64_t address = payload.get_address();
  const std::uint32_t bytes = payload.get_data_length();
  const memory::Access access = access_of(payload);
  const bool inside = address >= spec_.base && address - spec_.base + bytes <= spec_.size;
  int runs = 0;
  if (inside) {
    std::array<int, kMaxChannels> needed{};
    for_each_run(payload, [&](const memory::Location& location, int accesses) {
      needed[location.channel] += accesses;
      ++runs;
    });
    for (std::size_t i = 0; i < channels_.size(); ++i)
      if (needed[i] > 0 && !channels_[i].scheduler.has_room(access, needed[i])) return false;
    for (std::size_t i = 0; i < channels_.size(); ++i) channels_[i].scheduler.reserve(access, needed[i]);
    if (std::uint8_t* const data = payload.get_data_ptr()) {
      std::uint8_t* const here = at(address, bytes);
      if (access == memory::Access::read)
        std::memcpy(data, here, bytes);
      else
        std::memcpy(here, data, bytes);
    }
  }
  payload.set_response_status(inside ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);

  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(pending_.size()));
    pending_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  pending_[slot] = {&payload, runs, Picoseconds{0}, Picoseconds{0}};
  const Picoseconds when = align_up(now() + spec_.request_latency, spec_.dram.clock.period());
  queue_.at<&DramController::enqueue>(when, *this, slot);
  return true;
}

void DramController::enqueue(std::uint64_t slot) {
  const AxiPayload& payload = *pending_[slot].payload;
  const memory::Access access = access_of(payload);
  // Asked now: a read that a step serves at once is answered, and its slot another's, when the steps are
  // done.
  const bool answered_here = access == memory::Access::write || pending_[slot].runs == 0;
  if (pending_[slot].runs > 0) {
    const Picoseconds time = now();
    std::uint64_t touched = 0;
    for_each_run(payload, [&](const memory::Location& location, int accesses) {
      touched |= std::uint64_t{1} << location.channel;
      // A posted write is answered below; its runs have nobody to tell.
      const std::uint64_t token = access == memory::Access::read ? slot : kNobody;
      channels_[location.channel].scheduler.push(
          {token, access, location.bank, location.row, accesses, time});
    });
    for (std::size_t i = 0; i < channels_.size(); ++i)
      if ((touched >> i & 1) != 0) step(i);
  }
  if (answered_here) {
    pending_[slot].first = pending_[slot].last = now();
    respond(slot);
  }
}

void DramController::wake(std::uint64_t channel) {
  // A wake-up that an earlier one has overtaken is void.
  if (channels_[channel].wake != now()) return;
  channels_[channel].wake.reset();
  step(channel);
}

void DramController::step(std::size_t index) {
  Channel& channel = channels_[index];
  const std::optional<memory::DramScheduler::Served> served = channel.scheduler.step(now());
  if (const auto next = channel.scheduler.next(); next && (!channel.wake || *next < *channel.wake)) {
    channel.wake = *next;
    queue_.at<&DramController::wake>(*next, *this, index);
  }
  if (!served) return;
  if (watcher_) watcher_(index, served->run.arrival, served->data);
  if (served->run.token != kNobody) {
    Pending& pending = pending_[served->run.token];
    const bool first = pending.last == Picoseconds{0};
    pending.first = first ? served->data.begin : std::min(pending.first, served->data.begin);
    pending.last = std::max(pending.last, served->data.end);
    if (--pending.runs == 0) respond(served->run.token);
  }
  retry_refused(served->run.access);
}

void DramController::respond(std::uint64_t slot) {
  const Pending pending = pending_[slot];
  free_.push_back(static_cast<std::uint32_t>(slot));
  const Picoseconds time = now();
  const Picoseconds first = std::max(pending.first + spec_.response_latency, time);
  axi(*pending.payload).last_beat = std::max(pending.last + spec_.response_latency, first);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = to_sc_time(first - time);
  socket->nb_transport_bw(*pending.payload, phase, delay);
}

void DramController::retry_refused(memory::Access access) {
  AxiPayload*& refused = refused_[static_cast<std::size_t>(access)];
  if (refused == nullptr || !accept(*refused)) return;
  AxiPayload& accepted = *refused;
  refused = nullptr;
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_core::sc_time delay;
  socket->nb_transport_bw(accepted, phase, delay);
}

}  // namespace tandem::sim
