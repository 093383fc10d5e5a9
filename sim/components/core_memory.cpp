// SPDX-License-Identifier: Apache-2.0
#include "sim/components/core_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/error.h"

namespace tandem::sim {

CoreMemory::CoreMemory(std::string name, const spec::Cluster& cluster, int cluster_index, int core,
                       cpu::CoherentCaches& caches, const std::vector<BusMaster*>& ports)
    : name_(std::move(name)),
      cluster_(cluster),
      cluster_index_(cluster_index),
      core_(core),
      caches_(caches),
      ports_(ports),
      port_(*ports[static_cast<std::size_t>(cluster_index)]),
      l1_(cluster.core.l1d, cluster.core.l1d_ways),
      writing_{0, cluster.core.writes_in_flight},
      progress_("progress") {}

void CoreMemory::issue(const Access& access, std::uint8_t* data, BusMaster& port) {
  if (free_slots_.empty()) {
    free_slots_.push_back(slots_.size());
    slots_.emplace_back();
  }
  const std::size_t slot = free_slots_.back();
  free_slots_.pop_back();
  slots_[slot] = access;
  slots_[slot].asked = now();
  slots_[slot].port = &port;
  BusRequest request;
  request.command = access.command;
  request.address = access.address;
  request.bytes = access.bytes;
  request.data = data;
  request.id = static_cast<std::uint32_t>(core_);
  if (access.streamed && access.command == BusCommand::read) request.window = window_;
  request.done = [this, slot](BusStatus status) { done(slot, status); };
  port.issue(std::move(request));
}

void CoreMemory::done(std::size_t slot, BusStatus status) {
  const Access access = slots_[slot];
  slots_[slot].asked = Picoseconds(-1);
  free_slots_.push_back(slot);
  ++moves_;
  const bool write = access.command == BusCommand::write;
  if (status != BusStatus::okay) {
    throw SimulationError(fmt::format("{}: {} on a {}{} of address {:#x} at {:.3f} us", name_,
                                      to_string(status), write ? "write" : "read", way(access),
                                      access.address, to_microseconds(now())));
  }
  if (access.streamed) {
    (write ? writing_ : reading_).bytes -= access.bytes;
    (write ? stores_ : loads_) -= 1;
    issue_more();
  } else {
    answered_ = true;
  }
  wake();
}

bool CoreMemory::reached() const {
  switch (goal_) {
    case Goal::none:
      return false;
    case Goal::loads:
      return queued_.empty() && loads_ == 0;
    case Goal::stores:
      return stores_ == 0;
    case Goal::answer:
      return answered_;
  }
  return false;
}

void CoreMemory::wait_for(Goal goal) {
  goal_ = goal;
  while (!reached()) wait(progress_);
  goal_ = Goal::none;
}

void CoreMemory::wake() {
  if (reached()) notify_now(progress_);
}

void CoreMemory::transfer(BusCommand command, std::uint64_t address, std::uint8_t* data,
                          std::uint32_t bytes) {
  answered_ = false;
  issue({command, address, bytes, false, {}, nullptr}, data, port_);
  wait_for(Goal::answer);
}

void CoreMemory::load(std::uint64_t address, const Clock& clock) {
  const std::uint64_t line = address / 64;
  if (l1_.find(line) != nullptr) return spend(clock.time(Cycles(cluster_.core.l1_latency)));
  l1_.insert(line, 0, false);
  misses_.clear();
  caches_.read(cluster_index_, line * 64, 64, misses_);
  spend(clock.time(Cycles(cluster_.l2_latency)));
  stream(misses_, cluster_.core.reads_in_flight);
}

void CoreMemory::stream(const std::vector<cpu::CacheBurst>& bursts, std::int64_t reads_in_flight) {
  start_stream(bursts, reads_in_flight);
  finish_stream();
}

void CoreMemory::start_stream(const std::vector<cpu::CacheBurst>& bursts, std::int64_t reads_in_flight,
                              std::int64_t window) {
  reading_.limit = reads_in_flight;
  window_ = window;
  queued_.insert(queued_.end(), bursts.begin(), bursts.end());
  issue_more();
}

void CoreMemory::finish_stream() { wait_for(Goal::loads); }

void CoreMemory::issue_more() {
  while (!queued_.empty()) {
    cpu::CacheBurst& front = queued_.front();
    InFlight& in_flight = front.write ? writing_ : reading_;
    if (in_flight.bytes != 0 && in_flight.bytes + front.bytes > in_flight.limit) break;
    // Not more at once than may be in flight.
    const int cluster = front.cluster;
    const std::uint64_t address = front.address;
    const bool write = front.write;
    const auto bytes = static_cast<std::uint32_t>(std::min<std::int64_t>(front.bytes, in_flight.limit));
    front.address += bytes;
    front.bytes -= bytes;
    if (front.bytes == 0) queued_.pop_front();
    in_flight.bytes += bytes;
    (write ? stores_ : loads_) += 1;
    // A line another cluster owned is written back through that cluster's port.
    issue({write ? BusCommand::write : BusCommand::read, address, bytes, true, {}, nullptr}, nullptr,
          *ports_[static_cast<std::size_t>(cluster)]);
  }
}

void CoreMemory::drain_stores() { wait_for(Goal::stores); }

void CoreMemory::spend(Picoseconds time) {
  if (time.raw() == 0) return;
  // Through the queue, which keeps an order among calls at one time: cores that finish together do so often,
  // and in which order SystemC wakes processes depends on whatever else it has been told.
  answered_ = false;
  resting_ = true;
  port_.queue().at<&CoreMemory::end_rest>(now() + time, *this);
  wait_for(Goal::answer);
}

std::string CoreMemory::way(const Access& access) const {
  return access.port == &port_ ? "" : std::string(" through ") + access.port->name();
}

std::string CoreMemory::waiting_for() const {
  if (!waits_for_bus()) return "";
  const Access* oldest = nullptr;
  for (const Access& access : slots_) {
    if (access.asked.raw() >= 0 && (oldest == nullptr || access.asked < oldest->asked)) oldest = &access;
  }
  if (oldest == nullptr) return "";
  return fmt::format("an answer to its {}{} of address {:#x}, asked at {:.3f} us",
                     oldest->command == BusCommand::write ? "write" : "read", way(*oldest), oldest->address,
                     to_microseconds(oldest->asked));
}

void CoreMemory::end_rest(std::uint64_t) {
  resting_ = false;
  ++moves_;
  answered_ = true;
  wake();
}

}  // namespace tandem::sim
