// SPDX-License-Identifier: Apache-2.0
#include "models/latency/layer_timing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/latency/scaled.h"
#include "models/lowering/dataflow.h"
#include "models/lowering/line_owners.h"
#include "models/memory/dram_rates.h"
#include "models/memory/dram_spec.h"

namespace tandem::latency {

namespace {

constexpr double kLine = 64.0;
constexpr int kHostAccesses = 3;  // of registers, to start a job and to end a wait
constexpr int kQueuedJobs = 2;    // that an accelerator takes before its host has to wait

}  // namespace

LayerTiming::LayerTiming(const LatencyModel& latency, const network::Model& model,
                         const spec::Platform& platform, Run run)
    : latency_(latency),
      model_(model),
      platform_(platform),
      run_(std::move(run)),
      written_(static_cast<std::size_t>(model.network->size())) {
  const memory::DramSpec& dram = *memory::find_dram(platform.dram.type);
  sustained_ = std::min(platform.interconnect.bytes_per_second(),
                        dram.peak_bytes_per_second() * memory::implied_rates(dram).stream_share);
  for (network::LayerId id = 0; id < model.network->size(); ++id) {
    if (model.network->layer(id).kind != network::LayerKind::input) continue;
    const auto bytes =
        static_cast<double>(latency_.placement().layers[static_cast<std::size_t>(id)].output.layout.bytes());
    written_[static_cast<std::size_t>(id)] = {bytes / kLine, 1.0};  // by the camera
  }
}

LayerTiming::LayerTiming(const LatencyModel& latency, const LayerTiming& before)
    : latency_(latency),
      model_(before.model_),
      platform_(before.platform_),
      run_(before.run_),
      sustained_(before.sustained_),
      written_(before.written_),
      dropped_(before.dropped_) {}

bool LayerTiming::snoops(const lowering::Resource& unit) const {
  return platform_.accelerators[static_cast<std::size_t>(unit.accelerator)].coherent;
}

void LayerTiming::commit(network::LayerId layer, const std::vector<lowering::ProgramItem>& items) {
  const network::Shape output = model_.network->layer(layer).output;
  const auto at = static_cast<std::size_t>(layer);
  const double lines = static_cast<double>(latency_.placement().layers[at].output.layout.bytes()) / kLine;
  for (const lowering::ProgramItem& item : items) {
    if (item.resource.accelerator >= 0) {
      const double share = static_cast<double>(item.range.k1 - item.range.k0) *
                           (item.range.p1 - item.range.p0) / (static_cast<double>(output.c) * output.h);
      written_[at].unit_share += share;
      if (!snoops(item.resource)) written_[at].unit_lines += lines * share;
    } else {
      for (const network::LayerId input : model_.network->layer(layer).inputs) {
        for (const network::LayerId writer :
             lowering::writers_of(*model_.network, latency_.placement(), input))
          dropped_.insert({item.resource.cluster, writer});
      }
    }
  }
}

// The part of the layer's inputs that no cache can hold yet.
double LayerTiming::cold_share(network::LayerId layer) const {
  if (!run_.extensions.cold_inputs) return 0;
  double cold = 0, all = 0;
  for (const network::LayerId input : model_.network->layer(layer).inputs) {
    for (const network::LayerId writer : lowering::writers_of(*model_.network, latency_.placement(), input)) {
      const auto at = static_cast<std::size_t>(writer);
      const auto bytes = static_cast<double>(latency_.placement().layers[at].output.layout.bytes());
      all += bytes;
      cold += bytes * written_[at].unit_share;
    }
  }
  return all > 0 ? cold / all : 0;
}

double LayerTiming::lines_to_drop(network::LayerId layer, int cluster) const {
  double lines = 0;
  for (const network::LayerId input : model_.network->layer(layer).inputs) {
    for (const network::LayerId writer : lowering::writers_of(*model_.network, latency_.placement(), input)) {
      if (!dropped_.contains({cluster, writer}))
        lines += written_[static_cast<std::size_t>(writer)].unit_lines;
    }
  }
  return lines;
}

bool LayerTiming::needs_clean(network::LayerId layer) const {
  for (const network::LayerId reader : lowering::readers_of(*model_.network, latency_.placement(), layer)) {
    if (run_.unit_reads[static_cast<std::size_t>(reader)]) return true;
  }
  return false;
}

Picoseconds LayerTiming::dropping(network::LayerId layer, const lowering::Resource& group) const {
  const double cycles =
      lines_to_drop(layer, group.cluster) / group.cores * platform_.runtime.invalidate_cycles_per_line;
  return latency_.clock_of(group.cluster).time(Cycles(static_cast<std::int64_t>(std::ceil(cycles))));
}

// The lines leave at the rate the memory takes them, then each costs its cycles.
Picoseconds LayerTiming::cleaning(network::LayerId layer, const lowering::ProgramItem& item) const {
  const network::Shape output = model_.network->layer(layer).output;
  const double share = static_cast<double>(item.range.k1 - item.range.k0) * (item.range.p1 - item.range.p0) /
                       (static_cast<double>(output.c) * output.h);
  const auto at = static_cast<std::size_t>(layer);
  const double bytes = static_cast<double>(latency_.placement().layers[at].output.layout.bytes()) * share;
  const double cycles = bytes / kLine / item.resource.cores * platform_.runtime.clean_cycles_per_line;
  const spec::Cluster& cluster = platform_.clusters[static_cast<std::size_t>(item.resource.cluster)];
  const double rate =
      std::min(sustained_, latency_.stream_rate(cluster.core.writes_in_flight) * item.resource.cores);
  return latency_.clock_of(item.resource.cluster).time(Cycles(static_cast<std::int64_t>(std::ceil(cycles)))) +
         Picoseconds(std::llround(bytes / rate * 1e12));
}

// Every part alone, each access later by `delay`.
void LayerTiming::time_parts(network::LayerId layer, const std::vector<lowering::ProgramItem>& items,
                             Picoseconds delay, LayerTime& into) const {
  const network::Shape output = model_.network->layer(layer).output;
  const double cold = cold_share(layer);
  into.parts.resize(items.size());
  std::vector<std::size_t> readers;  // core groups
  for (std::size_t i = 0; i < items.size(); ++i) {
    PartTime& part = into.parts[i];
    if (items[i].resource.accelerator >= 0) {
      part.unit = latency_.unit_part(layer, items[i].resource, items[i].range, delay);
      part.busy = part.unit.time;
    } else {
      part.core = latency_.core_part(layer, items[i].resource, area_of(items[i], output),
                                     {cold, delay, items[i].kernel, items[i].launch});
      part.busy = part.core.time;
      if (part.core.shares_window) readers.push_back(i);
    }
  }
  if (readers.size() > 1) share_window(layer, items, readers, {cold, delay}, into);
}

LayerTime LayerTiming::time_of(network::LayerId layer,
                               const std::vector<lowering::ProgramItem>& items) const {
  LayerTime parts;
  time_parts(layer, items, Picoseconds(0), parts);
  if (run_.extensions.contention) contend(layer, items, parts);
  return with_protocol(layer, items, std::move(parts));
}

LayerTime LayerTiming::time_at_least(network::LayerId layer,
                                     const std::vector<lowering::ProgramItem>& items) const {
  LayerTime parts;
  time_parts(layer, items, Picoseconds(0), parts);
  return with_protocol(layer, items, std::move(parts));
}

LayerTime LayerTiming::with_protocol(network::LayerId layer, const std::vector<lowering::ProgramItem>& items,
                                     LayerTime result) const {
  const spec::Runtime& runtime = platform_.runtime;
  const Extensions& with = run_.extensions;
  int jobs = 0, groups = 0;
  Picoseconds unit_time{0};
  std::array<Picoseconds, 2> longest{};  // jobs, which come last
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].resource.accelerator < 0) {
      ++groups;
      continue;
    }
    const PartTime& part = result.parts[i];
    jobs += static_cast<int>(part.unit.jobs);
    unit_time += part.busy;
    for (const double one : part.unit.longest) {
      const Picoseconds time = scaled(part.busy, one);
      if (time > longest[0]) {
        longest = {time, longest[0]};
      } else {
        longest[1] = std::max(longest[1], time);
      }
    }
  }
  // The host rings the last job in when the one before the last begins.
  const Picoseconds last_rung = jobs > kQueuedJobs ? unit_time - longest[0] - longest[1] : Picoseconds(0);
  const Picoseconds access = latency_.register_access(run_.host);
  const Picoseconds start = jobs > 0 ? access * kHostAccesses : Picoseconds(0);
  result.begun = start * jobs + last_rung;
  const Picoseconds barrier = run_.cores > 1 ? runtime.barrier : Picoseconds(0);
  const Picoseconds fetch = with.wait_policy ? latency_.command_fetch() : Picoseconds(0);

  // Cores: drop lines, meet, compute, meet, write back.
  Picoseconds cores_begin{0};
  if (groups > 0) {
    bool drops = false;
    for (const lowering::ProgramItem& item : items) {
      if (item.resource.cluster < 0 || lines_to_drop(layer, item.resource.cluster) <= 0) continue;
      drops = true;
      const Picoseconds host = item.resource.cluster == run_.host ? result.begun : Picoseconds(0);
      cores_begin = std::max(cores_begin, host + dropping(layer, item.resource));
    }
    cores_begin += drops ? barrier : fetch;
  }
  Picoseconds cores_end{0}, cleaned{0};
  const bool cleans = groups > 0 && needs_clean(layer);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const lowering::ProgramItem& item = items[i];
    PartTime& part = result.parts[i];
    if (item.resource.cluster < 0) continue;
    Picoseconds begin = cores_begin;
    const bool staggered = with.thread_start && runtime.thread_start.raw() > 0 && item.resource.cores > 1;
    if (item.resource.cluster == run_.host && !staggered) begin = std::max(begin, result.begun);
    const Picoseconds late =
        with.thread_start ? runtime.thread_start * (item.first_thread * part.core.steps) : Picoseconds(0);
    part.end = begin + late + (with.thread_start ? part.core.last_end : part.core.time);
    // The host's own share, the largest, begins when it has rung the last job in.
    if (item.resource.cluster == run_.host && last_rung > Picoseconds(0))
      part.end = std::max(part.end, result.begun + part.core.time);
    part.maintained = dropping(layer, item.resource);
    if (cleans) {
      const Picoseconds time = cleaning(layer, item);
      part.maintained += time;
      cleaned = std::max(cleaned, time);
    }
    cores_end = std::max(cores_end, part.end);
  }
  if (cleans) cores_end += barrier + cleaned;

  Picoseconds end = std::max(cores_end, result.begun);
  if (jobs > 0) {
    Picoseconds unit_end = start + unit_time;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].resource.accelerator >= 0) result.parts[i].end = unit_end;
    }
    if (with.wait_policy && run_.wait == spec::WaitPolicy::polling) {
      // A look comes half an interval after the end, if the host is not late anyway; then it checks.
      unit_end += (runtime.poll_interval + access) / 2;
      end = std::max(end + access, unit_end) + access * kHostAccesses;
    } else {
      end = std::max(end, unit_end + runtime.interrupt_latency) + access * kHostAccesses;
    }
  }
  result.time = end + barrier + fetch;
  return result;
}

}  // namespace tandem::latency
