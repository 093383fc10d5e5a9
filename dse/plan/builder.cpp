// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/builder.h"

#include <algorithm>
#include <cmath>

#include "models/lowering/offload.h"

namespace tandem::plan {

using network::LayerId;

ScheduleBuilder::ScheduleBuilder(const Problem& problem, std::string planner)
    : problem_(problem), latency_(problem.model, problem.platform, problem.frequency) {
  schedule_.network = problem.model.network->name();
  schedule_.planner = std::move(planner);
  const auto roles = lowering::layer_roles(problem.model, problem.platform);
  for (LayerId id = 0; id < problem.model.network->size(); ++id) {
    if (roles[static_cast<std::size_t>(id)] == lowering::LayerRole::compute) layers_.push_back(id);
  }
  for (const std::string& name : problem.core_groups)
    groups_.push_back(*lowering::find_resource(problem.platform, name));
  if (!problem.platform.accelerators.empty()) {
    accelerator_ = lowering::find_resource(problem.platform, problem.platform.accelerators.front().name);
  }
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

void ScheduleBuilder::add(LayerId layer, const lowering::Resource& resource,
                          const network::OutputRange& range, Picoseconds predicted) {
  schedule_.items.push_back({problem_.model.network->layer(layer).name, resource.name, range.k0, range.k1,
                             range.p0, range.p1, predicted});
}

void ScheduleBuilder::add_split(LayerId layer, int split) {
  const network::Shape output = problem_.model.network->layer(layer).output;
  if (split == 0) return add_cores(layer, Beside::accelerator);
  const Picoseconds predicted = latency_.split_layer(layer, *accelerator_, cores(), split);
  add(layer, *accelerator_, {0, split, 0, output.h}, predicted);
  if (split < output.c) add(layer, cores(), {split, output.c, 0, output.h}, predicted);
  schedule_.predicted_latency += predicted;
}

void ScheduleBuilder::add_cores(LayerId layer, Beside beside, Deal deal) {
  const network::Shape output = problem_.model.network->layer(layer).output;
  std::vector<double> rates;
  double sum = 0;
  for (const lowering::Resource& group : groups_) {
    const Picoseconds alone = latency_.compute(layer, group, network::whole(output));
    rates.push_back(deal == Deal::by_threads ? group.cores
                                             : 1.0 / std::max(1.0, static_cast<double>(alone.raw())));
    sum += rates.back();
  }
  // Rows where there are several, else channels by whole planes.
  const int block = lowering::channel_block(problem_.platform);
  const bool by_rows = output.h >= static_cast<int>(groups_.size());
  const int units = by_rows ? output.h : static_cast<int>(divide_up(output.c, block));
  const bool maintained =
      beside == Beside::accelerator && accelerator_ && !problem_.platform.accelerators.front().coherent;
  double cumulative = 0;
  int begin = 0;
  Picoseconds slowest{0};
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    cumulative += rates[i];
    const int end = i + 1 == groups_.size() ? units : static_cast<int>(std::lround(units * cumulative / sum));
    if (end <= begin) continue;
    network::OutputRange range = network::whole(output);
    if (by_rows) {
      range.p0 = begin;
      range.p1 = end;
    } else {
      range.k0 = begin * block;
      range.k1 = std::min(output.c, end * block);
    }
    Picoseconds predicted = latency_.compute(layer, groups_[i], range) + problem_.platform.runtime.barrier;
    if (maintained) predicted += latency_.maintenance(layer, groups_[i], range.k1 - range.k0);
    add(layer, groups_[i], range, predicted);
    slowest = std::max(slowest, predicted);
    begin = end;
  }
  schedule_.predicted_latency += slowest;
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
