// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/kernel_steps.h"

#include <algorithm>

#include "models/lowering/footprint.h"

namespace tandem::lowering {

using cpu::Kernel;
using cpu::Work;
using network::LayerKind;

namespace {

// The part [begin, end) of `whole` in units of `units` of a range, in whole bytes.
AddressRange cut(const AddressRange& range, std::int64_t begin, std::int64_t end, std::int64_t units) {
  const std::int64_t from = range.bytes * begin / units, to = range.bytes * end / units;
  return {range.address + static_cast<std::uint64_t>(from), to - from};
}

AddressRange first_bytes(const AddressRange& range, std::int64_t bytes) { return {range.address, bytes}; }

class Steps {
 public:
  Steps(const network::Model& model, const Placement& placement, const spec::CoreType& core,
        network::LayerId id, const ThreadPart& part)
      : model_(model),
        network_(*model.network),
        placement_(placement),
        own_(placement.layers[static_cast<std::size_t>(id)]),
        workspace_(placement.workspaces[static_cast<std::size_t>(part.workspace)]),
        core_(core),
        id_(id),
        part_(part),
        share_(part.share),
        layer_(network_.layer(id)),
        touched_(footprint(network_, placement, id, part.share)),
        kernel_(part.kernel ? *part.kernel
                            : cpu::choose_kernel(network_, id, model.precision, core, part.threads)) {}

  std::vector<KernelStep> run() {
    switch (kernel_) {
      case Kernel::element_wise:
        one_step(element_wise_work());
        break;
      case Kernel::gemv:
        one_step({.gemv_macs = elements() * depth(), .launches = 1});
        steps_.back().overlapped = core_.library.streams_vectors;
        steps_.back().weights_ahead = core_.library.streams_vectors;
        steps_.back().page_walks = !core_.library.streams_vectors;
        break;
      case Kernel::depthwise:
        one_step(cpu::depthwise_work(layer_.window, elements()));
        steps_.back().work.launches = 1;
        steps_.back().scattered = true;
        break;
      case Kernel::interleaved:
      case Kernel::hybrid:
        products_of_pixels();
        break;
      case Kernel::winograd_interleaved:
      case Kernel::winograd_hybrid:
        winograd();
        break;
    }
    if (layer_.activation != network::Activation::none && layer_.kind != LayerKind::activation &&
        !core_.library.fused_activation) {
      steps_.push_back({{.moved_bytes = elements() * element_bytes(), .launches = 1},
                        touched_.writes,
                        {},
                        true,
                        touched_.writes});
    }
    return std::move(steps_);
  }

 private:
  [[nodiscard]] double elements() const { return static_cast<double>(share_.elements()); }
  [[nodiscard]] int element_bytes() const { return model_.precision == network::Precision::int8 ? 1 : 4; }
  [[nodiscard]] int groups() const { return layer_.kind == LayerKind::conv ? layer_.conv.groups : 1; }
  [[nodiscard]] std::int64_t pixels() const { return share_.m1 - share_.m0; }
  [[nodiscard]] std::int64_t all_pixels() const { return std::int64_t{layer_.output.h} * layer_.output.w; }
  [[nodiscard]] std::int64_t inputs() const { return network_.input_shape(id_).c / groups(); }  // of a group
  [[nodiscard]] double depth() const {
    const network::ConvShape shape = network::conv_shape(network_, id_);
    const int channels = shape.input.c / shape.groups;
    return static_cast<double>(channels) * shape.window.kernel_h * shape.window.kernel_w;
  }

  void one_step(const Work& work) {
    steps_.push_back({work, touched_.inputs, touched_.weights, true, touched_.writes});
  }

