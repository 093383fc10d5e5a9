// SPDX-License-Identifier: Apache-2.0
#include "sim/components/tile_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "models/core/error.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::sim {

namespace regs = tandem::regs::accelerator;
using lowering::Command;
using lowering::Opcode;

namespace {
constexpr std::uint32_t kFetchBytes = 256;  // four commands at a time
constexpr std::int64_t kSliceBytes = 16 * 1024;
constexpr std::int64_t kMostSlices = 64;
constexpr std::int64_t kLineBytes = 64;

std::int64_t total_bytes(const std::vector<lowering::AddressRange>& ranges) {
  std::int64_t bytes = 0;
  for (const lowering::AddressRange& range : ranges) bytes += range.bytes;
  return bytes;
}
}  // namespace

TileCore::TileCore(const sc_core::sc_module_name& name, const CoreSurroundings& surroundings,
                   const lowering::CoreProgram& program, std::size_t point)
    : sc_module(name),
      around_(surroundings),
      program_(program),
      cluster_(surroundings.platform.clusters[static_cast<std::size_t>(program.cluster)]),
      first_point_(point),
      point_(point),
      clock_(cluster_.operating_points[point].frequency),
      port_(*surroundings.ports[static_cast<std::size_t>(program.cluster)]),
      next_command_(program.address),
      buffer_(kFetchBytes),
      doorbells_(surroundings.platform.accelerators.size(), 0),
      polled_(surroundings.platform.accelerators.size(), 0),
      progress_("progress") {
  SC_THREAD(run);
}

void TileCore::run() {
  while (!stopped_) execute(fetch());
}

void TileCore::execute(const Command& command) {
  const Picoseconds begin = now();
  switch (command.opcode) {
    case Opcode::stop:
      stopped_ = true;
      return;
    case Opcode::image_begin:
      return around_.host.image_begin();
    case Opcode::image_end:
      return around_.host.image_end();
    case Opcode::layer_begin:
      return around_.host.layer_begin(command.layer);
    case Opcode::layer_end:
      return around_.host.layer_end(command.layer);
    case Opcode::compute:
      return compute(command);
    case Opcode::start_accelerator:
      start_accelerator(command);
      return note(command.layer, Activity::control, begin);
    case Opcode::wait_accelerator:
      command.polls ? poll_accelerator(command) : wait_accelerator(command);
      return note(command.layer, command.polls ? Activity::polling : Activity::synchronisation, begin);
    case Opcode::clean:
      clean(command);
      return note(command.layer, Activity::maintenance, begin);
    case Opcode::invalidate:
      invalidate(command);
      return note(command.layer, Activity::maintenance, begin);
    case Opcode::barrier:
      waiting_for_ = "the other cores at a barrier";
      around_.barrier.arrive(command.participants);
      waiting_for_.clear();
      return note(command.layer, command.polls ? Activity::polling : Activity::synchronisation, begin);
    case Opcode::operating_point:
      change_point(command);
      return note(command.layer, Activity::synchronisation, begin);
    case Opcode::repeat:
      if (++rounds_ < command.participants) next_command_ = command.address;
      return;
  }
}

Command TileCore::fetch() {
  const std::uint64_t block = next_command_ / kFetchBytes * kFetchBytes;
  if (block != buffered_) {
    transfer(BusCommand::read, block, buffer_.data(), kFetchBytes);
    buffered_ = block;
  }
  lowering::CommandWords words{};
  std::memcpy(words.data(), buffer_.data() + (next_command_ - block), lowering::kCommandBytes);
  next_command_ += lowering::kCommandBytes;
  return lowering::decode(words);
}

void TileCore::compute(const Command& command) {
  const auto layer = static_cast<network::LayerId>(command.layer);
  const lowering::ProgramItem& item = around_.program.items[command.item];
  const lowering::ThreadPart part{program_.cluster, item.resource.cores, item.range, command.share};
  for (const lowering::KernelStep& step :
       lowering::kernel_steps(around_.model, around_.program.placement, cluster_.core, layer, part)) {
    run_step(command.layer, step);
  }
  around_.host.share_done(command.item, command.participants);
}

