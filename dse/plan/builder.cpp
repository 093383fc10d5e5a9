// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/builder.h"

#include <algorithm>
#include <cmath>

#include "models/latency/resource_use.h"
#include "models/lowering/line_owners.h"
#include "models/lowering/offload.h"
#include "models/lowering/threads.h"

namespace tandem::plan {

using network::LayerId;

namespace {

std::vector<lowering::Resource> resources_of(const Problem& problem) {
  std::vector<lowering::Resource> groups;
  for (const std::string& name : problem.core_groups)
    groups.push_back(*lowering::find_resource(problem.platform, name));
  return groups;
}

std::optional<lowering::Resource> accelerator_of(const Problem& problem) {
  if (problem.platform.accelerators.empty()) return std::nullopt;
  return lowering::find_resource(problem.platform, problem.platform.accelerators.front().name);
}

std::vector<LayerId> layers_with_work(const Problem& problem) {
  std::vector<LayerId> layers;
  const auto roles = lowering::layer_roles(problem.model, problem.platform);
  for (LayerId id = 0; id < problem.model.network->size(); ++id) {
    if (roles[static_cast<std::size_t>(id)] == lowering::LayerRole::compute) layers.push_back(id);
  }
  return layers;
}

}  // namespace

ScheduleBuilder::ScheduleBuilder(const Problem& problem, std::string planner, Beside beside)
    : problem_(problem),
      latency_(problem.model, problem.platform, problem.frequency),
      layers_(layers_with_work(problem)),
      groups_(resources_of(problem)),
      accelerator_(accelerator_of(problem)),
      timing_(latency_, problem.model, problem.platform, run_of(beside)) {
  schedule_.network = problem.model.network->name();
  schedule_.planner = std::move(planner);
}

latency::LayerTiming::Run ScheduleBuilder::run_of(Beside beside) const {
  latency::LayerTiming::Run run;
  run.wait = problem_.wait;
  run.extensions = problem_.extensions;
  run.host = groups_.front().cluster;
  for (const lowering::Resource& group : groups_) {
    run.host = std::min(run.host, group.cluster);
    run.cores += group.cores;
  }
  run.unit_reads.resize(static_cast<std::size_t>(problem_.model.network->size()));
  if (beside == Beside::nothing || !accelerator_) return run;
  const spec::Accelerator& unit = problem_.platform.accelerators.front();
  // What it can run it most often gets a part of.
  for (const LayerId layer : layers_) {
    run.unit_reads[static_cast<std::size_t>(layer)] =
        !unit.coherent && lowering::offload_refusal(problem_.model, layer, unit.array).empty();
  }
  return run;
}

std::vector<int> ScheduleBuilder::split_points(LayerId layer) const {
  if (!accelerator_) return {0};
  return accelerator_steps(problem_.model, layer, problem_.platform.accelerators.front().array);
}

std::vector<int> accelerator_steps(const network::Model& model, LayerId layer,
                                   const accelerator::Array& array) {
  std::vector<int> points = {0};
  if (!lowering::offload_refusal(model, layer, array).empty()) return points;
  const int channels = model.network->layer(layer).output.c;
  for (int k = array.tm; k < channels; k += array.tm) points.push_back(k);
  points.push_back(channels);
  return points;
}

void ScheduleBuilder::add(LayerId layer, const Items& items, std::optional<Picoseconds> promised) {
  const latency::LayerTime timed = timing_.time_of(layer, items);
  const Picoseconds predicted = promised.value_or(timed.time);
  energy_ += energy_of(items, timed);
  for (const lowering::ProgramItem& item : items) {
    const network::OutputRange& range = item.range;
    schedule_.items.push_back({problem_.model.network->layer(layer).name, item.resource.name, range.k0,
                               range.k1, range.p0, range.p1, predicted});
  }
  schedule_.predicted_latency += predicted;
  timing_.commit(layer, items);
}

Picojoules ScheduleBuilder::energy_of(const Items& items, const latency::LayerTime& timed) const {
  latency::ResourceUse use(problem_.platform, problem_.model);
  use.add(items, timed, problem_.wait, timing_.host(), problem_.frequency);
  Picojoules sum{0};
  for (const auto& [part, energy] : energy::energy_by_component(use.activity(1, timed.time, timed.time)))
    sum += energy;
  return sum;
}

ScheduleBuilder::Items ScheduleBuilder::items_of(LayerId layer, const Split& split) const {
  const network::Shape output = problem_.model.network->layer(layer).output;
  Items items;
  if (split.channels > 0) items.push_back({layer, *accelerator_, {0, split.channels, 0, output.h}, {}, 0, 0});
  if (split.channels < output.c && split.rows > 0)
    items.push_back({layer, *accelerator_, {split.channels, output.c, 0, split.rows}, {}, 0, 0});
  if (split.channels < output.c && split.rows < output.h) {
    const Items rest = shared(layer, {split.channels, output.c, split.rows, output.h},
                              static_cast<std::size_t>(split.groups), Deal::by_rate);
    items.insert(items.end(), rest.begin(), rest.end());
  }
  lowering::count_threads(problem_.platform, items);
  lowering::give_lines_to_cores(*problem_.model.network, problem_.platform, items);
  return items;
}

void ScheduleBuilder::add_split(LayerId layer, int split) {
  add(layer, items_of(layer, {split, 0, split == 0 ? static_cast<int>(groups_.size()) : 1}));
}

void ScheduleBuilder::add_cores(LayerId layer, Deal deal) {
  Items items =
      shared(layer, network::whole(problem_.model.network->layer(layer).output), groups_.size(), deal);
  lowering::count_threads(problem_.platform, items);
  add(layer, items);
}

ScheduleBuilder::Items ScheduleBuilder::shared(LayerId layer, const network::OutputRange& range,
                                               std::size_t count, Deal deal) const {
  if (count == 1) return {{layer, groups_.front(), range, {}, 0, 0}};
  std::vector<double> rates;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Picoseconds alone = latency_.compute(layer, groups_[i], range);
    rates.push_back(deal == Deal::by_threads ? groups_[i].cores
                                             : 1.0 / std::max(1.0, static_cast<double>(alone.raw())));
    sum += rates.back();
  }
  // Rows where there are several, else channels by whole planes.
  const int block = lowering::channel_block(problem_.platform);
  const int rows = range.p1 - range.p0;
  const bool by_rows = rows >= static_cast<int>(count);
  const int units = by_rows ? rows : static_cast<int>(divide_up(range.k1 - range.k0, block));
  Items items;
  double cumulative = 0;
  int begin = 0;
  for (std::size_t i = 0; i < count; ++i) {
    cumulative += rates[i];
    const int end = i + 1 == count ? units : static_cast<int>(std::lround(units * cumulative / sum));
    if (end <= begin) continue;
    network::OutputRange part = range;
    if (by_rows) {
      part.p0 = range.p0 + begin;
      part.p1 = range.p0 + end;
    } else {
      part.k0 = range.k0 + begin * block;
      part.k1 = std::min(range.k1, range.k0 + end * block);
    }
    items.push_back({layer, groups_[i], part, {}, 0, 0});
    begin = end;
  }
  return items;
}

spec::Schedule ScheduleBuilder::finish() {
  spec::Stage stage;
  if (!schedule_.items.empty()) {
    stage.first_layer = schedule_.items.front().layer;
    stage.last_layer = schedule_.items.back().layer;
  }
  for (const spec::WorkItem& item : schedule_.items) {
    if (std::find(stage.resources.begin(), stage.resources.end(), item.resource) == stage.resources.end()) {
      stage.resources.push_back(item.resource);
    }
  }
  std::sort(stage.resources.begin(), stage.resources.end());
  schedule_.stages = {stage};
  return schedule_;
}

}  // namespace tandem::plan
