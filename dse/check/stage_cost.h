// SPDX-License-Identifier: Apache-2.0
// What a stage costs by the certificate's problem: its layers, and once each tensor it takes from before it.
// Sums are 128 bits wide: no list of numbers a file may hold makes them overflow.
#pragma once

#include <vector>

#include "dse/check/statement.h"

namespace tandem::check {

__extension__ using Sum = __int128;

struct StageCost {
  Sum time = 0, energy = 0;
};

// `done`: layers of earlier stages; `own`: of this one.
inline StageCost stage_cost(const Statement& statement, int group_number, const std::vector<bool>& done,
                            const std::vector<bool>& own) {
  const Group& group = statement.groups[static_cast<std::size_t>(group_number)];
  std::vector<bool> taken(statement.layers.size());
  StageCost cost;
  Sum handing = 0;
  bool first = true;
  for (std::size_t layer = 0; layer < own.size(); ++layer) {
    if (!own[layer]) continue;
    cost.time += group.time[layer];
    if (!group.energy.empty()) cost.energy += group.energy[layer];
    for (const int input : statement.layers[layer].inputs) {
      const auto from = static_cast<std::size_t>(input);
      if (!done[from] || taken[from]) continue;
      taken[from] = true;
      if (first) handing += group.hand_over;
      first = false;
      if (!group.take_in.empty()) handing += group.take_in[from];
    }
  }
  cost.time += handing;
  cost.energy += handing * group.power / 1000;
  return cost;
}

inline Sum background_of(const Statement& statement, Sum period) {
  return period * statement.background / 1000;
}

}  // namespace tandem::check
