// SPDX-License-Identifier: Apache-2.0
// Who wrote the bytes a layer reads: the facts that cache maintenance follows from.
#pragma once

#include <vector>

#include "models/lowering/program.h"

namespace tandem::lowering {

// Layers whose work (or image) fills the output of `layer`, seen through in-place layers; ascending.
std::vector<network::LayerId> writers_of(const network::Network& network, const Placement& placement,
                                         network::LayerId layer);

// Layers with work that read the output of `layer`, seen through in-place layers; ascending.
std::vector<network::LayerId> readers_of(const network::Network& network, const Placement& placement,
                                         network::LayerId layer);

// Whole cache lines of an area of a tensor: one range when all pixels are in it, else one a plane.
std::vector<AddressRange> lines_of(const TensorPlacement& place, const cpu::Share& area);

}  // namespace tandem::lowering
