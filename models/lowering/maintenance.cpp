// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/maintenance.h"

#include <algorithm>
#include <set>

#include "models/lowering/dataflow.h"
#include "models/lowering/line_owners.h"

namespace tandem::lowering {

using network::LayerId;

std::vector<AddressRange> written_behind_caches(const network::Network& network,
                                                const spec::Platform& platform, const Placement& placement,
                                                const std::vector<ProgramItem>& items, LayerId id) {
  std::set<LayerId> writers;
  for (const LayerId input : network.layer(id).inputs) {
    for (const LayerId writer : writers_of(network, placement, input)) writers.insert(writer);
  }
  std::vector<AddressRange> ranges;
  const auto add = [&](LayerId writer, const cpu::Share& area) {
    const auto lines = lines_of(placement.layers[static_cast<std::size_t>(writer)].output, area);
    ranges.insert(ranges.end(), lines.begin(), lines.end());
  };
  for (const LayerId writer : writers) {
    const network::Layer& layer = network.layer(writer);
    if (layer.kind == network::LayerKind::input) add(writer, cpu::whole(layer.output));
    for (const ProgramItem& item : items) {
      if (item.layer == writer && passes_caches(platform, item.resource))
        add(writer, area_of(item, layer.output));
    }
  }
  return ranges;
}

bool is_read_behind_caches(const network::Network& network, const spec::Platform& platform,
                           const Placement& placement, const std::vector<ProgramItem>& items, LayerId id) {
  const std::vector<LayerId> readers = readers_of(network, placement, id);
  return std::any_of(items.begin(), items.end(), [&](const ProgramItem& item) {
    return passes_caches(platform, item.resource) &&
           std::find(readers.begin(), readers.end(), item.layer) != readers.end();
  });
}

}  // namespace tandem::lowering
