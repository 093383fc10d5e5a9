// SPDX-License-Identifier: Apache-2.0
// The operating points that clusters run at: their highest, or the one a run asks for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/spec/platform.h"

namespace tandem::sim {

// By cluster; absent: the highest. InputError naming what is allowed when `frequency` asks for another point
// or another cluster.
std::vector<std::size_t> operating_points(const spec::Platform& platform,
                                          const std::map<std::string, Hertz>& frequency);
spec::OperatingPoint operating_point(const spec::Platform& platform, const spec::Cluster& cluster,
                                     const std::map<std::string, Hertz>& frequency);

}  // namespace tandem::sim
