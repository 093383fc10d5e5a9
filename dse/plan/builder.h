// SPDX-License-Identifier: Apache-2.0
// What all planners share: walking the layers that need work and writing their items down.
#pragma once

#include <optional>
#include <vector>

#include "dse/plan/planner.h"
#include "models/lowering/placement.h"
#include "models/lowering/resources.h"

namespace tandem::plan {

// Channels [0, k) an array may take of a layer: 0, its steps, all; only {0} when it cannot run the layer.
std::vector<int> accelerator_steps(const network::Model& model, network::LayerId layer,
                                   const accelerator::Array& array);

class ScheduleBuilder {
 public:
  ScheduleBuilder(const Problem& problem, std::string planner);

  [[nodiscard]] const latency::LatencyModel& latency() const { return latency_; }
  [[nodiscard]] const std::vector<network::LayerId>& layers() const { return layers_; }  // those with work
  [[nodiscard]] const lowering::Resource& cores() const { return groups_.front(); }      // the first group
  [[nodiscard]] const std::vector<lowering::Resource>& groups() const { return groups_; }
  [[nodiscard]] const std::optional<lowering::Resource>& accelerator() const { return accelerator_; }

  // Channels [0, k) the accelerator may take of a layer: 0, the steps of the array, all; only {0} when it
  // cannot run the layer or there is none.
  [[nodiscard]] std::vector<int> split_points(network::LayerId layer) const;

  // Adds the layer: [0, split) to the accelerator, the rest to the first core group.
  void add_split(network::LayerId layer, int split);
  // Adds the layer with its rows shared by all core groups, in proportion to their predicted rate or as many
  // to each thread; beside an accelerator that does not snoop, cache maintenance is part of the prediction.
  enum class Beside { nothing, accelerator };
  enum class Deal { by_rate, by_threads };
  void add_cores(network::LayerId layer, Beside beside, Deal deal = Deal::by_rate);

  spec::Schedule finish();

 private:
  void add(network::LayerId layer, const lowering::Resource& resource, const network::OutputRange& range,
           Picoseconds predicted);

  const Problem& problem_;
  latency::LatencyModel latency_;
  std::vector<network::LayerId> layers_;
  std::vector<lowering::Resource> groups_;
  std::optional<lowering::Resource> accelerator_;
  spec::Schedule schedule_;
};

}  // namespace tandem::plan
