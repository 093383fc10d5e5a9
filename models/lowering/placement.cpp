// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/placement.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/cpu/kernel.h"
#include "models/lowering/offload.h"
#include "models/network/shapes.h"

namespace tandem::lowering {

using network::Layer;
using network::LayerId;
using network::LayerKind;
using network::Network;

int channel_block(const spec::Platform& platform) {
  if (platform.accelerators.empty()) return 8;
  const int block = platform.accelerators.front().array.block();
  for (const spec::Accelerator& unit : platform.accelerators) {
    const accelerator::Array& first = platform.accelerators.front().array;
    if (unit.array.can_fold() != first.can_fold()) {
      throw InputError(
          {platform.file, 0, 0}, unit.name,
          fmt::format("arrays {} and {}: only one of them folds the image's channels; all must agree",
                      to_string(first), to_string(unit.array)));
    }
    if (unit.array.block() != block) {
      throw InputError(
          {platform.file, 0, 0}, unit.name,
          fmt::format("array {} stores {} channels a plane, {} stores {}; all must agree",
                      to_string(unit.array), unit.array.block(), platform.accelerators.front().name, block));
    }
  }
  return block;
}

bool is_view(LayerKind kind) {
  return kind == LayerKind::flatten || kind == LayerKind::reshape || kind == LayerKind::dropout;
}

bool view_is_free(const Network& network, LayerId id) {
  const Layer& layer = network.layer(id);
  if (layer.activation != network::Activation::none) return false;
  if (layer.output == network.input_shape(id)) return true;
  if (network.consumers(id).empty()) return false;
  return std::all_of(network.consumers(id).begin(), network.consumers(id).end(), [&](LayerId reader) {
    if (network.layer(reader).kind == LayerKind::fully_connected) return true;
    return is_view(network.layer(reader).kind) && view_is_free(network, reader);
  });
}

namespace {

bool same_quantization(const network::Model& model, LayerId a, LayerId b) {
  if (model.precision == network::Precision::fp32) return true;
  const auto& qa = model.quantization[static_cast<std::size_t>(a)];
  const auto& qb = model.quantization[static_cast<std::size_t>(b)];
  return qa.scale == qb.scale && qa.zero_point == qb.zero_point;
}

bool concat_is_free(const network::Model& model, const std::vector<bool>& joined, LayerId id, int block) {
  const Network& network = *model.network;
  const Layer& layer = network.layer(id);
  if (layer.activation != network::Activation::none) return false;
  int channel = 0;
  std::vector<LayerId> seen;
  for (const LayerId input : layer.inputs) {
    const Layer& producer = network.layer(input);
    const bool twice = std::find(seen.begin(), seen.end(), input) != seen.end();
    if (channel % block != 0 || twice || joined[static_cast<std::size_t>(input)] || is_view(producer.kind) ||
        producer.kind == LayerKind::input || !same_quantization(model, input, id)) {
      return false;
    }
    seen.push_back(input);
    channel += producer.output.c;
  }
  return true;
}

}  // namespace

std::vector<LayerRole> layer_roles(const network::Model& model, const spec::Platform& platform) {
  return layer_roles(model, channel_block(platform), platform.library.concat_copies);
}

std::vector<LayerRole> layer_roles(const network::Model& model, int block, bool concat_copies) {
  const Network& network = *model.network;
  std::vector<LayerRole> roles(static_cast<std::size_t>(network.size()), LayerRole::compute);
  std::vector<bool> joined(roles.size(), false);  // already lies inside some concat
  for (LayerId id = network.size() - 1; id >= 0; --id) {
    const Layer& layer = network.layer(id);
    LayerRole& role = roles[static_cast<std::size_t>(id)];
    if (layer.kind == LayerKind::input) role = LayerRole::input;
    if (is_view(layer.kind) && view_is_free(network, id) && same_quantization(model, layer.inputs[0], id)) {
      role = LayerRole::in_place;
    }
    if (layer.kind == LayerKind::concat && !concat_copies && concat_is_free(model, joined, id, block)) {
      role = LayerRole::in_place;
      for (const LayerId input : layer.inputs) joined[static_cast<std::size_t>(input)] = true;
    }
  }
  return roles;
}

namespace {

constexpr std::int64_t kPage = 4096;

class Allocator {
 public:
  explicit Allocator(std::uint64_t base) : next_(base) {}
  std::uint64_t take(std::int64_t bytes) {
    const std::uint64_t address = next_;
    next_ += static_cast<std::uint64_t>(round_up(bytes, kPage));
    return address;
  }
  [[nodiscard]] std::uint64_t next() const { return next_; }

