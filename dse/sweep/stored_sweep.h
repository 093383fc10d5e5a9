// SPDX-License-Identifier: Apache-2.0
// A sweep as its store holds it: what it asked, the points it took, with today's answers to them.
#pragma once

#include <string>
#include <vector>

#include "dse/sweep/answers.h"
#include "dse/sweep/store.h"
#include "dse/sweep/sweep_file.h"

namespace tandem::sweep {

struct StoredGroup {
  Point fixed;
  std::vector<Evaluated> points;  // of the first level, in the sweep's order; without those not computed yet
  Answers answers;
};

struct StoredSweep {
  Sweep sweep;
  std::vector<StoredGroup> groups;
  std::size_t open = 0;      // members without a result
  std::size_t promoted = 0;  // members of higher levels, which are not in `groups`
};

// Every sweep of the store, by name. InputError when its definition can no longer be read.
std::vector<StoredSweep> stored_sweeps(Store& store);

}  // namespace tandem::sweep
