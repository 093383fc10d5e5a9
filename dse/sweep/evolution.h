// SPDX-License-Identifier: Apache-2.0
// Multi-objective evolution over a space (NSGA-II of Deb et al., IEEE TEC 2002, with pagmo2's operators and
// sorting): a generation is made as a whole, then computed as a whole, so that its course does not depend on
// who is ready first. No point is asked for twice.
#pragma once

#include <functional>
#include <vector>

#include "dse/sweep/front.h"
#include "dse/sweep/space.h"

namespace tandem::sweep {

struct Fitness {
  Objectives objectives;  // minimised; unused where the point failed
  bool failed = false;
  double violation = 0;  // of limits: how much, 0 when all hold
};

// Asks for at most `count` points of the group in generations of `population`; answers with all of them, in
// order.
using EvaluateAll = std::function<std::vector<Fitness>(const std::vector<Point>&)>;
std::vector<Point> evolve(const Space& space, const Point& fixed, std::int64_t count, int population,
                          std::uint64_t seed, const EvaluateAll& evaluate);

}  // namespace tandem::sweep