  [[nodiscard]] Work element_wise_work() const {
    const double bytes = elements() * element_bytes();
    switch (layer_.kind) {
      case LayerKind::max_pool:
      case LayerKind::avg_pool:
        return {.moved_bytes = bytes * layer_.window.kernel_h * layer_.window.kernel_w, .launches = 1};
      case LayerKind::global_avg_pool: {
        const network::Shape input = network_.input_shape(id_);
        return {.moved_bytes = bytes * input.h * input.w, .launches = 1};
      }
      case LayerKind::add:
        return {.moved_bytes = bytes * static_cast<double>(layer_.inputs.size()), .launches = 1};
      case LayerKind::concat:  // a kernel for each input
        return {.moved_bytes = bytes, .launches = static_cast<int>(layer_.inputs.size())};
      case LayerKind::lrn:  // the squares first
        return {.special = elements(), .launches = 2};
      case LayerKind::softmax:
        return {.special = elements(), .launches = 1};
      default:
        return {.moved_bytes = bytes, .launches = 1};
    }
  }

  // Output channels of the share in each group it touches.
  template <class Visit>
  void for_each_group(Visit visit) const {
    const int per_group = layer_.output.c / groups();
    for (int k = share_.k0; k < share_.k1;) {
      const int end = std::min(share_.k1, (k / per_group + 1) * per_group);
      visit(end - k);
      k = end;
    }
  }

  // What a thread does of a step over the input: its pixels, or where channels are dealt, as large a part.
  struct InputPart {
    std::int64_t begin, end;  // pixels of the whole output
    [[nodiscard]] std::int64_t count() const { return end - begin; }
  };
  [[nodiscard]] bool channels_dealt() const { return share_.k1 - share_.k0 < part_.item.k1 - part_.item.k0; }
  [[nodiscard]] InputPart input_part() const {
    const int channels = part_.item.k1 - part_.item.k0;
    if (!channels_dealt()) return {share_.m0, share_.m1};
    const std::int64_t first = share_.m0, count = pixels();
    return {first + count * (share_.k0 - part_.item.k0) / channels,
            first + count * (share_.k1 - part_.item.k0) / channels};
  }

  [[nodiscard]] std::vector<AddressRange> inputs_of(const InputPart& part) const {
    if (!channels_dealt()) return touched_.inputs;
    return footprint(network_, placement_, id_, {part_.item.k0, part_.item.k1, part.begin, part.end}).inputs;
  }

  void products_of_pixels() {
    const auto deep = static_cast<std::int64_t>(depth());
    KernelStep product;
    product.work.launches = 1;
    product.reads = touched_.inputs;
    product.reads_shared = channels_dealt();
    if (cpu::needs_im2col(layer_, core_.library)) {
      const InputPart part = input_part();
      const AddressRange matrix =
          first_bytes(workspace_.inputs, all_pixels() * deep * groups() * element_bytes());
      const auto moved = static_cast<double>(part.count() * deep * groups() * element_bytes());
      steps_.push_back({{.moved_bytes = moved, .launches = 1},
                        inputs_of(part),
                        {},
                        true,
                        {cut(matrix, part.begin, part.end, all_pixels())}});
      product.reads = {cut(matrix, share_.m0, share_.m1, all_pixels())};
    }
    for_each_group([&](int channels) {
      product.work += cpu::product_work(kernel_, core_, element_bytes(), pixels(), channels, deep, 1);
    });
    product.weights = touched_.weights;
    product.weights_ahead = kernel_ == Kernel::interleaved;
    product.writes = core_.library.writes_channels ? touched_.writes : product_rows();
    product.scattered = true;
    if (kernel_ == Kernel::interleaved) {
      // Partial sums come back for each further block of the depth.
      const std::vector<AddressRange> sums = product.writes;
      for (std::int64_t i = cpu::depth_block(core_, element_bytes()); i < deep;
           i += cpu::depth_block(core_, element_bytes())) {
        product.reads.insert(product.reads.end(), sums.begin(), sums.end());
        product.writes.insert(product.writes.end(), sums.begin(), sums.end());
      }
    }
    steps_.push_back(std::move(product));
    if (!core_.library.writes_channels) {  // col2im
      steps_.push_back({{.moved_bytes = elements() * element_bytes(), .launches = 1},
                        product_rows(),
                        {},
                        true,
                        touched_.writes,
                        true});
    }
  }
  // Where the results of the share's pixels lie, a pixel's channels side by side.
  [[nodiscard]] std::vector<AddressRange> product_rows() const {
    const AddressRange all = first_bytes(workspace_.results, all_pixels() * layer_.output.c * 4);
    return {cut(cut(all, share_.m0, share_.m1, all_pixels()), share_.k0, share_.k1, layer_.output.c)};
  }

