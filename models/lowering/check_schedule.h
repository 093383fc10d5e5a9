// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "models/lowering/program.h"

namespace tandem::lowering {

// The schedule's items with names resolved, in topological order of their layers. Throws InputError with
// every item that does not fit and every layer that is not covered exactly once.
std::vector<ProgramItem> resolve_items(const spec::Schedule& schedule, const network::Model& model,
                                       const spec::Platform& platform, const std::vector<LayerRole>& roles);

}  // namespace tandem::lowering
