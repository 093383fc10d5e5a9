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

namespace tandem::sim {

using network::LayerId;

Recorder::Recorder(const spec::Platform& platform, const network::Model& model,
                   const lowering::Program& program, accelerator::MemoryView& memory,
                   cpu::CoherentCaches& caches, int images, const std::vector<std::size_t>& points,
                   bool timeline, std::function<void(int, int)> progress)
    : platform_(platform),
      model_(model),
      program_(program),
      memory_(memory),
      caches_(caches),
      images_(images),
      progress_(std::move(progress)),
      use_(platform, points),
      shares_done_(program.items.size(), 0),
      units_(platform.accelerators.size()),
      activity_(platform, model, program, timeline) {
  for (const spec::Cluster& cluster : platform.clusters) {
    core_busy_.emplace_back(static_cast<std::size_t>(cluster.cores), Picoseconds(0));
  }
}

// The camera: a device without snooping puts the image into its tensor at once.
void Recorder::image_begin() {
  ++image_;
  image_start_ = now();
  const network::Network& network = *model_.network;
  const network::Tensor image = network::make_image(model_, image_);
  for (LayerId id = 0; id < network.size(); ++id) {
    if (network.layer(id).kind != network::LayerKind::input) continue;
    const lowering::TensorPlacement& place = program_.placement.layers[static_cast<std::size_t>(id)].output;
    std::vector<cpu::CacheBurst> none;
    caches_.device_write("the camera", false, place.address, static_cast<std::uint64_t>(place.layout.bytes()),
                         none);
    lowering::store_tensor(memory_, place, image, network::whole(image.shape));
  }
  for (LayerId id = 0; id < network.size(); ++id) {
    if (network.layer(id).kind != network::LayerKind::input) layers_.push_back(new_layer(id));
  }
}

void Recorder::image_end() {
  const LayerId output = model_.network->output();
  outputs_.push_back(lowering::load_tensor(memory_,
                                           program_.placement.layers[static_cast<std::size_t>(output)].output,
                                           model_.network->layer(output).output, model_.precision));
  latency_sum_ += now() - image_start_;
  last_output_ = now();
  std::fill(shares_done_.begin(), shares_done_.end(), 0);
  current_layer_.clear();
  if (finished() && on_finish_) on_finish_();
}

spec::LayerResult Recorder::new_layer(LayerId id) const {
  const network::Layer& layer = model_.network->layer(id);
  spec::LayerResult result;
  result.name = layer.name;
  result.kind = to_string(layer.kind);
  result.image = image_;
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

void Recorder::layer_begin(std::uint32_t layer) {
  current_layer_ = model_.network->layer(static_cast<LayerId>(layer)).name;
  // Layers without work before this one take no time: they end where they begin, now.
  while (layers_[open_layer_].name != current_layer_) {
    layers_[open_layer_].start = layers_[open_layer_].end = now();
    ++open_layer_;
  }
  layers_[open_layer_].start = now();
  activity_.layer_begin(static_cast<LayerId>(layer), static_cast<int>(open_layer_), now());
  for (auto& cores : core_busy_) std::fill(cores.begin(), cores.end(), Picoseconds(0));
}

void Recorder::layer_end(std::uint32_t number) {
  spec::LayerResult& layer = layers_[open_layer_];
  layer.end = now();
  activity_.layer_end(static_cast<LayerId>(number), now());
  for (const lowering::ProgramItem& item : program_.items) {
    if (item.resource.cluster < 0 || model_.network->layer(item.layer).name != layer.name) continue;
    const auto& cores = core_busy_[static_cast<std::size_t>(item.resource.cluster)];
    layer.busy[item.resource.name] = *std::max_element(cores.begin(), cores.begin() + item.resource.cores);
  }
  for (std::size_t unit = 0; unit < units_.size(); ++unit)
    close_accelerator(unit, units_[unit].last_interrupt);
  ++open_layer_;
  const std::size_t after_image =
      static_cast<std::size_t>(image_ + 1) * static_cast<std::size_t>(model_.network->size() - 1);
  // In-place layers at the network's end.
  while (open_layer_ < after_image && layers_[open_layer_].in_place &&
         std::all_of(layers_.begin() + static_cast<std::ptrdiff_t>(open_layer_), layers_.end(),
                     [](const spec::LayerResult& rest) { return rest.in_place; })) {
    layers_[open_layer_].start = layers_[open_layer_].end = now();
    ++open_layer_;
  }
  if (progress_) {
    progress_(static_cast<int>(open_layer_), images_ * (model_.network->size() - 1));
  }
}

void Recorder::share_done(std::uint32_t index, std::uint32_t shares) {
  if (++shares_done_[index] < shares) return;
  const lowering::ProgramItem& item = program_.items[index];
  const network::Layer& layer = model_.network->layer(item.layer);
  std::vector<network::Tensor> inputs;
  std::vector<const network::Tensor*> pointers;
  inputs.reserve(layer.inputs.size());
  for (const LayerId input : layer.inputs) {
    inputs.push_back(lowering::load_tensor(memory_,
                                           program_.placement.layers[static_cast<std::size_t>(input)].output,
                                           model_.network->layer(input).output, model_.precision));
    pointers.push_back(&inputs.back());
  }
  network::Tensor output = network::make_tensor(layer.output, model_.precision);
  network::run_layer(model_, item.layer, pointers, item.range, output);
  lowering::store_tensor(memory_, program_.placement.layers[static_cast<std::size_t>(item.layer)].output,
                         output, item.range);
}

void Recorder::accelerator_started(std::uint32_t unit, std::uint32_t layer) {
  AcceleratorWork& work = units_[unit];
  if (work.running) return;
  work = {true, layer, now(), now()};
}

void Recorder::accelerator_interrupt(std::uint32_t unit) { units_[unit].last_interrupt = now(); }

void Recorder::close_accelerator(std::size_t unit, Picoseconds end) {
  AcceleratorWork& work = units_[unit];
  if (!work.running) return;
  work.running = false;
  const std::string& name = platform_.accelerators[unit].name;
  layers_[open_layer_].busy[name] = end - work.begin;
  activity_.job(unit, static_cast<LayerId>(work.layer), work.begin, end);
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
  result.latency = latency_sum_ / images_;
  result.total = last_output_;
  result.layers = layers_;
  result.output_sha256 = network::tensors_sha256(outputs_);
  activity_.fill(result);
}

}  // namespace tandem::sim
