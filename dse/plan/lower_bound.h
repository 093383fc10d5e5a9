// SPDX-License-Identifier: Apache-2.0
// What no schedule of one stage takes less than, by the latency model: of every layer the least time of all
// its divisions in whole steps of the array - the core groups alone, or the accelerator beside the first of
// them or beside all - as if nothing were maintained for other layers, everything were in the caches and the
// sides did not contend for the memory. The sum is a bound and not a plan: no plan has all of that.
#pragma once

#include <optional>

#include "dse/plan/planner.h"

namespace tandem::plan {

// Nothing where a layer may be divided otherwise: with rows shared, or by the threads of unlike cores.
std::optional<Picoseconds> lower_bound(spec::Planner planner, const Problem& problem);

}  // namespace tandem::plan