// In slices, so that cores take turns on the bus and find in the cache what others have just brought.
void TileCore::run_step(std::uint32_t layer, const lowering::KernelStep& step) {
  Picoseconds begin = now();
  spend(cluster_.kernel_launch * step.work.launches);
  note(layer, Activity::synchronisation, begin);

  const std::int64_t bytes = total_bytes(step.reads) + total_bytes(step.weights) + total_bytes(step.writes);
  const std::int64_t slices = std::clamp<std::int64_t>(bytes / kSliceBytes, 1, kMostSlices);
  const Cycles cycles = cpu::cycles_of(step.work, cluster_.core, around_.model.precision);
  const std::int64_t demand =
      step.weights_ahead ? cluster_.core.stream_bytes_in_flight : cluster_.core.weights_bytes_in_flight;
  for (std::int64_t slice = 0; slice < slices; ++slice) {
    begin = now();
    stream(bursts_of(step.reads, slice, slices, false), cluster_.core.stream_bytes_in_flight);
    stream(bursts_of(step.weights, slice, slices, false), demand);
    note(layer, Activity::memory, begin);

    begin = now();
    spend(clock_.time(Cycles(cycles.raw() * (slice + 1) / slices - cycles.raw() * slice / slices)));
    note(layer, Activity::compute, begin);

    begin = now();
    stream(bursts_of(step.writes, slice, slices, true), cluster_.core.stream_bytes_in_flight);
    note(layer, Activity::memory, begin);
  }
}

// What a slice of ranges, taken as one run of bytes, makes the cluster's cache do. Slices meet on whole
// lines.
const std::vector<cpu::CacheBurst>& TileCore::bursts_of(const std::vector<lowering::AddressRange>& ranges,
                                                        std::int64_t slice, std::int64_t slices, bool write) {
  bursts_.clear();
  const std::int64_t all = total_bytes(ranges);
  const std::int64_t from = all * slice / slices, to = all * (slice + 1) / slices;
  std::int64_t position = 0;
  for (const lowering::AddressRange& range : ranges) {
    const auto bound = [&](std::int64_t at) {
      const std::int64_t inside = std::clamp<std::int64_t>(at - position, 0, range.bytes);
      return inside == range.bytes ? inside : inside / kLineBytes * kLineBytes;
    };
    const std::int64_t begin = bound(from), end = bound(to);
    position += range.bytes;
    if (begin == end) continue;
    const std::uint64_t address = range.address + static_cast<std::uint64_t>(begin);
    if (write) {
      around_.caches.write(program_.cluster, address, end - begin, bursts_);
    } else {
      around_.caches.read(program_.cluster, address, end - begin, bursts_);
    }
  }
  return bursts_;
}

void TileCore::clean(const Command& command) {
  std::vector<cpu::CacheBurst> bursts;
  around_.caches.clean(program_.cluster, command.address, static_cast<std::int64_t>(command.bytes), bursts);
  stream(bursts, cluster_.core.stream_bytes_in_flight);
  const double lines = static_cast<double>(command.bytes) / 64.0;
  spend(Cycles(static_cast<std::int64_t>(std::ceil(lines * around_.platform.runtime.clean_cycles_per_line))));
  drain_stores();
}

void TileCore::invalidate(const Command& command) {
  around_.caches.invalidate(program_.cluster, command.address, static_cast<std::int64_t>(command.bytes));
  const double lines = static_cast<double>(command.bytes) / 64.0;
  spend(Cycles(
      static_cast<std::int64_t>(std::ceil(lines * around_.platform.runtime.invalidate_cycles_per_line))));
}

