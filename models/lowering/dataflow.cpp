// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/dataflow.h"

#include <set>

namespace tandem::lowering {

using network::LayerId;

namespace {

template <class Neighbours>
void collect(const Placement& placement, LayerId layer, const Neighbours& neighbours,
             std::set<LayerId>& found) {
  for (const LayerId next : neighbours(layer)) {
    if (placement.layers[static_cast<std::size_t>(next)].role == LayerRole::in_place) {
      collect(placement, next, neighbours, found);
    } else {
      found.insert(next);
    }
  }
}

}  // namespace

std::vector<LayerId> writers_of(const network::Network& network, const Placement& placement, LayerId layer) {
  if (placement.layers[static_cast<std::size_t>(layer)].role != LayerRole::in_place) return {layer};
  std::set<LayerId> found;
  collect(
      placement, layer, [&](LayerId id) -> const std::vector<LayerId>& { return network.layer(id).inputs; },
      found);
  return {found.begin(), found.end()};
}

std::vector<LayerId> readers_of(const network::Network& network, const Placement& placement, LayerId layer) {
  std::set<LayerId> found;
  collect(
      placement, layer, [&](LayerId id) -> const std::vector<LayerId>& { return network.consumers(id); },
      found);
  return {found.begin(), found.end()};
}

std::vector<AddressRange> lines_of(const TensorPlacement& place, const cpu::Share& area) {
  if (area.empty()) return {};
  const network::BlockedLayout& layout = place.layout;
  const std::int64_t first_plane = area.k0 / layout.block;
  const std::int64_t last_plane = divide_up(area.k1, layout.block);
  if (area.m0 == 0 && area.m1 == std::int64_t{layout.height} * layout.width) {
    return {{place.address + static_cast<std::uint64_t>(first_plane * layout.plane_stride()),
             (last_plane - first_plane) * layout.plane_stride()}};
  }
  const std::int64_t pixel = std::int64_t{layout.block} * layout.element_bytes;
  const std::int64_t begin = area.m0 * pixel / network::kCacheLineBytes * network::kCacheLineBytes;
  const std::int64_t end = round_up(area.m1 * pixel, network::kCacheLineBytes);
  std::vector<AddressRange> ranges;
  for (std::int64_t plane = first_plane; plane < last_plane; ++plane) {
    ranges.push_back(
        {place.address + static_cast<std::uint64_t>(plane * layout.plane_stride() + begin), end - begin});
  }
  return ranges;
}

}  // namespace tandem::lowering
