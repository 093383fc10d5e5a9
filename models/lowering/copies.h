// SPDX-License-Identifier: Apache-2.0
// Tensors that cross from one stage to another exist in several copies, taken in turn by image, so that a
// stage may work on the next image while the last one is still read. A copy is free again when the last stage
// that reads it is done with its image: between neighbouring stages `queue_depth` images later, and for a
// tensor that skips stages so many more as it skips. What stays inside a stage exists once.
#pragma once

#include <functional>
#include <vector>

#include "models/lowering/placement.h"

namespace tandem::lowering {

// What `writer` makes of an image, it may make again of the image `depth` later once `reader` is done with
// it.
struct HandOver {
  int writer = 0, reader = 0;  // stages, writer < reader
  int depth = 0;
  bool operator==(const HandOver&) const = default;
};

struct Copies {
  std::vector<HandOver> hand_overs;   // neighbours always, then longer ones; by writer, then reader
  std::vector<Placement> placements;  // beside the one given; images take them in turn
};

// `take` finds room for so many bytes. `stage_of`: by layer.
Copies make_copies(const network::Network& network, const Placement& placement,
                   const std::vector<int>& stage_of, int stages, int queue_depth,
                   const std::function<std::uint64_t(std::int64_t bytes)>& take);

}  // namespace tandem::lowering
