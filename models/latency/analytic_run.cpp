// SPDX-License-Identifier: Apache-2.0
#include "models/latency/analytic_run.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "models/energy/platform_activity.h"
#include "models/latency/latency_model.h"
#include "models/lowering/check_schedule.h"
#include "models/lowering/offload.h"
#include "models/lowering/operating_points.h"
#include "models/lowering/stages.h"
#include "models/memory/dram_spec.h"

namespace tandem::latency {

namespace {

using lowering::ProgramItem;
using network::LayerId;

constexpr int kHostAccesses = 3;  // of registers, to start a job and to end it

// What one image asks of the platform's parts.
struct Use {
  struct Cluster {
    std::map<std::int64_t, energy::PointActivity> points;  // by frequency
    double l2_lines = 0;
  };
  struct Unit {
    UnitPart part;
    std::int64_t macs = 0, conv_cycles = 0, conv_macs = 0;
  };
  std::vector<Cluster> clusters;
  std::vector<Unit> units;
  double read_bytes = 0, write_bytes = 0;
};

class AnalyticRun {
 public:
  AnalyticRun(const spec::Platform& platform, const network::Model& model, const spec::Schedule& schedule,
              int images, const std::map<std::string, Hertz>& frequency)
      : platform_(platform),
        model_(model),
        network_(*model.network),
        schedule_(schedule),
        images_(images),
        frequency_(frequency),
        roles_(lowering::layer_roles(model, platform)),
        items_(lowering::resolve_items(schedule, model, platform, roles_)),
        changes_(lowering::resolve_points(schedule, model, platform, roles_)),
        latency_(std::make_unique<LatencyModel>(model, platform, frequency)) {
    use_.clusters.resize(platform.clusters.size());
    use_.units.resize(platform.accelerators.size());
    for (const ProgramItem& item : items_) uses_accelerator_ |= item.resource.accelerator >= 0;
  }

  spec::RunResult run() {
    const std::vector<int> stage_of = lowering::stages_of_layers(
        lowering::resolve_stages(schedule_, model_, platform_, roles_, items_), network_);
    std::vector<Picoseconds> stage_time(std::max<std::size_t>(1, schedule_.stages.size()));
    std::vector<spec::LayerResult> image;
    Picoseconds now{0};
    for (LayerId id = 0; id < network_.size(); ++id) {
      if (network_.layer(id).kind == network::LayerKind::input) continue;
      const Picoseconds moved = change_points(id);
      spec::LayerResult layer = new_layer(id);
      const Picoseconds time = layer.in_place ? Picoseconds(0) : run_layer(id, layer) + moved;
      layer.start = now;
      layer.end = now + time;
      now += time;
      stage_time[static_cast<std::size_t>(stage_of[static_cast<std::size_t>(id)])] += time;
      image.push_back(std::move(layer));
    }
    return result(image, stage_time, now);
  }

 private:
  [[nodiscard]] Hertz frequency_of(std::size_t cluster) const {
    const spec::Cluster& own = platform_.clusters[cluster];
    const auto asked = frequency_.find(own.name);
    return asked != frequency_.end() ? asked->second : own.operating_points.back().frequency;
  }

  energy::PointActivity& point_of(std::size_t cluster) {
    const Hertz frequency = frequency_of(cluster);
    energy::PointActivity& point = use_.clusters[cluster].points[frequency.raw()];
    point.frequency = frequency;
    for (const spec::OperatingPoint& own : platform_.clusters[cluster].operating_points) {
      if (own.frequency == frequency) point.millivolts = own.millivolts;
    }
    return point;
  }

  // The schedule's changes before this layer; the time they take.
  Picoseconds change_points(LayerId id) {
    Picoseconds time{0};
    bool changed = false;
    for (const lowering::ResolvedChange& change : changes_) {
      if (change.layer != id) continue;
      const spec::Cluster& cluster = platform_.clusters[static_cast<std::size_t>(change.cluster)];
      frequency_[cluster.name] = change.frequency;
      time = std::max(time, cluster.transition);
      changed = true;
    }
    if (changed) latency_ = std::make_unique<LatencyModel>(model_, platform_, frequency_);
    return time;
  }

