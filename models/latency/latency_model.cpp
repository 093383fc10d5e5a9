// SPDX-License-Identifier: Apache-2.0
#include "models/latency/latency_model.h"

#include <algorithm>
#include <cmath>

#include "models/core/error.h"
#include "models/latency/scaled.h"
#include "models/lowering/kernel_steps.h"
#include "models/lowering/offload.h"
#include "models/memory/dram_spec.h"

namespace tandem::latency {

namespace {

constexpr double kLine = 64.0;
constexpr double kBurst = 256.0;

std::int64_t total_bytes(const std::vector<lowering::AddressRange>& ranges) {
  std::int64_t bytes = 0;
  for (const auto& range : ranges) bytes += range.bytes;
  return bytes;
}

Picoseconds seconds_to_time(double seconds) { return Picoseconds(std::llround(seconds * 1e12)); }

// Lines come in bursts, and one that does not fit into what may be in flight waits.
double whole_bursts(std::int64_t bytes) {
  return static_cast<double>(bytes) < kBurst ? static_cast<double>(bytes)
                                             : std::floor(static_cast<double>(bytes) / kBurst) * kBurst;
}

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
  const double port = platform_.interconnect.bytes_per_second();
  const double channel = peak_bytes_per_second_ / dram->channels;
  // Now and then a stream comes to another row, or meets a refresh.
  const memory::DramTiming& timing = dram->timing;
  hindrance_ = seconds(timing.rp + timing.rcd) * kBurst / dram->row_bytes +
               seconds(timing.rfc) * seconds(timing.rfc) / (2 * seconds(timing.refi));
  crossing_ = std::max(kBurst / port, (kBurst - static_cast<double>(dram->access_bytes())) / channel);
}

Clock LatencyModel::clock_of(int cluster) const {
  const spec::Cluster& own = platform_.clusters[static_cast<std::size_t>(cluster)];
  const auto asked = frequency_.find(own.name);
  return Clock(asked != frequency_.end() ? asked->second : own.operating_points.back().frequency);
}

double LatencyModel::stream_rate(std::int64_t bytes_in_flight, Picoseconds delay) const {
  // The last burst of the window still has to cross the port after the first data came, or stands behind
  // others' bursts meanwhile.
  const double latency = seconds(load_latency_) + hindrance_ + std::max(seconds(delay), crossing_);
  return std::min(whole_bursts(bytes_in_flight) / latency, peak_bytes_per_second_);
}

double LatencyModel::shared_stream_rate(std::int64_t bytes_in_flight, double share, Picoseconds delay) const {
  // Whoever comes next finds half of the others' bursts before its own.
  const double bursts = std::max(1.0, whole_bursts(bytes_in_flight) / kBurst);
  const double before = (bursts - 1) / 2 * kBurst / peak_bytes_per_second_;
  const double latency = seconds(load_latency_) + hindrance_ + before + std::max(seconds(delay), crossing_);
  const double in_flight = share < 1 ? static_cast<double>(bytes_in_flight) * share : bursts * kBurst;
  return std::min(in_flight / latency, peak_bytes_per_second_);
}

Picoseconds LatencyModel::command_fetch() const { return load_latency_ + seconds_to_time(crossing_); }

// The busiest thread is the first: its share is the largest, and it meets the weights before the others.
CorePart LatencyModel::core_part(network::LayerId layer, const lowering::Resource& cores,
                                 const cpu::Share& area, const Conditions& conditions) const {
  const spec::Cluster& cluster = platform_.clusters[static_cast<std::size_t>(cores.cluster)];
  const network::Layer& own = model_.network->layer(layer);
  const std::vector<cpu::Share> shares =
      lowering::thread_shares(model_, placement_, cluster.core, layer, area, cores.cores, conditions.kernel);
  // Threads that share weights wait for a part of them each.
  const bool same_channels = shares.size() < 2 || shares[0].k0 == shares[1].k0 || shares[1].empty();
  const double fetchers = same_channels ? cores.cores : 1.0;
  const double l2 = static_cast<double>(cluster.l2.raw());
  double input_bytes = 0;
  for (const network::LayerId input : own.inputs)
    input_bytes +=
        static_cast<double>(placement_.layers[static_cast<std::size_t>(input)].output.layout.bytes());
  const Picoseconds launch =
      conditions.launch.value_or(cores.cores > 1 ? cluster.kernel_launch : Picoseconds(0));
  CorePart part;
  if (shares.front().empty()) return part;
  const double elements = static_cast<double>(shares.front().elements());
  part.cores = static_cast<double>(area.elements()) / elements;
  double dirty = 0;  // of a thread: written by earlier steps, more than the cache keeps, and still there
  const double results = elements * (model_.precision == network::Precision::int8 ? 1 : 4);
  for (const lowering::KernelStep& step :
       lowering::kernel_steps(model_, placement_, cluster.core, layer,
                              {cores.cluster, cores.cores, area, shares.front(), conditions.kernel})) {
    const auto writes = static_cast<double>(total_bytes(step.writes));
    const auto weights = static_cast<double>(total_bytes(step.weights));
    // Partial sums are read back as often as they are written, but once.
    const double again = step.scattered ? std::max(0.0, writes - results) : 0.0;
    // What all threads read is fetched once: each waits for a part of it.
    const double reads = std::max(0.0, static_cast<double>(total_bytes(step.reads)) - again) /
                         (step.reads_shared ? part.cores : 1.0);
    double missed = 0;
    if (part.steps == 0) {
      // Inputs: those that were just computed here, unless they are too many. All threads together read them
      // once.
      missed = input_bytes > l2 / 2 ? reads : std::min(reads, input_bytes / part.cores) * conditions.cold;
    } else if (reads * part.cores + input_bytes > l2) {
      missed = reads;  // of the workspace: written whole, then read from its beginning
    }
    const bool results_stay = (writes - again) * part.cores <= l2 / 2;
    if (!results_stay) missed += again;
    // A line of which only a piece is written is fetched first.
    const double fetched = !step.scattered ? 0.0 : results_stay ? std::min(writes, results) : writes;
    const double stored = results_stay ? 0.0 : writes;
    // What comes into a full cache drives out what was written before, and waits for it.
    const double written = dirty + stored;
    dirty = std::max(0.0, std::min(written, l2 / part.cores - missed - fetched));
    const double driven_out = written - dirty;

    part.shares_window |= step.overlapped;
    const double port = stream_rate(cluster.reads_in_flight, conditions.delay);
    const double all_cores =
        step.overlapped
            ? std::min(port, shared_stream_rate(cluster.gemv_in_flight, conditions.window, conditions.delay))
            : port;
    const double stream = std::min(all_cores, stream_rate(cluster.core.reads_in_flight, conditions.delay));
    const double demand = std::min(stream, stream_rate(cluster.core.weights_in_flight, conditions.delay));
    const double alone =
        (missed + fetched + driven_out) / stream +
        weights / fetchers / (step.weights_ahead ? stream : demand) * (step.page_walks ? 2 : 1);
    const double together = (missed + fetched + weights / fetchers + stored) * part.cores / all_cores;
    const Picoseconds work =
        clock_of(cores.cluster).time(cpu::cycles_of(step.work, cluster.core, model_.precision));
    const Picoseconds memory = seconds_to_time(alone);
    const Picoseconds both =
        std::max(step.overlapped ? std::max(memory, work) : memory + work, seconds_to_time(together));
    part.time += both + launch * step.work.launches;
    part.computing += work;
    ++part.steps;
    part.stalled += both - work;
    part.read_bytes += (missed + fetched + weights / fetchers) * part.cores;
    part.write_bytes += stored * part.cores;
    part.l2_lines +=
        static_cast<double>(total_bytes(step.reads) + total_bytes(step.weights) + total_bytes(step.writes)) *
        part.cores / kLine;
  }
  // Threads start one after the other, at each step again.
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i].empty()) continue;
    const double as_much = static_cast<double>(shares[i].elements()) / elements;
    const Picoseconds end = platform_.runtime.thread_start * (static_cast<std::int64_t>(i) * part.steps) +
                            seconds_to_time(static_cast<double>(part.time.raw()) * 1e-12 * as_much);
    part.last_end = std::max(part.last_end, end);
  }
  return part;
}

