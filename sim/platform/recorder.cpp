// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/recorder.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"
#include "models/lowering/offload.h"
#include "models/lowering/tensor_io.h"
#include "models/network/kernels/layer_kernel.h"
#include "models/network/kernels/prepare.h"
#include "sim/kernel/systemc.h"
#include "sim/platform/steady_state.h"

namespace tandem::sim {

using network::LayerId;

Recorder::Recorder(const spec::Platform& platform, const network::Model& model,
                   const lowering::Program& program, accelerator::MemoryView& memory,
                   cpu::CoherentCaches& caches, int images, const std::vector<std::size_t>& points,
                   bool timeline, std::function<void(int, int)> progress, bool values)
    : platform_(platform),
      model_(model),
      program_(program),
      memory_(memory),
      caches_(caches),
      images_(images),
      progress_(std::move(progress)),
      values_(values),
      use_(platform, points),
      shares_done_(program.items.size(), 0),
      jobs_started_(platform.accelerators.size(), 0),
      free_since_(platform.accelerators.size(), Picoseconds(0)),
      activity_(platform, model, program, timeline) {
  for (int stage = 0; stage < program.stages; ++stage)
    stages_.emplace_back().units.resize(platform.accelerators.size());
  int position = 0;
  for (const network::Layer& layer : model.network->layers())
    position_.push_back(layer.kind == network::LayerKind::input ? -1 : position++);
  for (const spec::Cluster& cluster : platform.clusters) {
    core_busy_.emplace_back(static_cast<std::size_t>(cluster.cores), Picoseconds(0));
  }
}

Recorder::StageState& Recorder::stage_of(LayerId layer) {
  return stages_[static_cast<std::size_t>(program_.stage_of[static_cast<std::size_t>(layer)])];
}

int Recorder::index_of(int image, LayerId id) const {
  return image * (position_.back() + 1) + position_[static_cast<std::size_t>(id)];
}

spec::LayerResult& Recorder::layer_at(int image, LayerId id) {
  return layers_[static_cast<std::size_t>(index_of(image, id))];
}

// The camera: a device without snooping puts the image into its tensor at once.
void Recorder::image_begin() {
  const int number = stages_.front().image;
  image_starts_.push_back(now());
  const network::Network& network = *model_.network;
  const lowering::Placement& placement = program_.placement_of(program_.copy_of(number));
  const network::Image image = values_ ? network::make_image(model_, number) : network::Image();
  auto next_input = image.begin();
  for (LayerId id = 0; id < network.size(); ++id) {
    if (network.layer(id).kind != network::LayerKind::input) continue;
    const lowering::TensorPlacement& place = placement.layers[static_cast<std::size_t>(id)].output;
    std::vector<cpu::CacheBurst> none;
    caches_.device_write("the camera", false, place.address, static_cast<std::uint64_t>(place.layout.bytes()),
                         none);
    if (!values_) continue;
    lowering::store_tensor(memory_, place, *next_input, network::whole(next_input->shape));
    ++next_input;
  }
  for (LayerId id = 0; id < network.size(); ++id) {
    if (network.layer(id).kind == network::LayerKind::input) continue;
    layers_.push_back(new_layer(id));
    layers_.back().image = number;
  }
}

void Recorder::image_end() {
  const LayerId output = model_.network->output();
  StageState& last = stages_.back();
  const lowering::Placement& placement = program_.placement_of(program_.copy_of(last.image));
  outputs_.emplace_back();
  if (values_) {
    outputs_.back() =
        lowering::load_tensor(memory_, placement.layers[static_cast<std::size_t>(output)].output,
                              model_.network->layer(output).output, model_.precision);
  }
  output_times_.push_back(now());
  current_layer_.clear();
  if (stages_.size() == 1) ++last.image;
  if (finished() && on_finish_) on_finish_();
}

void Recorder::stage_done(std::uint32_t index, Picoseconds begin) {
  StageState& stage = stages_[index];
  ++stage.image;
  stage.taken.push_back(now() - begin);
}

spec::LayerResult Recorder::new_layer(LayerId id) const {
  const network::Layer& layer = model_.network->layer(id);
  spec::LayerResult result;
  result.name = layer.name;
  result.kind = to_string(layer.kind);
  result.macs = model_.network->macs(id);
  result.in_place =
      program_.placement.layers[static_cast<std::size_t>(id)].role == lowering::LayerRole::in_place;
  for (const lowering::ProgramItem& item : program_.items) {
    if (item.layer != id) continue;
    result.channels[item.resource.name] += item.range.k1 - item.range.k0;
    result.busy[item.resource.name] = Picoseconds(0);
    result.predicted = std::max(result.predicted, item.predicted);
  }
  if (layer.kind == network::LayerKind::conv || layer.kind == network::LayerKind::fully_connected) {
    for (const spec::Accelerator& unit : platform_.accelerators) {
      result.refusal = lowering::offload_refusal(model_, id, unit.array);
      if (result.refusal.empty()) break;
    }
  }
  return result;
}

// Layers without work of the stage before `end` take no time: they end where they begin, now.
void Recorder::pass_in_place(StageState& stage, LayerId end) {
  for (; stage.next < end; ++stage.next) {
    const auto at = static_cast<std::size_t>(stage.next);
    if (position_[at] < 0 || &stage_of(stage.next) != &stage) continue;
    spec::LayerResult& layer = layer_at(stage.image, stage.next);
    if (!layer.in_place) continue;
    layer.start = layer.end = now();
    ++layers_done_;
  }
}

void Recorder::layer_begin(std::uint32_t layer) {
  const auto id = static_cast<LayerId>(layer);
  current_layer_ = model_.network->layer(id).name;
  StageState& stage = stage_of(id);
  pass_in_place(stage, id);
  layer_at(stage.image, id).start = now();
  activity_.layer_begin(id, index_of(stage.image, id), now());
  for (const lowering::CoreProgram& core : program_.cores) {
    if (&stages_[static_cast<std::size_t>(core.stage)] == &stage)
      core_busy_[static_cast<std::size_t>(core.cluster)][static_cast<std::size_t>(core.core)] =
          Picoseconds(0);
  }
}

void Recorder::layer_end(std::uint32_t index) {
  const auto id = static_cast<LayerId>(index);
  StageState& stage = stage_of(id);
  spec::LayerResult& layer = layer_at(stage.image, id);
  layer.end = now();
  activity_.layer_end(id, now());
  ++layers_done_;
  for (const lowering::ProgramItem& item : program_.items) {
    if (item.resource.cluster < 0 || item.layer != id) continue;
    const auto& cores = core_busy_[static_cast<std::size_t>(item.resource.cluster)];
    const auto first = cores.begin() + item.first_core;
    layer.busy[item.resource.name] = *std::max_element(first, first + item.resource.cores);
  }
  for (std::size_t unit = 0; unit < stage.units.size(); ++unit)
    close_accelerator(stage.units[unit], unit, id);
  stage.next = id + 1;
  const bool last_with_work = [&] {
    for (LayerId rest = id + 1; rest < model_.network->size(); ++rest) {
      if (&stage_of(rest) == &stage && position_[static_cast<std::size_t>(rest)] >= 0 &&
          !layer_at(stage.image, rest).in_place)
        return false;
    }
    return true;
  }();
  if (last_with_work) {
    pass_in_place(stage, model_.network->size());
    stage.next = 0;
  }
  if (progress_) progress_(layers_done_, images_ * (position_.back() + 1));
}

void Recorder::share_done(std::uint32_t index, std::uint32_t shares) {
  if (++shares_done_[index] < shares) return;
  shares_done_[index] = 0;
  if (!values_) return;
  const lowering::ProgramItem& item = program_.items[index];
  const lowering::Placement& placement = program_.placement_of(program_.copy_of(stage_of(item.layer).image));
  const network::Layer& layer = model_.network->layer(item.layer);
  std::vector<network::Tensor> inputs;
  std::vector<const network::Tensor*> pointers;
  inputs.reserve(layer.inputs.size());
  for (const LayerId input : layer.inputs) {
    inputs.push_back(lowering::load_tensor(memory_, placement.layers[static_cast<std::size_t>(input)].output,
                                           model_.network->layer(input).output, model_.precision));
    pointers.push_back(&inputs.back());
  }
  network::Tensor output = network::make_tensor(layer.output, model_.precision);
  network::run_layer(model_, item.layer, pointers, item.range, output);
  lowering::store_tensor(memory_, placement.layers[static_cast<std::size_t>(item.layer)].output, output,
                         item.range);
}

void Recorder::accelerator_started(std::uint32_t unit, std::uint32_t layer) {
  AcceleratorWork& work = stage_of(static_cast<LayerId>(layer)).units[unit];
  if (!work.running) work = {true, now(), now(), 0, false};
  work.jobs = ++jobs_started_[unit];
  work.done = false;
}

void Recorder::accelerator_interrupt(std::uint32_t unit, std::int64_t jobs_done) {
  for (StageState& stage : stages_) {
    AcceleratorWork& work = stage.units[unit];
    if (!work.running || work.done) continue;
    work.last_interrupt = std::max(work.last_interrupt, now());
    work.done = jobs_done >= work.jobs;
    if (!work.done) continue;
    // Until then the queue may have been another stage's.
    work.begin = std::max(work.begin, free_since_[unit]);
    free_since_[unit] = now();
  }
}

void Recorder::accelerator_moved(std::uint32_t unit, std::int64_t jobs_done, Picoseconds end) {
  AcceleratorWork* owner = nullptr;  // of the job under way: the first in the queue
  for (StageState& stage : stages_) {
    AcceleratorWork& work = stage.units[unit];
    if (work.running && !work.done && work.jobs > jobs_done && (owner == nullptr || work.jobs < owner->jobs))
      owner = &work;
  }
  if (owner != nullptr) owner->last_interrupt = std::max(owner->last_interrupt, end);
}

void Recorder::close_accelerator(AcceleratorWork& work, std::size_t unit, LayerId id) {
  if (!work.running) return;
  work.running = false;
  spec::LayerResult& layer = layer_at(stage_of(id).image, id);
  layer.busy[platform_.accelerators[unit].name] = work.last_interrupt - work.begin;
  activity_.job(unit, id, work.begin, work.last_interrupt);
}

void Recorder::span(const CoreSpan& span) {
  const auto cluster = static_cast<std::size_t>(span.cluster);
  const Picoseconds length = span.end - span.begin;
  if (span.activity != Activity::synchronisation && span.activity != Activity::polling)
    core_busy_[cluster][static_cast<std::size_t>(span.core)] += length;
  use_.span(span);
  activity_.core(span);
}

void Recorder::point_changed(int cluster, std::size_t point) { use_.point_changed(cluster, point, now()); }

void Recorder::fill(spec::RunResult& result) const {
  result.images = images_;
  Picoseconds latency_sum{0};
  for (std::size_t image = 0; image < output_times_.size(); ++image)
    latency_sum += output_times_[image] - image_starts_[image];
  result.latency = latency_sum / images_;
  result.total = output_times_.back();
  if (stages_.size() > 1) {
    const SteadyState steady(images_, static_cast<int>(stages_.size()));
    result.period = steady.interval(output_times_);
    for (std::size_t stage = 0; stage < stages_.size(); ++stage)
      result.stages[stage].time = steady.mean(stages_[stage].taken);
  }
  result.layers = layers_;
  if (values_) result.output_sha256 = network::tensors_sha256(outputs_);
  activity_.fill(result);
}

}  // namespace tandem::sim