  [[nodiscard]] spec::LayerResult new_layer(LayerId id) const {
    const network::Layer& layer = network_.layer(id);
    spec::LayerResult result;
    result.name = layer.name;
    result.kind = to_string(layer.kind);
    result.macs = network_.macs(id);
    result.in_place = roles_[static_cast<std::size_t>(id)] == lowering::LayerRole::in_place;
    if (layer.kind == network::LayerKind::conv || layer.kind == network::LayerKind::fully_connected) {
      for (const spec::Accelerator& unit : platform_.accelerators) {
        result.refusal = lowering::offload_refusal(model_, id, unit.array);
        if (result.refusal.empty()) break;
      }
    }
    return result;
  }

  Picoseconds run_layer(LayerId id, spec::LayerResult& layer) {
    std::vector<const ProgramItem*> items;
    const ProgramItem* unit = nullptr;
    for (const ProgramItem& item : items_) {
      if (item.layer != id) continue;
      items.push_back(&item);
      if (item.resource.accelerator >= 0) unit = &item;
      layer.predicted = std::max(layer.predicted, item.predicted);
    }
    const std::size_t host = host_of(items);
    const Picoseconds start =
        unit != nullptr ? latency_->register_access(static_cast<int>(host)) * kHostAccesses : Picoseconds(0);
    Picoseconds slowest{0};
    for (const ProgramItem* item : items) {
      const Picoseconds took = item->resource.accelerator >= 0 ? run_on_unit(*item, layer, start)
                                                               : run_on_cores(*item, layer, start);
      slowest = std::max(slowest, took);
    }
    const Picoseconds time = slowest + platform_.runtime.barrier;
    // All clusters live through the layer at their point.
    for (std::size_t i = 0; i < use_.clusters.size(); ++i) point_of(i).time += time;
    if (schedule_.wait == spec::WaitPolicy::polling) poll(items, layer, host, time);
    return time;
  }

  // The host is a core of the first group in use.
  [[nodiscard]] std::size_t host_of(const std::vector<const ProgramItem*>& items) const {
    for (const ProgramItem* item : items) {
      if (item->resource.cluster >= 0) return static_cast<std::size_t>(item->resource.cluster);
    }
    for (const ProgramItem& item : items_) {
      if (item.resource.cluster >= 0) return static_cast<std::size_t>(item.resource.cluster);
    }
    return 0;
  }

  Picoseconds run_on_unit(const ProgramItem& item, spec::LayerResult& layer, Picoseconds start) {
    const UnitPart part = latency_->unit_part(item.layer, item.resource, item.range);
    Use::Unit& unit = use_.units[static_cast<std::size_t>(item.resource.accelerator)];
    const network::Shape output = network_.layer(item.layer).output;
    const std::int64_t macs = network_.macs(item.layer) / (std::int64_t{output.c} * output.h) *
                              (item.range.k1 - item.range.k0) * (item.range.p1 - item.range.p0);
    unit.part.cycles += part.cycles;
    unit.part.mac_cycles += part.mac_cycles;
    unit.part.jobs += part.jobs;
    unit.part.read_bytes += part.read_bytes;
    unit.part.write_bytes += part.write_bytes;
    unit.macs += macs;
    if (network_.layer(item.layer).kind == network::LayerKind::conv) {
      unit.conv_cycles += part.cycles.raw();
      unit.conv_macs += macs;
    }
    use_.read_bytes += static_cast<double>(part.read_bytes);
    use_.write_bytes += static_cast<double>(part.write_bytes);
    layer.channels[item.resource.name] += item.range.k1 - item.range.k0;
    layer.busy[item.resource.name] += part.time;
    return start + part.time + platform_.runtime.interrupt_latency + start;
  }

