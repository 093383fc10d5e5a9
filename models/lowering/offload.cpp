// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/offload.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "models/lowering/placement.h"

namespace tandem::lowering {

using accelerator::Array;
using accelerator::ConvJob;
using network::Layer;
using network::LayerId;
using network::LayerKind;

using accelerator::Form;

bool is_folded_image(const Layer& layer, const Array& array) {
  return layer.kind == LayerKind::input && layer.output.c <= accelerator::kFoldedBlock && array.can_fold();
}

GroupShape group_shape(const network::Network& network, LayerId id, const Array& array) {
  const network::ConvShape conv = network::conv_shape(network, id);
  GroupShape shape;
  shape.groups = conv.groups;
  shape.window = conv.window;
  network::Shape input = conv.input;
  LayerId source = network.layer(id).inputs[0];
  if (network.layer(id).kind == LayerKind::fully_connected) {
    // Flattening keeps the order of elements, so the kernel covers the tensor as it was before.
    while (true) {
      const Layer& layer = network.layer(source);
      input = layer.output;
      if (!is_view(layer.kind) || !view_is_free(network, source)) break;
      source = layer.inputs[0];
    }
    shape.window.kernel_h = input.h;
    shape.window.kernel_w = input.w;
  }
  shape.in_channels = input.c / shape.groups;
  shape.in_h = input.h;
  shape.in_w = input.w;
  shape.out_channels = conv.output.c / shape.groups;
  shape.out_h = conv.output.h;
  shape.out_w = conv.output.w;
  shape.kernel_h = shape.window.kernel_h;
  shape.kernel_w = shape.window.kernel_w;
  if (is_folded_image(network.layer(source), array)) shape.form = Form::folded;
  const auto channels = static_cast<unsigned>(shape.in_channels);
  if (shape.groups > 1 && shape.form == Form::dense && shape.in_channels == shape.out_channels &&
      std::has_single_bit(channels) && shape.in_channels <= std::min(array.tm, array.tn)) {
    shape.form = Form::grouped;
    shape.channels_per_group = shape.in_channels;
    shape.in_channels *= shape.groups;
    shape.out_channels *= shape.groups;
    shape.groups = 1;
  }
  return shape;
}

namespace {

ConvJob job_of_group(const network::Model& model, LayerId id, const GroupShape& shape) {
  const Layer& layer = model.network->layer(id);
  ConvJob job;
  job.form = shape.form;
  job.in_channels = shape.in_channels;
  job.in_h = shape.in_h;
  job.in_w = shape.in_w;
  job.out_channels = shape.out_channels;
  job.out_h = shape.out_h;
  job.out_w = shape.out_w;
  job.kernel_h = shape.kernel_h;
  job.kernel_w = shape.kernel_w;
  job.stride_h = shape.window.stride_h;
  job.stride_w = shape.window.stride_w;
  job.pad_top = shape.window.pad_top;
  job.pad_left = shape.window.pad_left;
  job.dilation_h = shape.window.dilation_h;
  job.dilation_w = shape.window.dilation_w;
  job.row_begin = 0;
  job.row_end = shape.out_h;
  const auto& input = model.quantization[static_cast<std::size_t>(layer.inputs[0])];
  const auto& output = model.quantization[static_cast<std::size_t>(id)];
  const network::ClampRange clamp = network::output_clamp(layer.activation, output);
  job.in_zero_point = input.zero_point;
  job.out_zero_point = output.zero_point;
  job.clamp_min = clamp.low;
  job.clamp_max = clamp.high;
  return job;
}

}  // namespace

std::string offload_refusal(const network::Model& model, LayerId id, const Array& array) {
  const Layer& layer = model.network->layer(id);
  if (model.precision != network::Precision::int8) return "the accelerator computes int8, the run is fp32";
  if (layer.kind != LayerKind::conv && layer.kind != LayerKind::fully_connected) {
    return fmt::format("the accelerator runs conv and fully_connected, not {}", to_string(layer.kind));
  }
  const GroupShape shape = group_shape(*model.network, id, array);
  if (shape.groups > 1 && shape.form == Form::folded) return "channel groups of an image of few channels";
  if (shape.groups > 1 && (shape.in_channels % array.block() != 0 || shape.out_channels % array.tm != 0)) {
    return fmt::format("groups of {} input and {} output channels are not multiples of {} and {}",
                       shape.in_channels, shape.out_channels, array.block(), array.tm);
  }
  const auto outside = [](int value, int most) { return value < 1 || value > most; };
  const bool covers_input = shape.kernel_h == shape.in_h && shape.kernel_w == shape.in_w;
  if (!covers_input && (outside(shape.kernel_h, 11) || outside(shape.kernel_w, 11))) {
    return fmt::format("kernel {}x{}; the accelerator takes up to 11x11", shape.kernel_h, shape.kernel_w);
  }
  if (outside(shape.window.stride_h, 4) || outside(shape.window.stride_w, 4)) {
    return fmt::format("stride {}x{}; the accelerator takes 1 to 4", shape.window.stride_h,
                       shape.window.stride_w);
  }
  ConvJob job = job_of_group(model, id, shape);
  return accelerator::tile(job, array).value_or("");
}

std::vector<ConvJob> jobs_without_addresses(const network::Model& model, LayerId id,
                                            const network::OutputRange& range, const Array& array) {
  const GroupShape shape = group_shape(*model.network, id, array);
  std::vector<ConvJob> jobs;
  for (int group = range.k0 / shape.out_channels; group * shape.out_channels < range.k1; ++group) {
    const int first = group * shape.out_channels;
    const int k0 = std::max(range.k0, first);
    const int k1 = std::min(range.k1, first + shape.out_channels);
    ConvJob job = job_of_group(model, id, shape);
    job.out_channels = k1 - k0;
    if (shape.form == Form::grouped) {
      job.group_phase = array.tm < array.tn ? k0 % array.tn / array.tm : 0;
      job.in_channels = job.out_channels + job.group_phase * array.tm;
    }
    job.row_begin = range.p0;
    job.row_end = range.p1;
    if (const auto refusal = accelerator::tile(job, array)) {
      throw std::logic_error("job of a layer the accelerator refused: " + *refusal);
    }
    jobs.push_back(job);
  }
  return jobs;
}

}  // namespace tandem::lowering