UnitPart LatencyModel::unit_part(network::LayerId layer, const lowering::Resource& unit,
                                 const network::OutputRange& range, Picoseconds delay) const {
  const spec::Accelerator& own = platform_.accelerators[static_cast<std::size_t>(unit.accelerator)];
  const accelerator::MemoryTiming memory = timing_of(own, delay);
  UnitPart part;
  for (const accelerator::ConvJob& job : lowering::jobs_without_addresses(model_, layer, range, own.array)) {
    const Cycles cycles = accelerator::analytic_cycles(job, own.array, memory);
    part.cycles += cycles;
    const auto length = static_cast<double>(cycles.raw());
    if (length > part.longest[0]) {
      part.longest = {length, part.longest[0]};
    } else if (length > part.longest[1]) {
      part.longest[1] = length;
    }
    part.mac_cycles += accelerator::mac_cycles(job, own.array);
    const accelerator::Traffic traffic = accelerator::traffic_of(job, own.array);
    part.read_bytes += traffic.read_bytes;
    part.write_bytes += traffic.write_bytes;
    ++part.jobs;
  }
  part.time = Clock(own.clock).time(part.cycles);
  for (double& one : part.longest) one /= static_cast<double>(std::max<std::int64_t>(1, part.cycles.raw()));
  return part;
}

accelerator::MemoryTiming LatencyModel::timing_of(const spec::Accelerator& own, Picoseconds delay) const {
  const Clock clock(own.clock);
  const Clock bus(platform_.interconnect.clock);
  const double period = static_cast<double>(clock.period().raw());
  accelerator::MemoryTiming memory;
  memory.write_latency =
      static_cast<double>(
          (bus.time(Cycles(platform_.interconnect.request_cycles + platform_.interconnect.response_cycles)))
              .raw()) /
          period +
      2.0;
  const double port = static_cast<double>(own.array.bus_bytes);
  const double bus_share = platform_.interconnect.bytes_per_second() * period * 1e-12;
  memory.bytes_per_cycle = std::min({port, bus_share, peak_bytes_per_second_ * period * 1e-12});
  // A burst crosses the port while others are served.
  const double behind =
      std::max(0.0, static_cast<double>(delay.raw()) / period - kBurst / memory.bytes_per_cycle);
  memory.read_latency = static_cast<double>(load_latency_.raw()) / period + behind + 2.0;
  return memory;
}

Picoseconds LatencyModel::compute(network::LayerId layer, const lowering::Resource& resource,
                                  const network::OutputRange& range) const {
  return resource.accelerator >= 0
             ? unit_part(layer, resource, range).time
             : core_part(layer, resource, cpu::area_of(range, model_.network->layer(layer).output)).time;
}

Picoseconds LatencyModel::register_access(int cluster) const {
  return clock_of(cluster).time(Cycles(platform_.runtime.register_access_cycles)) + load_latency_;
}

}  // namespace tandem::latency