  Picoseconds run_on_cores(const ProgramItem& item, spec::LayerResult& layer, Picoseconds start) {
    const CorePart part = latency_->core_part(item.layer, item.resource, item.range, item.kernel);
    const auto cluster = static_cast<std::size_t>(item.resource.cluster);
    Picoseconds maintained{0};
    if (uses_accelerator_ && !platform_.accelerators.front().coherent)
      maintained = latency_->maintenance(item.layer, item.resource, item.range.k1 - item.range.k0);
    energy::PointActivity& point = point_of(cluster);
    const auto of_cores = [](Picoseconds time, double cores) {
      return Picoseconds(std::llround(static_cast<double>(time.raw()) * cores));
    };
    point.computing += of_cores(part.computing, part.cores) + of_cores(maintained, item.resource.cores);
    point.stalled += of_cores(part.stalled, part.cores);
    use_.clusters[cluster].l2_lines += part.l2_lines;
    use_.read_bytes += part.read_bytes;
    use_.write_bytes += part.write_bytes;
    layer.channels[item.resource.name] += item.range.k1 - item.range.k0;
    layer.busy[item.resource.name] += part.time + maintained;
    // The layer's threads start one after the other, those of an earlier group first; the last ends last.
    const spec::Cluster& own = platform_.clusters[cluster];
    const Picoseconds others =
        (platform_.runtime.thread_start * (item.first_thread + item.resource.cores - 1) +
         own.kernel_launch * (item.threads - item.resource.cores)) *
        part.steps;
    return start + part.time + maintained + others;
  }

  // Cores of the layer that have nothing to do look on; without any, the host does.
  void poll(const std::vector<const ProgramItem*>& items, const spec::LayerResult& layer, std::size_t host,
            Picoseconds time) {
    bool any = false;
    for (const ProgramItem* item : items) {
      if (item->resource.cluster < 0) continue;
      any = true;
      point_of(static_cast<std::size_t>(item->resource.cluster)).polling +=
          std::max(Picoseconds(0), time - layer.busy.at(item->resource.name)) * item->resource.cores;
    }
    if (!any) point_of(host).polling += time;
  }

  [[nodiscard]] spec::RunResult result(const std::vector<spec::LayerResult>& image,
                                       const std::vector<Picoseconds>& stage_time, Picoseconds latency) {
    spec::RunResult result;
    result.platform = platform_.name;
    result.network = network_.name();
    result.precision = network::to_string(model_.precision);
    result.planner = schedule_.planner;
    result.cpu_fidelity = "analytic";
    result.accelerator_fidelity = platform_.accelerators.empty() ? "" : "analytic";
    result.images = images_;
    result.latency = latency;
    const Picoseconds slowest = *std::max_element(stage_time.begin(), stage_time.end());
    result.total = latency + slowest * (images_ - 1);
    if (schedule_.stages.size() > 1) result.period = slowest;
    result.predicted_latency = schedule_.predicted_latency;
    for (int i = 0; i < images_; ++i) {
      for (spec::LayerResult layer : image) {
        layer.image = i;
        layer.start += slowest * i;
        layer.end += slowest * i;
        result.layers.push_back(std::move(layer));
      }
    }
    for (std::size_t i = 0; i < schedule_.stages.size(); ++i) {
      const spec::Stage& stage = schedule_.stages[i];
      result.stages.push_back({stage.first_layer, stage.last_layer, stage.resources, stage_time[i]});
    }
    add_units(result);
    const auto bytes = [&](double of_image) { return std::llround(of_image) * images_; };
    result.memory.read_bytes = bytes(use_.read_bytes);
    result.memory.write_bytes = bytes(use_.write_bytes);
    const double seconds = static_cast<double>(result.total.raw()) * 1e-12;
    result.memory.bandwidth_gbytes_per_s =
        static_cast<double>(result.memory.read_bytes + result.memory.write_bytes) / seconds * 1e-9;
    add_energy(result);
    return result;
  }

  void add_units(spec::RunResult& result) const {
    for (std::size_t i = 0; i < use_.units.size(); ++i) {
      const Use::Unit& unit = use_.units[i];
      spec::AcceleratorResult own;
      own.name = platform_.accelerators[i].name;
      own.jobs = unit.part.jobs * images_;
      own.cycles = unit.part.cycles.raw() * images_;
      own.macs = unit.macs * images_;
      own.conv_cycles = unit.conv_cycles * images_;
      own.conv_macs = unit.conv_macs * images_;
      if (own.conv_cycles > 0) {
        own.utilization = static_cast<double>(own.conv_macs) /
                          (static_cast<double>(own.conv_cycles) *
                           static_cast<double>(platform_.accelerators[i].array.macs()));
      }
      result.accelerators.push_back(own);
    }
  }

