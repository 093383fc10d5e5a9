// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dse/plan/planner.h"

namespace tandem::plan {

// Writes into every item on cores the kernel that its platform's library takes for the layer, so that a saved
// schedule says it and can be changed by hand. Items without a choice stay as they are.
void name_kernels(spec::Schedule& schedule, const Problem& problem);

}  // namespace tandem::plan