 private:
  std::uint64_t next_;
};

std::vector<PackedWeights> take_packed(const network::Model& model, const spec::Platform& platform,
                                       LayerId id, Allocator& allocator) {
  std::vector<PackedWeights> all;
  for (const spec::Accelerator& unit : platform.accelerators) {
    PackedWeights& packed = all.emplace_back();
    if (!offload_refusal(model, id, unit.array).empty()) continue;
    const GroupShape shape = group_shape(*model.network, id, unit.array);
    for (int group = 0; group < shape.groups; ++group) {
      const std::int64_t bytes = accelerator::packed_weight_bytes(shape.weights(), unit.array);
      packed.weights.push_back({allocator.take(bytes), bytes});
      const std::int64_t records = round_up(shape.out_channels, unit.array.tm);
      packed.quant.push_back({allocator.take(16 * records), 16 * records});
    }
  }
  return all;
}

// What the kernels of one layer put aside.
Workspace workspace_of(const network::Model& model, const spec::Library& library, LayerId id) {
  const Network& network = *model.network;
  const Layer& layer = network.layer(id);
  Workspace needed;
  if (layer.kind != LayerKind::conv || network.is_depthwise(id)) return needed;
  const network::Shape input = network.input_shape(id);
  const std::int64_t pixels = std::int64_t{layer.output.h} * layer.output.w;
  const int element = model.precision == network::Precision::int8 ? 1 : 4;
  if (cpu::needs_im2col(layer, library))
    needed.inputs.bytes = pixels * input.c * layer.window.kernel_h * layer.window.kernel_w * element;
  if (!library.writes_channels) needed.results.bytes = pixels * layer.output.c * 4;
  if (model.precision == network::Precision::fp32 && cpu::is_winograd_shape(network, id)) {
    const std::int64_t matrix = cpu::winograd_tiles(layer.output) * cpu::kWinogradProducts * 4;
    needed.inputs.bytes = std::max(needed.inputs.bytes, matrix * input.c);
    needed.results.bytes = std::max(needed.results.bytes, matrix * layer.output.c);
  }
  return needed;
}

std::vector<Workspace> take_workspaces(const network::Model& model, const spec::Platform& platform,
                                       Allocator& allocator) {
  Workspace largest;
  for (LayerId id = 0; id < model.network->size(); ++id) {
    const Workspace needed = workspace_of(model, platform.library, id);
    largest.inputs.bytes = std::max(largest.inputs.bytes, needed.inputs.bytes);
    largest.results.bytes = std::max(largest.results.bytes, needed.results.bytes);
  }
  std::vector<Workspace> workspaces(platform.clusters.size(), largest);
  for (Workspace& own : workspaces) {
    own.inputs.address = allocator.take(own.inputs.bytes);
    own.results.address = allocator.take(own.results.bytes);
  }
  return workspaces;
}

}  // namespace

Placement place(const network::Model& model, const spec::Platform& platform) {
  const Network& network = *model.network;
  Placement placement;
  placement.block = channel_block(platform);
  placement.layers.resize(static_cast<std::size_t>(network.size()));
  const int element = model.precision == network::Precision::int8 ? 1 : 4;
  const std::vector<LayerRole> roles = layer_roles(model, platform);
  // The first MiB stays free: a null or wild small address must not hit data.
  Allocator allocator(platform.dram.base + (1 << 20));

  // Backwards, so that a concat has its place before its inputs are put inside it.
  for (LayerId id = network.size() - 1; id >= 0; --id) {
    const Layer& layer = network.layer(id);
    LayerPlacement& own = placement.layers[static_cast<std::size_t>(id)];
    own.role = roles[static_cast<std::size_t>(id)];
    if (is_view(layer.kind) && own.role == LayerRole::in_place) continue;  // follows its input, below
    if (own.output.layout.channels == 0) {
      own.output.layout = {layer.output.c, layer.output.h, layer.output.w, placement.block, element};
      if (element == 1 && !platform.accelerators.empty() &&
          is_folded_image(layer, platform.accelerators.front().array)) {
        own.output.layout.block = accelerator::kFoldedBlock;
      }
      own.output.address = allocator.take(own.output.layout.bytes());
    }
    if (layer.kind == LayerKind::concat && own.role == LayerRole::in_place) {
      int channel = 0;
      for (const LayerId input : layer.inputs) {
        LayerPlacement& part = placement.layers[static_cast<std::size_t>(input)];
        part.output.layout = own.output.layout;
        part.output.layout.channels = network.layer(input).output.c;
        part.output.address =
            own.output.address + static_cast<std::uint64_t>(own.output.layout.offset(channel, 0, 0));
        channel += part.output.layout.channels;
      }
    }
  }
  for (LayerId id = 0; id < network.size(); ++id) {
    const Layer& layer = network.layer(id);
    LayerPlacement& own = placement.layers[static_cast<std::size_t>(id)];
    if (is_view(layer.kind) && own.role == LayerRole::in_place) {
      own.output = placement.layers[static_cast<std::size_t>(layer.inputs[0])].output;
    }
    if (layer.kind != LayerKind::conv && layer.kind != LayerKind::fully_connected) continue;
    const std::int64_t count = network::weight_count(layer, network.input_shape(id));
    own.weights = {allocator.take(count * element), count * element};
    if (model.precision == network::Precision::int8) own.packed = take_packed(model, platform, id, allocator);
    if (model.precision == network::Precision::fp32 && cpu::is_winograd_shape(network, id)) {
      const std::int64_t bytes = count / 9 * cpu::kWinogradProducts * element;
      own.transformed = {allocator.take(bytes), bytes};
    }
  }
  placement.workspaces = take_workspaces(model, platform, allocator);
  placement.end = allocator.next();
  const std::uint64_t limit = platform.dram.base + static_cast<std::uint64_t>(platform.dram.size.raw());
  if (placement.end > limit) {
    throw InputError({platform.file, 0, 0}, "dram.size",
                     fmt::format("network {} needs {} bytes of memory, the platform has {}", network.name(),
                                 placement.end - platform.dram.base, platform.dram.size.raw()));
  }
  return placement;
}

}  // namespace tandem::lowering
