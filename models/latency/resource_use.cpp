// SPDX-License-Identifier: Apache-2.0
#include "models/latency/resource_use.h"

#include <algorithm>
#include <cmath>

#include "models/energy/platform_activity.h"
#include "models/memory/dram_spec.h"

namespace tandem::latency {

using lowering::ProgramItem;

namespace {

Picoseconds of_cores(Picoseconds time, double cores) {
  return Picoseconds(std::llround(static_cast<double>(time.raw()) * cores));
}

}  // namespace

energy::PointActivity& ResourceUse::point_of(std::size_t cluster,
                                             const std::map<std::string, Hertz>& frequency) {
  const spec::Cluster& own = platform_.clusters[cluster];
  const auto asked = frequency.find(own.name);
  const Hertz now = asked != frequency.end() ? asked->second : own.operating_points.back().frequency;
  energy::PointActivity& point = clusters_[cluster].points[now.raw()];
  point.frequency = now;
  for (const spec::OperatingPoint& one : own.operating_points) {
    if (one.frequency == now) point.millivolts = one.millivolts;
  }
  return point;
}

void ResourceUse::add_unit(const ProgramItem& item, const UnitPart& part) {
  Unit& unit = units_[static_cast<std::size_t>(item.resource.accelerator)];
  const network::Layer& layer = model_.network->layer(item.layer);
  const std::int64_t macs = model_.network->macs(item.layer) /
                            (std::int64_t{layer.output.c} * layer.output.h) *
                            (item.range.k1 - item.range.k0) * (item.range.p1 - item.range.p0);
  unit.part.cycles += part.cycles;
  unit.part.mac_cycles += part.mac_cycles;
  unit.part.jobs += part.jobs;
  unit.part.read_bytes += part.read_bytes;
  unit.part.write_bytes += part.write_bytes;
  unit.macs += macs;
  if (layer.kind == network::LayerKind::conv) {
    unit.conv_cycles += part.cycles.raw();
    unit.conv_macs += macs;
  }
  read_bytes_ += static_cast<double>(part.read_bytes);
  write_bytes_ += static_cast<double>(part.write_bytes);
}

void ResourceUse::add(const std::vector<ProgramItem>& items, const LayerTime& timed, spec::WaitPolicy wait,
                      int host, const std::map<std::string, Hertz>& frequency) {
  const bool polls = wait == spec::WaitPolicy::polling;
  bool any_cores = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ProgramItem& item = items[i];
    const PartTime& part = timed.parts[i];
    if (item.resource.accelerator >= 0) {
      add_unit(item, part.unit);
      continue;
    }
    any_cores = true;
    const auto cluster = static_cast<std::size_t>(item.resource.cluster);
    energy::PointActivity& point = point_of(cluster, frequency);
    point.computing +=
        of_cores(part.core.computing, part.core.cores) + of_cores(part.maintained, item.resource.cores);
    point.stalled += of_cores(part.core.stalled, part.core.cores);
    // Cores of the layer that have nothing to do look on.
    if (polls) {
      const Picoseconds rest = timed.time - part.busy - part.maintained;
      point.polling += std::max(Picoseconds(0), rest) * item.resource.cores;
    }
    clusters_[cluster].l2_lines += part.core.l2_lines;
    read_bytes_ += part.core.read_bytes;
    write_bytes_ += part.core.write_bytes;
  }
  if (polls && !any_cores) point_of(static_cast<std::size_t>(host), frequency).polling += timed.time;
  // All clusters live through the layer at their point.
  for (std::size_t i = 0; i < clusters_.size(); ++i) point_of(i, frequency).time += timed.time;
}

energy::RunActivity ResourceUse::activity(int images, Picoseconds duration, Picoseconds latency) const {
  energy::RunActivity activity;
  activity.duration = duration;
  // In a pipeline the images overlap: the points' times are of the whole run, not of one image after the
  // other.
  const double overlap =
      static_cast<double>(duration.raw()) / static_cast<double>(std::max<std::int64_t>(1, latency.raw()));
  for (std::size_t i = 0; i < clusters_.size(); ++i) {
    energy::ClusterActivity cluster = energy::activity_of(platform_.clusters[i]);
    for (const auto& [frequency, of_image] : clusters_[i].points) {
      energy::PointActivity point = of_image;
      point.time = of_cores(of_image.time, overlap);
      point.computing = of_image.computing * images;
      point.stalled = of_image.stalled * images;
      point.polling = of_image.polling * images;
      cluster.points.push_back(point);
    }
    cluster.l2_accesses = std::llround(clusters_[i].l2_lines) * images;
    activity.clusters.push_back(cluster);
  }
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const spec::Accelerator& own = platform_.accelerators[i];
    const UnitPart& part = units_[i].part;
    energy::AcceleratorActivity unit = energy::activity_of(own);
    unit.macs = units_[i].macs * images;
    unit.buffer_accesses = energy::buffer_accesses(own.array, part.mac_cycles, part.read_bytes) * images;
    unit.beats =
        (divide_up(part.read_bytes, own.array.bus_bytes) + divide_up(part.write_bytes, own.array.bus_bytes)) *
        images;
    activity.accelerators.push_back(unit);
  }
  const std::int64_t read = std::llround(read_bytes_) * images, written = std::llround(write_bytes_) * images;
  activity.bus_bytes = read + written;
  activity.bus_pj_per_byte = platform_.interconnect.energy_pj_per_byte;
  const memory::DramSpec& dram = *memory::find_dram(platform_.dram.type);
  activity.dram.part = energy::dram_power(dram);
  activity.dram.reads = divide_up(read, dram.access_bytes());
  activity.dram.writes = divide_up(written, dram.access_bytes());
  activity.dram.activates = divide_up(activity.bus_bytes, dram.row_bytes);
  activity.dram.refreshes = duration / dram.timing.refi * dram.channels;
  activity.dram.bytes = activity.bus_bytes;
  activity.dram.pj_per_byte = platform_.dram.energy_pj_per_byte;
  activity.dram.background = platform_.dram.background;
  activity.board = platform_.base_power;
  return activity;
}

}  // namespace tandem::latency