  void add_energy(spec::RunResult& result) const {
    energy::RunActivity activity;
    activity.duration = result.total;
    for (std::size_t i = 0; i < use_.clusters.size(); ++i)
      activity.clusters.push_back(cluster_activity(i, result));
    for (std::size_t i = 0; i < use_.units.size(); ++i) {
      const spec::Accelerator& own = platform_.accelerators[i];
      const UnitPart& part = use_.units[i].part;
      energy::AcceleratorActivity unit = energy::activity_of(own);
      unit.macs = use_.units[i].macs * images_;
      unit.buffer_accesses = energy::buffer_accesses(own.array, part.mac_cycles, part.read_bytes) * images_;
      unit.beats = (divide_up(part.read_bytes, own.array.bus_bytes) +
                    divide_up(part.write_bytes, own.array.bus_bytes)) *
                   images_;
      activity.accelerators.push_back(unit);
    }
    activity.bus_bytes = result.memory.read_bytes + result.memory.write_bytes;
    activity.bus_pj_per_byte = platform_.interconnect.energy_pj_per_byte;
    const memory::DramSpec& dram = *memory::find_dram(platform_.dram.type);
    activity.dram.part = energy::dram_power(dram);
    activity.dram.reads = divide_up(result.memory.read_bytes, dram.access_bytes());
    activity.dram.writes = divide_up(result.memory.write_bytes, dram.access_bytes());
    activity.dram.activates = divide_up(activity.bus_bytes, dram.row_bytes);  // rows are read to their end
    activity.dram.refreshes = result.total / dram.timing.refi * dram.channels;
    activity.dram.bytes = activity.bus_bytes;
    activity.dram.pj_per_byte = platform_.dram.energy_pj_per_byte;
    activity.dram.background = platform_.dram.background;
    activity.board = platform_.base_power;
    const double accesses = static_cast<double>(activity.dram.reads + activity.dram.writes);
    if (accesses > 0)
      result.memory.row_hit_rate = 1.0 - static_cast<double>(activity.dram.activates) / accesses;
    energy::set_energy(activity, result);
  }

  // Of all images. In a pipeline the images overlap: the points' times are of the whole run, not of one image
  // after the other.
  [[nodiscard]] energy::ClusterActivity cluster_activity(std::size_t index,
                                                         const spec::RunResult& result) const {
    const spec::Cluster& cluster = platform_.clusters[index];
    energy::ClusterActivity activity = energy::activity_of(cluster);
    const double overlap = static_cast<double>(result.total.raw()) /
                           static_cast<double>(std::max<std::int64_t>(1, result.latency.raw()));
    for (const auto& [frequency, of_image] : use_.clusters[index].points) {
      energy::PointActivity point = of_image;
      point.time = Picoseconds(std::llround(static_cast<double>(of_image.time.raw()) * overlap));
      point.computing = of_image.computing * images_;
      point.stalled = of_image.stalled * images_;
      point.polling = of_image.polling * images_;
      activity.points.push_back(point);
    }
    activity.l2_accesses = std::llround(use_.clusters[index].l2_lines) * images_;
    return activity;
  }

  const spec::Platform& platform_;
  const network::Model& model_;
  const network::Network& network_;
  const spec::Schedule& schedule_;
  int images_;
  std::map<std::string, Hertz> frequency_;  // as the schedule's changes leave it
  std::vector<lowering::LayerRole> roles_;
  std::vector<ProgramItem> items_;
  std::vector<lowering::ResolvedChange> changes_;
  std::unique_ptr<LatencyModel> latency_;
  bool uses_accelerator_ = false;
  Use use_;
};

}  // namespace

spec::RunResult analytic_run(const spec::Platform& platform, const network::Model& model,
                             const spec::Schedule& schedule, int images,
                             const std::map<std::string, Hertz>& frequency) {
  return AnalyticRun(platform, model, schedule, images, frequency).run();
}

}  // namespace tandem::latency
