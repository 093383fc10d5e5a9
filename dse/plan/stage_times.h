// SPDX-License-Identifier: Apache-2.0
// What every layer takes in a pipeline's stage of one core group or several, alone or beside the accelerator,
// by the same timing and the same search as cosched's: the whole network is walked as if it were that stage,
// every layer divided where that takes least time. Ignored: what the cores of other stages leave in their
// caches, and the lines they maintain for an accelerator that does not snoop.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dse/plan/builder.h"

namespace tandem::plan {

class StageTimes {
 public:
  struct Layer {
    ScheduleBuilder::Items items;
    Picoseconds time{0};
    Picojoules energy{0};  // of the whole platform in that time
  };

  StageTimes(const Problem& problem, const std::vector<std::string>& core_groups, bool with_accelerator);

  // Of a layer with work.
  [[nodiscard]] const Layer& of(network::LayerId layer) const { return layers_.at(layer); }

 private:
  std::map<network::LayerId, Layer> layers_;
};

}  // namespace tandem::plan