  void winograd() {
    const std::int64_t tiles = cpu::winograd_tiles(layer_.output);
    const std::int64_t row =
        std::int64_t{cpu::kWinogradProducts} * 4;  // bytes of a tile's matrices, a channel
    const AddressRange inputs = first_bytes(workspace_.inputs, tiles * row * inputs_of_all_groups());
    const AddressRange results = first_bytes(workspace_.results, tiles * row * layer_.output.c);
    const InputPart part = input_part();
    const auto tiles_of = [&](std::int64_t count) { return divide_up(tiles * count, all_pixels()); };

    const double transformed_in = static_cast<double>(tiles_of(part.count()) * cpu::kWinogradProducts) *
                                  static_cast<double>(inputs_of_all_groups());
    steps_.push_back({{.transformed = transformed_in, .launches = 1},
                      inputs_of(part),
                      {},
                      true,
                      {cut(inputs, part.begin, part.end, all_pixels())},
                      true});

    KernelStep product;
    product.work.launches = 1;
    product.scattered = true;
    for_each_group([&](int channels) {
      product.work += cpu::product_work(kernel_, core_, 4, tiles_of(pixels()), channels, this->inputs(),
                                        cpu::kWinogradProducts);
    });
    product.reads = {cut(inputs, share_.m0, share_.m1, all_pixels())};
    product.reads_shared = channels_dealt();
    product.weights = {cut(own_.transformed, share_.k0, share_.k1, layer_.output.c)};
    product.weights_ahead = kernel_ == Kernel::winograd_interleaved;
    // Where channels are dealt, the results of the same tiles lie side by side.
    const AddressRange of_pixels = cut(results, share_.m0, share_.m1, all_pixels());
    const AddressRange mine = cut(of_pixels, share_.k0, share_.k1, layer_.output.c);
    product.writes = {mine};
    steps_.push_back(std::move(product));

    const double transformed_out = static_cast<double>(tiles_of(pixels()) * cpu::kWinogradProducts) *
                                   static_cast<double>(share_.k1 - share_.k0);
    steps_.push_back(
        {{.transformed = transformed_out, .launches = 1}, {mine}, {}, true, touched_.writes, true});
  }
  [[nodiscard]] std::int64_t inputs_of_all_groups() const { return network_.input_shape(id_).c; }

  const network::Model& model_;
  const network::Network& network_;
  const Placement& placement_;
  const LayerPlacement& own_;
  const Workspace& workspace_;
  const spec::CoreType& core_;
  network::LayerId id_;
  const ThreadPart& part_;
  const cpu::Share& share_;
  const network::Layer& layer_;
  Footprint touched_;
  Kernel kernel_;
  std::vector<KernelStep> steps_;
};

}  // namespace

std::vector<cpu::Share> thread_shares(const network::Model& model, const Placement& placement,
                                      const spec::CoreType& core, network::LayerId layer,
                                      const cpu::Share& item, int threads,
                                      std::optional<cpu::Kernel> kernel) {
  const Kernel own =
      kernel ? *kernel : cpu::choose_kernel(*model.network, layer, model.precision, core, threads);
  return cpu::deal(item, threads, placement.block,
                   cpu::is_hybrid(own) ? cpu::Dealing::channels : cpu::Dealing::pixels);
}

std::vector<KernelStep> kernel_steps(const network::Model& model, const Placement& placement,
                                     const spec::CoreType& core, network::LayerId layer,
                                     const ThreadPart& part) {
  if (part.share.empty()) return {};
  return Steps(model, placement, core, layer, part).run();
}

}  // namespace tandem::lowering
