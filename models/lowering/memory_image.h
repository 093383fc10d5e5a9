// SPDX-License-Identifier: Apache-2.0
// What memory holds before the first command: weights as the CPU reads them, packed weights and quantisation
// records as each accelerator reads them.
#pragma once

#include "models/lowering/program.h"

namespace tandem::lowering {

// `accelerator_layers[unit][layer]`: whether that accelerator has work in that layer (else its packed copy
// stays out).
std::vector<Segment> parameter_segments(const network::Model& model, const spec::Platform& platform,
                                        const Placement& placement,
                                        const std::vector<std::vector<bool>>& accelerator_layers);

}  // namespace tandem::lowering
