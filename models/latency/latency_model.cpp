// SPDX-License-Identifier: Apache-2.0
#include "models/latency/latency_model.h"

#include <algorithm>
#include <cmath>

#include "models/core/error.h"
#include "models/lowering/kernel_steps.h"
#include "models/lowering/offload.h"
#include "models/memory/dram_spec.h"

namespace tandem::latency {

namespace {

constexpr double kLine = 64.0;

std::int64_t total_bytes(const std::vector<lowering::AddressRange>& ranges) {
  std::int64_t bytes = 0;
  for (const auto& range : ranges) bytes += range.bytes;
  return bytes;
}

Picoseconds seconds_to_time(double seconds) { return Picoseconds(std::llround(seconds * 1e12)); }

}  // namespace

LatencyModel::LatencyModel(const network::Model& model, const spec::Platform& platform,
                           const std::map<std::string, Hertz>& frequency)
    : model_(model),
      platform_(platform),
      frequency_(frequency),
      placement_(lowering::place(model, platform)) {
  const memory::DramSpec* dram = memory::find_dram(platform.dram.type);
  if (dram == nullptr) {
    throw InputError(
        {platform.file, 0, 0}, "dram.type",
        "\"" + platform.dram.type + "\" is unknown; allowed is one of " + join(memory::dram_names()));
  }
  const Clock bus(platform.interconnect.clock);
  // Streams hit open rows mostly: a column access, its data, and the way there and back.
  load_latency_ =
      bus.time(Cycles(platform.interconnect.request_cycles + platform.interconnect.response_cycles)) +
      platform.dram.controller_latency + dram->clock.time(Cycles(dram->timing.read_latency)) +
      dram->timing.dqsck + dram->burst_time();
  peak_bytes_per_second_ = dram->peak_bytes_per_second();
}

Clock LatencyModel::clock_of(int cluster) const {
  const spec::Cluster& own = platform_.clusters[static_cast<std::size_t>(cluster)];
  const auto asked = frequency_.find(own.name);
  return Clock(asked != frequency_.end() ? asked->second : own.operating_points.back().frequency);
}

double LatencyModel::stream_rate(std::int64_t bytes_in_flight) const {
  const auto in_flight = static_cast<double>(bytes_in_flight);
  // The last burst of the window still has to cross the port after the first data came.
  const double port = static_cast<double>(platform_.interconnect.width_bytes) *
                      static_cast<double>(platform_.interconnect.clock.raw());
  const double latency = static_cast<double>(load_latency_.raw()) * 1e-12 + 256.0 / port;
  return std::min(in_flight / latency, peak_bytes_per_second_);
}

// The busiest thread is the first: its share is the largest, and it meets the weights before the others.
CorePart LatencyModel::core_part(network::LayerId layer, const lowering::Resource& cores,
                                 const network::OutputRange& range,
                                 std::optional<cpu::Kernel> kernel) const {
  const spec::Cluster& cluster = platform_.clusters[static_cast<std::size_t>(cores.cluster)];
  const std::vector<cpu::Share> shares =
      cpu::deal(model_.network->layer(layer).output, range, cores.cores, placement_.block);
  // Threads that share weights wait for a part of them each.
  const bool same_channels = shares.size() < 2 || shares[0].k0 == shares[1].k0 || shares[1].empty();
  const double fetchers = same_channels ? cores.cores : 1.0;
  const auto beyond_cache = [&](const std::vector<lowering::AddressRange>& ranges) {
    const double bytes = static_cast<double>(total_bytes(ranges));
    return bytes * cores.cores > static_cast<double>(cluster.l2.raw()) / 2 ? bytes : 0.0;
  };
  CorePart part;
  if (shares.front().empty()) return part;
  part.cores = static_cast<double>((range.k1 - range.k0)) * static_cast<double>(range.p1 - range.p0) *
               model_.network->layer(layer).output.w / static_cast<double>(shares.front().elements());
  for (const lowering::KernelStep& step : lowering::kernel_steps(
           model_, placement_, cluster.core, layer, {cores.cluster, cores.cores, range, shares.front(), kernel})) {
    const double writes = beyond_cache(step.writes);
    const double reads = beyond_cache(step.reads) + (step.scattered ? writes : 0),
                 weights = static_cast<double>(total_bytes(step.weights));
    const double all_cores = stream_rate(cluster.reads_in_flight);
    const double stream = std::min(all_cores, stream_rate(cluster.core.reads_in_flight));
    const double demand = std::min(stream, stream_rate(cluster.core.weights_in_flight));
    const double fetch = weights / fetchers / (step.weights_ahead ? stream : demand);
    const double own = reads / stream + fetch * (step.page_walks ? 2 : 1);
    const double all = (reads + weights / fetchers) * cores.cores + writes * cores.cores;
    const Picoseconds memory = seconds_to_time(std::max(own, all / all_cores));
    const Picoseconds work =
        clock_of(cores.cluster).time(cpu::cycles_of(step.work, cluster.core, model_.precision));
    const Picoseconds both = step.overlapped ? std::max(memory, work) : memory + work;
    part.time += both + cluster.kernel_launch * (step.work.launches * (cores.cores - 1));
    part.computing += work;
    ++part.steps;
    part.stalled += both - work;
    part.read_bytes += (reads + weights / fetchers) * part.cores;
    part.write_bytes += writes * part.cores;
    part.l2_lines +=
        static_cast<double>(total_bytes(step.reads) + total_bytes(step.weights) + total_bytes(step.writes)) *
        part.cores / kLine;
  }
  return part;
}

UnitPart LatencyModel::unit_part(network::LayerId layer, const lowering::Resource& unit,
                                 const network::OutputRange& range) const {
  const spec::Accelerator& own = platform_.accelerators[static_cast<std::size_t>(unit.accelerator)];
  UnitPart part;
  for (const accelerator::ConvJob& job : lowering::jobs_without_addresses(model_, layer, range, own.array)) {
    part.cycles += accelerator::analytic_cycles(job, own.array, timing_of(own));
    part.mac_cycles += accelerator::mac_cycles(job, own.array);
    const accelerator::Traffic traffic = accelerator::traffic_of(job, own.array);
    part.read_bytes += traffic.read_bytes;
    part.write_bytes += traffic.write_bytes;
    ++part.jobs;
  }
  part.time = Clock(own.clock).time(part.cycles);
  return part;
}

Picoseconds LatencyModel::accelerator_time(network::LayerId layer, const lowering::Resource& unit,
                                           const network::OutputRange& range) const {
  const spec::Accelerator& own = platform_.accelerators[static_cast<std::size_t>(unit.accelerator)];
  const accelerator::MemoryTiming memory = timing_of(own);
  Cycles cycles{0};
  for (const accelerator::ConvJob& job : lowering::jobs_without_addresses(model_, layer, range, own.array)) {
    cycles += accelerator::analytic_cycles(job, own.array, memory);
  }
  return Clock(own.clock).time(cycles);
}

accelerator::MemoryTiming LatencyModel::timing_of(const spec::Accelerator& own) const {
  const Clock clock(own.clock);
  const Clock bus(platform_.interconnect.clock);
  const double period = static_cast<double>(clock.period().raw());
  accelerator::MemoryTiming memory;
  memory.read_latency = static_cast<double>(load_latency_.raw()) / period + 2.0;
  memory.write_latency =
      static_cast<double>(
          (bus.time(Cycles(platform_.interconnect.request_cycles + platform_.interconnect.response_cycles)))
              .raw()) /
          period +
      2.0;
  const double port = static_cast<double>(own.array.bus_bytes);
  const double bus_share = static_cast<double>(platform_.interconnect.width_bytes) *
                           static_cast<double>(platform_.interconnect.clock.raw()) * period * 1e-12;
  memory.bytes_per_cycle = std::min({port, bus_share, peak_bytes_per_second_ * period * 1e-12});
  return memory;
}

Picoseconds LatencyModel::compute(network::LayerId layer, const lowering::Resource& resource,
                                  const network::OutputRange& range) const {
  return resource.accelerator >= 0 ? accelerator_time(layer, resource, range)
                                   : core_part(layer, resource, range).time;
}

Picoseconds LatencyModel::maintenance(network::LayerId layer, const lowering::Resource& cores,
                                      int channels) const {
  const auto lines_of = [&](network::LayerId id) {
    return static_cast<double>(placement_.layers[static_cast<std::size_t>(id)].output.layout.bytes()) / kLine;
  };
  const spec::Runtime& runtime = platform_.runtime;
  double input_lines = 0;
  for (const network::LayerId input : model_.network->layer(layer).inputs) input_lines += lines_of(input);
  const double output_lines = lines_of(layer) * channels / model_.network->layer(layer).output.c;
  const double cycles =
      (input_lines * runtime.invalidate_cycles_per_line + output_lines * runtime.clean_cycles_per_line) /
      cores.cores;
  return clock_of(cores.cluster).time(Cycles(static_cast<std::int64_t>(cycles))) + runtime.barrier * 2;
}

Picoseconds LatencyModel::register_access(int cluster) const {
  return clock_of(cluster).time(Cycles(platform_.runtime.register_access_cycles)) + load_latency_;
}

Picoseconds LatencyModel::split_layer(network::LayerId layer, const lowering::Resource& accelerator,
                                      const lowering::Resource& cores, int split) const {
  const network::Shape output = model_.network->layer(layer).output;
  const spec::Runtime& runtime = platform_.runtime;
  const Picoseconds register_access = this->register_access(cores.cluster);
  Picoseconds unit_side{0};
  Picoseconds start{0};
  if (split > 0) {
    start = register_access * 3;
    unit_side = start + compute(layer, accelerator, {0, split, 0, output.h}) + runtime.interrupt_latency +
                register_access * 3;
  }
  Picoseconds core_side = start;
  if (split < output.c) {
    core_side += compute(layer, cores, {split, output.c, 0, output.h});
    const bool snooped = platform_.accelerators[static_cast<std::size_t>(accelerator.accelerator)].coherent;
    if (!snooped) core_side += maintenance(layer, cores, output.c - split);
  }
  return std::max(unit_side, core_side) + runtime.barrier;
}

}  // namespace tandem::latency
