// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/footprint.h"

#include <algorithm>

#include "models/network/kernels/layer_kernel.h"

namespace tandem::lowering {

using network::LayerId;
using network::LayerKind;

namespace {

struct Rows {
  int begin = 0, end = 0;
};

// Input rows under the windows of output pixels [m0, m1).
Rows rows_under(const network::Window& window, const network::Shape& input, const network::Shape& output,
                const cpu::Share& share) {
  const int first = static_cast<int>(share.m0 / output.w);
  const int last = static_cast<int>((share.m1 - 1) / output.w);
  const int begin = first * window.stride_h - window.pad_top;
  const int end = last * window.stride_h - window.pad_top + (window.kernel_h - 1) * window.dilation_h + 1;
  return {std::clamp(begin, 0, input.h), std::clamp(end, 0, input.h)};
}

class Collector {
 public:
  Collector(const network::Network& network, const Placement& placement, LayerId id, const cpu::Share& share)
      : network_(network), placement_(placement), layer_(network.layer(id)), id_(id), share_(share) {}

  Footprint run() {
    switch (layer_.kind) {
      case LayerKind::conv:
        read_windows(conv_channels());
        break;
      case LayerKind::max_pool:
      case LayerKind::avg_pool:
        read_windows({share_.k0, share_.k1});
        break;
      case LayerKind::global_avg_pool:
        read_planes(0, {share_.k0, share_.k1});
        break;
      case LayerKind::concat:
        read_concat();
        break;
      case LayerKind::softmax:
      case LayerKind::channel_shuffle:
        read_pixels(0, {0, network_.input_shape(id_).c});
        break;
      case LayerKind::lrn:
        read_pixels(0, lrn_channels());
        break;
      case LayerKind::fully_connected:
      case LayerKind::reshape:
      case LayerKind::flatten:
        read_planes(0, {0, input(0).layout.channels});
        break;
      default:
        for (std::size_t i = 0; i < layer_.inputs.size(); ++i) read_pixels(i, {share_.k0, share_.k1});
    }
    const LayerPlacement& own = placement_.layers[static_cast<std::size_t>(id_)];
    if (own.weights.bytes > 0) {
      const std::int64_t per_channel = own.weights.bytes / layer_.output.c;
      add(result_.weights, own.weights.address + static_cast<std::uint64_t>(share_.k0 * per_channel),
          (share_.k1 - share_.k0) * per_channel);
    }
    write_pixels(own.output);
    return std::move(result_);
  }

 private:
  struct Channels {
    int begin, end;
  };

  static void add(std::vector<AddressRange>& list, std::uint64_t address, std::int64_t bytes) {
    if (bytes <= 0) return;
    if (!list.empty() && list.back().address + static_cast<std::uint64_t>(list.back().bytes) == address) {
      list.back().bytes += bytes;
    } else {
      list.push_back({address, bytes});
    }
  }

  const TensorPlacement& input(std::size_t index) const {
    return placement_.layers[static_cast<std::size_t>(layer_.inputs[index])].output;
  }

  Channels conv_channels() const {
    const int in = network_.input_shape(id_).c;
    const int per_group_in = in / layer_.conv.groups;
    const int per_group_out = layer_.output.c / layer_.conv.groups;
    return {share_.k0 / per_group_out * per_group_in, ((share_.k1 - 1) / per_group_out + 1) * per_group_in};
  }

  // The window across channels reaches over the share's ends.
  Channels lrn_channels() const {
    const int before = (layer_.lrn.size - 1) / 2;
    const int after = layer_.lrn.size - 1 - before;
    return {std::max(0, share_.k0 - before), std::min(layer_.output.c, share_.k1 + after)};
  }

  template <class Bytes>
  static void each_plane(const TensorPlacement& tensor, Channels channels, const Bytes& bytes) {
    const network::BlockedLayout& layout = tensor.layout;
    for (std::int64_t plane = channels.begin / layout.block; plane < divide_up(channels.end, layout.block);
         ++plane) {
      bytes(tensor.address + static_cast<std::uint64_t>(plane * layout.plane_stride()));
    }
  }

  void read_windows(Channels channels) {
    const TensorPlacement& tensor = input(0);
    const Rows rows = rows_under(layer_.window, network_.input_shape(id_), layer_.output, share_);
    const std::int64_t row = tensor.layout.row_bytes();
    each_plane(tensor, channels, [&](std::uint64_t plane) {
      add(result_.inputs, plane + static_cast<std::uint64_t>(rows.begin * row),
          (rows.end - rows.begin) * row);
    });
  }

  void read_planes(std::size_t index, Channels channels) {
    each_plane(input(index), channels,
               [&](std::uint64_t plane) { add(result_.inputs, plane, input(index).layout.plane_bytes()); });
  }

  void read_pixels(std::size_t index, Channels channels) {
    const network::BlockedLayout& layout = input(index).layout;
    const std::int64_t pixel = std::int64_t{layout.block} * layout.element_bytes;
    const std::int64_t pixels = std::int64_t{layout.height} * layout.width;
    each_plane(input(index), channels, [&](std::uint64_t plane) {
      const std::int64_t begin = std::min(share_.m0, pixels);
      add(result_.inputs, plane + static_cast<std::uint64_t>(begin * pixel),
          (std::min(share_.m1, pixels) - begin) * pixel);
    });
  }

  void read_concat() {
    int first = 0;
    for (std::size_t i = 0; i < layer_.inputs.size(); ++i) {
      const int channels = network_.input_shape(id_, static_cast<int>(i)).c;
      const Channels part{std::max(share_.k0, first) - first, std::min(share_.k1, first + channels) - first};
      if (part.begin < part.end) read_pixels(i, part);
      first += channels;
    }
  }

  void write_pixels(const TensorPlacement& tensor) {
    const std::int64_t pixel = std::int64_t{tensor.layout.block} * tensor.layout.element_bytes;
    each_plane(tensor, {share_.k0, share_.k1}, [&](std::uint64_t plane) {
      add(result_.writes, plane + static_cast<std::uint64_t>(share_.m0 * pixel),
          (share_.m1 - share_.m0) * pixel);
    });
  }

  const network::Network& network_;
  const Placement& placement_;
  const network::Layer& layer_;
  LayerId id_;
  const cpu::Share& share_;
  Footprint result_;
};

}  // namespace

Footprint footprint(const network::Network& network, const Placement& placement, LayerId layer,
                    const cpu::Share& share) {
  return Collector(network, placement, layer, share).run();
}

}  // namespace tandem::lowering
