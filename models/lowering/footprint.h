// SPDX-License-Identifier: Apache-2.0
// Which bytes a share of a layer reads and writes, in the order a kernel streams them: input rows plane by
// plane, then weights; outputs plane by plane. Re-reads inside the share are the cache's business and not
// listed.
#pragma once

#include <vector>

#include "models/cpu/share.h"
#include "models/lowering/placement.h"

namespace tandem::lowering {

struct Footprint {
  std::vector<AddressRange> inputs, weights, writes;
};

Footprint footprint(const network::Network& network, const Placement& placement, network::LayerId layer,
                    const cpu::Share& share);

}  // namespace tandem::lowering
