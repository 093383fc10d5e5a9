// SPDX-License-Identifier: Apache-2.0
// Pareto fronts and their measures. All objectives are minimised; a point is a vector of them.
#pragma once

#include <cstddef>
#include <vector>

namespace tandem::sweep {

using Objectives = std::vector<double>;

bool dominates(const Objectives& a, const Objectives& b);  // nowhere worse, somewhere better

// Indices of the points that no other dominates, by ascending first objective, then the second, ...; of equal
// points the first.
std::vector<std::size_t> pareto_front(const std::vector<Objectives>& points);

// What the points dominate of the box that ends at `reference`; points outside of it do not count.
double hypervolume(const std::vector<Objectives>& points, const Objectives& reference);

// Mean distance of the reference front's points to the nearest of `front` (IGD), each objective in units of
// the reference front's extent; an objective in which that has none is left out.
double distance_to(const std::vector<Objectives>& reference_front, const std::vector<Objectives>& front);

}  // namespace tandem::sweep
