// SPDX-License-Identifier: Apache-2.0
// Of a layer on a core group beside an accelerator: the channels [0, k) for the accelerator that take the
// least time by the latency model, 0 where the cores alone are as fast. All steps of the array are
// considered; most are passed over because one side alone already takes longer than the best so far.
#pragma once

#include <map>
#include <vector>

#include "models/latency/latency_model.h"

namespace tandem::plan {

class BestSplit {
 public:
  BestSplit(const network::Model& model, const spec::Platform& platform, const latency::LatencyModel& latency,
            lowering::Resource accelerator)
      : model_(model), platform_(platform), latency_(latency), accelerator_(std::move(accelerator)) {}

  int of(network::LayerId layer, const lowering::Resource& cores);

 private:
  struct Steps {
    std::vector<int> channels;           // beginning with 0
    std::vector<Picoseconds> unit_time;  // of the accelerator alone
  };
  const Steps& steps_of(network::LayerId layer);

  const network::Model& model_;
  const spec::Platform& platform_;
  const latency::LatencyModel& latency_;
  lowering::Resource accelerator_;
  std::map<network::LayerId, Steps> known_;
};

}  // namespace tandem::plan
