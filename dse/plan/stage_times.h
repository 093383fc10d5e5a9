// SPDX-License-Identifier: Apache-2.0
// What every layer takes in a pipeline's stage of one core group, alone or beside the accelerator, by the
// same timing and the same search as cosched's: the whole network is walked as if it were that stage, every
// layer divided where that takes least time. Ignored: what the cores of other stages leave in their caches,
// and the lines they maintain for an accelerator that does not snoop.
#pragma once

#include <map>
#include <string>

#include "dse/plan/planner.h"

namespace tandem::plan {

class StageTimes {
 public:
  struct Layer {
    int unit_channels = 0;  // [0, unit_channels) run on the accelerator
    Picoseconds time{0};
    Picojoules energy{0};  // of the whole platform in that time
  };

  StageTimes(const Problem& problem, const std::string& cores, bool with_accelerator);

  // Of a layer with work.
  [[nodiscard]] const Layer& of(network::LayerId layer) const { return layers_.at(layer); }

 private:
  std::map<network::LayerId, Layer> layers_;
};

}  // namespace tandem::plan
