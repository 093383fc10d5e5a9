// SPDX-License-Identifier: Apache-2.0
// A schedule's changes of operating points, with names resolved.
#pragma once

#include <vector>

#include "models/lowering/placement.h"
#include "models/network/model.h"
#include "models/spec/platform.h"
#include "models/spec/schedule.h"

namespace tandem::lowering {

struct ResolvedChange {
  network::LayerId layer = 0;
  int cluster = 0;
  Hertz frequency{0};
};

// In topological order of their layers. Throws InputError with every layer without work, unknown cluster,
// frequency that is none of the cluster's points, and second change of one cluster at one layer.
std::vector<ResolvedChange> resolve_points(const spec::Schedule& schedule, const network::Model& model,
                                           const spec::Platform& platform,
                                           const std::vector<LayerRole>& roles);

}  // namespace tandem::lowering
