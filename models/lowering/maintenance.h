// SPDX-License-Identifier: Apache-2.0
// What caches have to be told: which lines accelerators that do not snoop write and read behind their back.
#pragma once

#include <vector>

#include "models/lowering/program.h"

namespace tandem::lowering {

// Ranges of the layer's inputs that such an accelerator, or the image's sender, wrote since the image began.
std::vector<AddressRange> written_behind_caches(const network::Network& network,
                                                const spec::Platform& platform, const Placement& placement,
                                                const std::vector<ProgramItem>& items,
                                                network::LayerId layer);

// Whether such an accelerator reads what the layer writes.
bool is_read_behind_caches(const network::Network& network, const spec::Platform& platform,
                           const Placement& placement, const std::vector<ProgramItem>& items,
                           network::LayerId layer);

}  // namespace tandem::lowering
