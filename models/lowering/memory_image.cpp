// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/memory_image.h"

#include <cstring>

#include "models/lowering/offload.h"

namespace tandem::lowering {

namespace {

template <class Element>
Segment segment_of(std::uint64_t address, std::span<const Element> values) {
  Segment segment{address, std::vector<std::uint8_t>(values.size_bytes())};
  if (!values.empty()) std::memcpy(segment.bytes.data(), values.data(), values.size_bytes());
  return segment;
}

Segment quant_records(const network::QuantizedWeights& weights, int first_channel, int channels,
                      const AddressRange& place) {
  std::vector<std::int32_t> words(static_cast<std::size_t>(place.bytes) / 4, 0);
  for (std::size_t k = 0; k < words.size() / 4; ++k) {
    // Channels past the last real one requantise zero to zero.
    words[4 * k + 2] = 1;
    if (k >= static_cast<std::size_t>(channels)) continue;
    const std::size_t channel = static_cast<std::size_t>(first_channel) + k;
    words[4 * k] = weights.folded_bias[channel];
    words[4 * k + 1] = weights.multiplier[channel];
    words[4 * k + 2] = weights.shift[channel];
  }
  return segment_of<std::int32_t>(place.address, words);
}

}  // namespace

std::vector<Segment> parameter_segments(const network::Model& model, const spec::Platform& platform,
                                        const Placement& placement,
                                        const std::vector<std::vector<bool>>& accelerator_layers) {
  std::vector<Segment> segments;
  for (network::LayerId id = 0; id < model.network->size(); ++id) {
    const auto at = static_cast<std::size_t>(id);
    const LayerPlacement& place = placement.layers[at];
    if (place.weights.bytes == 0) continue;
    // A model of sizes has no numbers to load.
    if (model.precision == network::Precision::fp32 ? model.parameters[at].weights.empty()
                                                    : model.quantized[at].weights.empty())
      continue;
    if (model.precision == network::Precision::fp32) {
      segments.push_back(segment_of<float>(place.weights.address, model.parameters[at].weights));
      continue;
    }
    const network::QuantizedWeights& weights = model.quantized[at];
    segments.push_back(segment_of<std::int8_t>(place.weights.address, weights.weights));
    for (std::size_t unit = 0; unit < place.packed.size(); ++unit) {
      if (!accelerator_layers[unit][at]) continue;
      const accelerator::Array& array = platform.accelerators[unit].array;
      const GroupShape shape = group_shape(*model.network, id, array);
      const auto group_size = static_cast<std::size_t>(
          std::int64_t{shape.out_channels} * shape.weights().in_channels * shape.kernel_h * shape.kernel_w);
      for (std::size_t group = 0; group < place.packed[unit].weights.size(); ++group) {
        const std::span<const std::int8_t> plain(weights.weights.data() + group * group_size, group_size);
        const std::vector<std::int8_t> packed = accelerator::pack_weights(plain, shape.weights(), array);
        segments.push_back(segment_of<std::int8_t>(place.packed[unit].weights[group].address, packed));
        segments.push_back(quant_records(weights, static_cast<int>(group) * shape.out_channels,
                                         shape.out_channels, place.packed[unit].quant[group]));
      }
    }
  }
  return segments;
}

}  // namespace tandem::lowering
