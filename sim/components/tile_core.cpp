// SPDX-License-Identifier: Apache-2.0
#include "sim/components/tile_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "models/core/error.h"
#include "models/lowering/line_owners.h"
#include "models/spec/run.h"

namespace tandem::sim {

using lowering::Command;
using lowering::Opcode;

namespace {
constexpr std::uint32_t kFetchBytes = 256;  // four commands at a time
// A step is no more slices than so many bytes have at the default quantum, in proportion to it.
constexpr std::int64_t kMostBytes = 64 * spec::kQuantum.raw();
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
      memory_(fmt::format("core {} of cluster {}", program.core, cluster_.name), cluster_, program.cluster,
              program.core, surroundings.caches, surroundings.ports),
      driver_(surroundings.platform, surroundings.interrupts, surroundings.units, memory_, clock_,
              waiting_for_),
      next_command_(program.address),
      buffer_(kFetchBytes) {
  SC_THREAD(run);
}

void TileCore::run() {
  while (!stopped_) {
    const Command command = fetch();
    ++commands_;
    execute(command);
  }
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
      driver_.wait_for_room(command.unit, command.polls);
      around_.host.accelerator_started(command.unit, command.layer);
      driver_.ring(command.unit, command.address);
      return note(command.layer, Activity::control, begin);
    case Opcode::wait_accelerator:
      driver_.wait_for_jobs(command.unit, command.polls);
      return note(command.layer, command.polls ? Activity::polling : Activity::synchronisation, begin);
    case Opcode::clean:
      clean(command);
      return note(command.layer, Activity::maintenance, begin);
    case Opcode::invalidate:
      invalidate(command);
      return note(command.layer, Activity::maintenance, begin);
    case Opcode::barrier:
      waiting_for_ = "the other cores at a barrier";
      around_.line.barrier(static_cast<std::size_t>(program_.stage)).arrive(command.participants);
      waiting_for_.clear();
      return note(command.layer, command.polls ? Activity::polling : Activity::synchronisation, begin);
    case Opcode::operating_point:
      change_point(command);
      return note(command.layer, Activity::synchronisation, begin);
    case Opcode::await_stage:
      await_stage(command);
      return note(command.layer, command.polls ? Activity::polling : Activity::synchronisation, begin);
    case Opcode::post_stage:
      post_stage(command);
      return note(command.layer, Activity::control, begin);
    case Opcode::load_chain:
      load_chain(command);
      return note(command.layer, Activity::memory, begin);
    case Opcode::copy:
    case Opcode::fill:
      copy(command);
      return note(command.layer, Activity::memory, begin);
    case Opcode::repeat:
      if (++rounds_ < command.participants) next_command_ = command.address;
      return;
  }
}

Command TileCore::fetch() {
  const std::uint64_t block = next_command_ / kFetchBytes * kFetchBytes;
  if (block != buffered_) {
    memory_.transfer(BusCommand::read, block, buffer_.data(), kFetchBytes);
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
  const lowering::ThreadPart part{item.workspace, item.resource.cores,
                                  area_of(item, around_.model.network->layer(layer).output), command.share,
                                  item.kernel};
  for (const lowering::KernelStep& step : lowering::kernel_steps(
           around_.model, around_.program.placement_of(command.copy), cluster_.core, layer, part)) {
    // A kernel is handed to all threads at once, and one starts after the other.
    const Picoseconds begin = now();
    memory_.spend(item.launch * step.work.launches +
                  around_.platform.runtime.thread_start * (item.first_thread + program_.thread));
    note(command.layer, Activity::handover, begin);
    run_step(command.layer, step);
  }
  around_.host.share_done(command.item, command.participants);
}

// In slices, so that cores take turns on the bus and find in the cache what others have just brought.
void TileCore::run_step(std::uint32_t layer, const lowering::KernelStep& step) {
  const std::int64_t bytes = total_bytes(step.reads) + total_bytes(step.weights) + total_bytes(step.writes);
  const std::int64_t slices =
      std::clamp<std::int64_t>(bytes / around_.quantum, 1, kMostBytes / around_.quantum);
  const Cycles cycles = cpu::cycles_of(step.work, cluster_.core, around_.model.precision);
  const std::int64_t demand =
      step.weights_ahead ? cluster_.core.reads_in_flight : cluster_.core.weights_in_flight;
  const Access writes = step.scattered ? Access::scattered_write : Access::write;
  for (std::int64_t slice = 0; slice < slices; ++slice) {
    Picoseconds begin = now();
    const Cycles own(cycles.raw() * (slice + 1) / slices - cycles.raw() * slice / slices);
    memory_.stream(bursts_of(step.reads, slice, slices, Access::read), cluster_.core.reads_in_flight);
    memory_.start_stream(bursts_of(step.weights, slice, slices, Access::read), demand,
                         step.overlapped ? cluster_.gemv_in_flight : 0);
    if (!step.overlapped) memory_.finish_stream();
    // The entry of a line's page comes first and takes as long as the line: more pages than any cache keeps.
    if (step.page_walks) memory_.spend(now() - begin);
    note(layer, Activity::memory, begin);

    begin = now();
    spend(own);
    note(layer, Activity::compute, begin);

    begin = now();
    memory_.finish_stream();
    memory_.stream(bursts_of(step.writes, slice, slices, writes), cluster_.core.reads_in_flight);
    note(layer, Activity::memory, begin);
  }
}

// What a slice of ranges, taken as one run of bytes, makes the cluster's cache do. Slices meet on whole
// lines.
const std::vector<cpu::CacheBurst>& TileCore::bursts_of(const std::vector<lowering::AddressRange>& ranges,
                                                        std::int64_t slice, std::int64_t slices,
                                                        Access access) {
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
    switch (access) {
      case Access::read:
        around_.caches.read(program_.cluster, address, end - begin, bursts_);
        break;
      case Access::write:
        around_.caches.write(program_.cluster, address, end - begin, bursts_);
        break;
      case Access::scattered_write:
        around_.caches.write(program_.cluster, address, end - begin, bursts_,
                             cpu::CoherentCaches::Writes::scattered);
        break;
    }
  }
  return bursts_;
}

// The counters lie in memory that is not cached.
void TileCore::await_stage(const Command& command) {
  waiting_for_ = fmt::format("stage {} to be done with an image", command.unit);
  for (;;) {
    const std::uint64_t seen = around_.line.posts(command.unit);
    std::uint32_t done = 0;
    memory_.transfer(BusCommand::read, command.address, reinterpret_cast<std::uint8_t*>(&done), sizeof done);
    if (static_cast<std::int32_t>(done + command.participants - posted_) > 0) break;
    if (command.polls) {
      memory_.spend(around_.platform.runtime.poll_interval);
    } else {
      around_.line.sleep(command.unit, seen);
      memory_.spend(around_.platform.runtime.barrier);  // as long as a barrier takes to wake its cores
    }
    stage_begin_ = now();
  }
  waiting_for_.clear();
}

void TileCore::post_stage(const Command& command) {
  std::uint32_t done = ++posted_;
  memory_.transfer(BusCommand::write, command.address, reinterpret_cast<std::uint8_t*>(&done), sizeof done);
  around_.line.post(command.unit);
  around_.host.stage_done(command.unit, stage_begin_);
  stage_begin_ = now();
}

// Lines in an order that no prefetcher foresees: a linear congruential generator visits all of 2^n.
void TileCore::load_chain(const Command& command) {
  const std::uint64_t lines = command.bytes / kLineBytes;
  std::uint64_t line = 0;
  for (std::uint32_t i = 0; i < command.participants; ++i) {
    memory_.load(command.address + line * kLineBytes, clock_);
    line = (line * 1664525 + 1013904223) % lines;
  }
}

void TileCore::copy(const Command& command) {
  const auto bytes = static_cast<std::int64_t>(command.bytes);
  lowering::KernelStep step;
  if (command.opcode == Opcode::copy) step.reads = {{command.address, bytes}};
  step.writes = {{command.address + command.bytes, bytes}};
  run_step(command.layer, step);
  memory_.drain_stores();
}

void TileCore::clean(const Command& command) {
  std::vector<cpu::CacheBurst> bursts;
  around_.caches.clean(program_.cluster, command.address, static_cast<std::int64_t>(command.bytes), bursts);
  memory_.stream(bursts, cluster_.core.reads_in_flight);
  const double lines = static_cast<double>(command.bytes) / 64.0;
  spend(Cycles(static_cast<std::int64_t>(std::ceil(lines * around_.platform.runtime.clean_cycles_per_line))));
  memory_.drain_stores();
}

void TileCore::invalidate(const Command& command) {
  around_.caches.invalidate(program_.cluster, command.address, static_cast<std::int64_t>(command.bytes));
  const double lines = static_cast<double>(command.bytes) / 64.0;
  spend(Cycles(
      static_cast<std::int64_t>(std::ceil(lines * around_.platform.runtime.invalidate_cycles_per_line))));
}

void TileCore::change_point(const Command& command) {
  std::size_t point = first_point_;
  if (command.bytes != 0) {
    point = 0;
    while (cluster_.operating_points.at(point).frequency != Hertz(static_cast<std::int64_t>(command.bytes)))
      ++point;
  }
  if (point == point_) return;
  memory_.spend(cluster_.transition);
  point_ = point;
  clock_ = Clock(cluster_.operating_points[point].frequency);
  around_.host.point_changed(program_.cluster, point);
}

void TileCore::spend(Cycles cycles) { memory_.spend(clock_.time(cycles)); }

void TileCore::note(std::uint32_t layer, Activity activity, Picoseconds begin) {
  if (now() > begin)
    around_.host.span({program_.cluster, program_.core, layer, activity, point_, begin, now()});
}

}  // namespace tandem::sim
