// SPDX-License-Identifier: Apache-2.0
#include "models/latency/analytic_run.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "models/energy/platform_activity.h"
#include "models/latency/layer_timing.h"
#include "models/latency/resource_use.h"
#include "models/lowering/check_schedule.h"
#include "models/lowering/offload.h"
#include "models/lowering/operating_points.h"
#include "models/lowering/stages.h"

namespace tandem::latency {

namespace {

using lowering::ProgramItem;
using network::LayerId;

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
        latency_(std::make_unique<LatencyModel>(model, platform, frequency)),
        timing_(std::make_unique<LayerTiming>(*latency_, model, platform, timing_run())),
        use_(platform, model) {}

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
    if (changed) {
      auto latency = std::make_unique<LatencyModel>(model_, platform_, frequency_);
      timing_ = std::make_unique<LayerTiming>(*latency, *timing_);
      latency_ = std::move(latency);
    }
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
    std::vector<ProgramItem> items;
    for (const ProgramItem& item : items_) {
      if (item.layer != id) continue;
      items.push_back(item);
      layer.predicted = std::max(layer.predicted, item.predicted);
    }
    const LayerTime timed = timing_->time_of(id, items);
    timing_->commit(id, items);
    use_.add(items, timed, schedule_.wait, timing_run().host, frequency_);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string& name = items[i].resource.name;
      layer.channels[name] += items[i].range.k1 - items[i].range.k0;
      layer.busy[name] += timed.parts[i].busy + timed.parts[i].maintained;
    }
    return timed.time;
  }

  [[nodiscard]] LayerTiming::Run timing_run() const {
    LayerTiming::Run run;
    run.wait = schedule_.wait;
    run.unit_reads.resize(static_cast<std::size_t>(network_.size()));
    std::map<int, int> cores;  // by cluster: the largest group in use
    for (const ProgramItem& item : items_) {
      if (item.resource.cluster >= 0)
        cores[item.resource.cluster] = std::max(cores[item.resource.cluster], item.resource.cores);
      else if (passes_caches(platform_, item.resource))
        run.unit_reads[static_cast<std::size_t>(item.layer)] = true;
    }
    if (!cores.empty()) run.host = cores.begin()->first;
    for (const auto& [cluster, count] : cores) run.cores += count;
    return run;
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
    result.memory.read_bytes = bytes(use_.read_bytes());
    result.memory.write_bytes = bytes(use_.write_bytes());
    const double seconds = static_cast<double>(result.total.raw()) * 1e-12;
    result.memory.bandwidth_gbytes_per_s =
        static_cast<double>(result.memory.read_bytes + result.memory.write_bytes) / seconds * 1e-9;
    add_energy(result);
    return result;
  }

  void add_units(spec::RunResult& result) const {
    for (std::size_t i = 0; i < use_.units().size(); ++i) {
      const ResourceUse::Unit& unit = use_.units()[i];
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
    const energy::RunActivity activity = use_.activity(images_, result.total, result.latency);
    const double accesses = static_cast<double>(activity.dram.reads + activity.dram.writes);
    if (accesses > 0)
      result.memory.row_hit_rate = 1.0 - static_cast<double>(activity.dram.activates) / accesses;
    energy::set_energy(activity, result);
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
  std::unique_ptr<LayerTiming> timing_;
  ResourceUse use_;
};

}  // namespace

spec::RunResult analytic_run(const spec::Platform& platform, const network::Model& model,
                             const spec::Schedule& schedule, int images,
                             const std::map<std::string, Hertz>& frequency) {
  return AnalyticRun(platform, model, schedule, images, frequency).run();
}

}  // namespace tandem::latency