void TileCore::start_accelerator(const Command& command) {
  std::uint32_t& started = doorbells_[command.unit];
  if (started == 0) write_register(command.unit, regs::kControlOffset, regs::kControlIrqEnableMask);
  waiting_for_ = fmt::format("room in the job queue of accelerator{}", command.unit);
  while ((read_register(command.unit, regs::kStatusOffset) & regs::kStatusQueueFullMask) != 0) {
    check_accelerator(command.unit);
    if (command.polls) {
      spend(around_.platform.runtime.poll_interval);
      continue;
    }
    // The queue frees with a finished job; its interrupt stays up until it is acknowledged.
    if (!around_.interrupts.pending(command.unit)) wait(around_.interrupts.raised(command.unit));
    write_register(command.unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
  }
  waiting_for_.clear();
  around_.host.accelerator_started(command.unit, command.layer);
  write_register(command.unit, regs::kDoorbellHiOffset, static_cast<std::uint32_t>(command.address >> 32));
  write_register(command.unit, regs::kDoorbellLoOffset, static_cast<std::uint32_t>(command.address));
  ++started;
}

void TileCore::wait_accelerator(const Command& command) {
  waiting_for_ = fmt::format("the interrupt of accelerator{}", command.unit);
  for (;;) {
    if (!around_.interrupts.pending(command.unit)) wait(around_.interrupts.raised(command.unit));
    check_accelerator(command.unit);
    write_register(command.unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
    if (read_register(command.unit, regs::kJobsDoneOffset) == doorbells_[command.unit]) break;
  }
  waiting_for_.clear();
}

// The interrupt line is masked; STATUS says when all jobs are over.
void TileCore::poll_accelerator(const Command& command) {
  while ((read_register(command.unit, regs::kStatusOffset) & regs::kStatusBusyMask) != 0)
    spend(around_.platform.runtime.poll_interval);
  check_accelerator(command.unit);
  write_register(command.unit, regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
  const std::uint32_t done = read_register(command.unit, regs::kJobsDoneOffset);
  std::uint32_t& polled = polled_[command.unit];
  if (done != doorbells_[command.unit] || done == polled) {
    throw SimulationError(fmt::format(
        "deadlock at {:.3f} us: accelerator{} is idle, with {} of {} jobs done and {} before this wait",
        to_microseconds(now()), command.unit, done, doorbells_[command.unit], polled));
  }
  polled = done;
}

void TileCore::change_point(const Command& command) {
  std::size_t point = first_point_;
  if (command.bytes != 0) {
    point = 0;
    while (cluster_.operating_points.at(point).frequency != Hertz(static_cast<std::int64_t>(command.bytes)))
      ++point;
  }
  if (point == point_) return;
  spend(cluster_.transition);
  point_ = point;
  clock_ = Clock(cluster_.operating_points[point].frequency);
  around_.host.point_changed(program_.cluster, point);
}

void TileCore::check_accelerator(std::uint32_t unit) {
  if ((read_register(unit, regs::kIrqStatusOffset) & regs::kIrqStatusErrorMask) == 0) return;
  const std::uint32_t info = read_register(unit, regs::kErrorInfoOffset);
  const std::uint64_t address = read_register(unit, regs::kErrorAddrLoOffset) |
                                (std::uint64_t{read_register(unit, regs::kErrorAddrHiOffset)} << 32);
  const std::uint32_t response = (info & regs::kErrorInfoResponseMask) >> regs::kErrorInfoResponseShift;
  throw SimulationError(fmt::format("accelerator{} reports {} at address {:#x} (engine {})", unit,
                                    response == 3   ? "DECERR"
                                    : response == 2 ? "SLVERR"
                                                    : "a refused job",
                                    address,
                                    (info & regs::kErrorInfoEngineMask) >> regs::kErrorInfoEngineShift));
}

std::uint32_t TileCore::read_register(std::uint32_t unit, std::uint32_t offset) {
  std::uint32_t value = 0;
  spend(Cycles(around_.platform.runtime.register_access_cycles));
  transfer(BusCommand::read, around_.platform.accelerators[unit].registers + offset,
           reinterpret_cast<std::uint8_t*>(&value), sizeof value);
  return value;
}

void TileCore::write_register(std::uint32_t unit, std::uint32_t offset, std::uint32_t value) {
  spend(Cycles(around_.platform.runtime.register_access_cycles));
  transfer(BusCommand::write, around_.platform.accelerators[unit].registers + offset,
           reinterpret_cast<std::uint8_t*>(&value), sizeof value);
}

void TileCore::transfer(BusCommand command, std::uint64_t address, std::uint8_t* data, std::uint32_t bytes) {
  bool done = false;
  BusRequest request;
  request.command = command;
  request.address = address;
  request.bytes = bytes;
  request.data = data;
  request.id = static_cast<std::uint32_t>(program_.core);
  request.done = [&](BusStatus status) {
    if (status != BusStatus::okay) {
      throw SimulationError(fmt::format("core {} of cluster {}: {} on a {} of address {:#x}", program_.core,
                                        cluster_.name, to_string(status),
                                        command == BusCommand::read ? "read" : "write", address));
    }
    done = true;
    progress_.notify(sc_core::SC_ZERO_TIME);
  };
  port_.issue(std::move(request));
  while (!done) wait(progress_);
}

void TileCore::stream(const std::vector<cpu::CacheBurst>& bursts, std::int64_t bytes_in_flight) {
  if (bursts.empty()) return;
  stream_limit_ = bytes_in_flight;
  queued_.insert(queued_.end(), bursts.begin(), bursts.end());
  issue_more();
  while (!queued_.empty() || loads_ > 0) wait(progress_);
}

void TileCore::issue_more() {
  while (!queued_.empty() &&
         (bytes_in_flight_ == 0 || bytes_in_flight_ + queued_.front().bytes <= stream_limit_)) {
    // Not more at once than may be in flight.
    cpu::CacheBurst& front = queued_.front();
    cpu::CacheBurst burst = front;
    burst.bytes = static_cast<std::uint32_t>(std::min<std::int64_t>(burst.bytes, stream_limit_));
    front.address += burst.bytes;
    front.bytes -= burst.bytes;
    if (front.bytes == 0) queued_.pop_front();
    bytes_in_flight_ += burst.bytes;
    (burst.write ? stores_ : loads_) += 1;
    BusRequest request;
    request.command = burst.write ? BusCommand::write : BusCommand::read;
    request.address = burst.address;
    request.bytes = burst.bytes;
    request.id = static_cast<std::uint32_t>(program_.core);
    request.done = [this, burst](BusStatus status) {
      if (status != BusStatus::okay) {
        throw SimulationError(fmt::format("core {} of cluster {}: {} on a {} of address {:#x}", program_.core,
                                          cluster_.name, to_string(status), burst.write ? "write" : "read",
                                          burst.address));
      }
      bytes_in_flight_ -= burst.bytes;
      (burst.write ? stores_ : loads_) -= 1;
      issue_more();
      progress_.notify(sc_core::SC_ZERO_TIME);
    };
    // A line another cluster owned is written back through that cluster's port.
    around_.ports[static_cast<std::size_t>(burst.cluster)]->issue(std::move(request));
  }
}

void TileCore::drain_stores() {
  while (stores_ > 0) wait(progress_);
}

void TileCore::spend(Cycles cycles) { spend(clock_.time(cycles)); }

void TileCore::spend(Picoseconds time) {
  if (time.raw() == 0) return;
  // Through the queue, which keeps an order among calls at one time: cores that finish together do so often,
  // and in which order SystemC wakes processes depends on whatever else it has been told.
  rested_ = false;
  port_.queue().at<&TileCore::end_rest>(now() + time, *this);
  while (!rested_) wait(progress_);
}

void TileCore::end_rest(std::uint64_t) {
  rested_ = true;
  progress_.notify(sc_core::SC_ZERO_TIME);
}

void TileCore::note(std::uint32_t layer, Activity activity, Picoseconds begin) {
  if (now() > begin)
    around_.host.span({program_.cluster, program_.core, layer, activity, point_, begin, now()});
}

}  // namespace tandem::sim
