// SPDX-License-Identifier: Apache-2.0
#include "models/latency/layer_timing.h"

#include <algorithm>
#include <cmath>

#include "models/lowering/dataflow.h"
#include "models/memory/dram_rates.h"
#include "models/memory/dram_spec.h"

namespace tandem::latency {

namespace {

constexpr double kLine = 64.0;
constexpr int kHostAccesses = 3;  // of registers, to start a job and to end a wait
constexpr int kQueuedJobs = 3;    // that an accelerator takes before its host has to wait

Picoseconds scaled(Picoseconds time, double factor) {
  return Picoseconds(std::llround(static_cast<double>(time.raw()) * factor));
}

double seconds(Picoseconds time) { return static_cast<double>(time.raw()) * 1e-12; }

}  // namespace

LayerTiming::LayerTiming(const LatencyModel& latency, const network::Model& model,
                         const spec::Platform& platform, Run run)
    : latency_(latency),
      model_(model),
      platform_(platform),
      run_(std::move(run)),
      written_(static_cast<std::size_t>(model.network->size())) {
  const memory::DramSpec& dram = *memory::find_dram(platform.dram.type);
  const double port = static_cast<double>(platform.interconnect.width_bytes) *
                      static_cast<double>(platform.interconnect.clock.raw());
  sustained_ = std::min(port, dram.peak_bytes_per_second() * memory::implied_rates(dram).stream_share);
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
  const double cold = cold_share(layer);
  into.parts.resize(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    PartTime& part = into.parts[i];
    if (items[i].resource.accelerator >= 0) {
      part.unit = latency_.unit_part(layer, items[i].resource, items[i].range, delay);
      part.busy = part.unit.time;
    } else {
      part.core = latency_.core_part(layer, items[i].resource, items[i].range,
                                     {cold, delay, items[i].kernel, items[i].launch,
                                      static_cast<double>(items[i].resource.cores) / items[i].threads});
      part.busy = part.core.time;
    }
  }
}

LayerTiming::Side LayerTiming::side_of(const std::vector<lowering::ProgramItem>& items,
                                       const LayerTime& times, bool units) const {
  Side side;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const PartTime& part = times.parts[i];
    if ((items[i].resource.accelerator >= 0) != units) continue;
    if (units) {
      side.time += part.busy;  // its jobs one after the other
      side.bytes += static_cast<double>(part.unit.read_bytes + part.unit.write_bytes);
    } else {
      side.time = std::max(side.time, part.busy);  // groups side by side
      side.bytes += part.core.read_bytes + part.core.write_bytes;
    }
  }
  return side;
}

void LayerTiming::contend(network::LayerId layer, const std::vector<lowering::ProgramItem>& items,
                          LayerTime& times) const {
  const Side unit = side_of(items, times, true), core = side_of(items, times, false);
  if (unit.time.raw() == 0 || core.time.raw() == 0) return;
  const auto asked = [&](const Side& one, const Side& other) {
    return one.bytes / seconds(one.time) + other.bytes / seconds(other.time);
  };
  if (asked(unit, core) <= sustained_) return;
  // The delay at which both together ask for what there is.
  Picoseconds low{0}, high = latency_.load_latency();
  LayerTime slowed = times, tried = times;  // by `high`, by what is tried
  const auto too_much = [&](Picoseconds delay) {
    time_parts(layer, items, delay, tried);
    return asked(side_of(items, tried, true), side_of(items, tried, false)) > sustained_;
  };
  int steps = 8;
  for (; too_much(high) && high.raw() < 64 * latency_.load_latency().raw(); high = high * 2) low = high;
  slowed = tried;
  if (low.raw() > 0) --steps;  // its half is known to be too little
  for (int step = 0; step < steps; ++step) {
    const Picoseconds middle = (low + high) / 2;
    if (too_much(middle)) {
      low = middle;
    } else {
      high = middle;
      slowed = tried;
    }
  }
  const Side slow_unit = side_of(items, slowed, true), slow_core = side_of(items, slowed, false);
  // Until the first side is over; what is left of the other goes on alone.
  const Picoseconds together = std::min(slow_unit.time, slow_core.time);
  const auto factor = [&](const Side& alone, const Side& slower) {
    const double done = seconds(together) / seconds(slower.time);
    return (seconds(together) + (1 - done) * seconds(alone.time)) / seconds(alone.time);
  };
  const double of_unit = factor(unit, slow_unit), of_core = factor(core, slow_core);
  for (std::size_t i = 0; i < items.size(); ++i) {
    PartTime& part = times.parts[i];
    if (items[i].resource.accelerator >= 0) {
      part.unit.time = part.busy = scaled(part.busy, of_unit);
    } else {
      const Picoseconds before = part.busy;
      part.busy = part.core.time = scaled(before, of_core);
      part.core.last_end += part.busy - before;
      part.core.stalled += part.busy - before;
    }
  }
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
  Picoseconds unit_time{0}, last_jobs{0};
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].resource.accelerator < 0) {
      ++groups;
      continue;
    }
    jobs += static_cast<int>(result.parts[i].unit.jobs);
    unit_time += result.parts[i].busy;
    if (result.parts[i].unit.jobs > kQueuedJobs) {
      last_jobs = scaled(result.parts[i].busy, static_cast<double>(result.parts[i].unit.jobs - kQueuedJobs) /
                                                   static_cast<double>(result.parts[i].unit.jobs));
    }
  }
  const Picoseconds access = latency_.register_access(run_.host);
  const Picoseconds start = jobs > 0 ? access * kHostAccesses : Picoseconds(0);
  result.begun = start * jobs + last_jobs;
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
