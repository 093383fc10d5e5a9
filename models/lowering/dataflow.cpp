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

std::vector<AddressRange> lines_of(const TensorPlacement& place, const network::OutputRange& range) {
  const network::BlockedLayout& layout = place.layout;
  const std::int64_t first_plane = range.k0 / layout.block;
  const std::int64_t last_plane = divide_up(range.k1, layout.block);
  if (range.p0 == 0 && range.p1 == layout.height) {
    return {{place.address + static_cast<std::uint64_t>(first_plane * layout.plane_stride()),
             (last_plane - first_plane) * layout.plane_stride()}};
  }
  std::vector<AddressRange> ranges;
  for (std::int64_t plane = first_plane; plane < last_plane; ++plane) {
    const std::int64_t begin =
        range.p0 * layout.row_bytes() / network::kCacheLineBytes * network::kCacheLineBytes;
    const std::int64_t end = round_up(range.p1 * layout.row_bytes(), network::kCacheLineBytes);
    ranges.push_back(
        {place.address + static_cast<std::uint64_t>(plane * layout.plane_stride() + begin), end - begin});
  }
  return ranges;
}

}  // namespace tandem::lowering
