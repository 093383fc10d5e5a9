// SPDX-License-Identifier: Apache-2.0
// The order in which things that depend on each other can be done: topological, and among what is ready
// the one that came first in the file, so that a file already in order keeps its order.
#pragma once

#include <utility>
#include <vector>

namespace tandem::network {

struct Order {
  std::vector<int> sequence;             // every vertex once; empty when there is a cycle
  std::vector<std::vector<int>> cycles;  // one closed walk for each knot of cycles, along the edges
};

// Vertices 0..count-1; an edge (a, b) says that a comes before b.
Order stable_topological_order(int count, const std::vector<std::pair<int, int>>& edges);

}  // namespace tandem::network
