// SPDX-License-Identifier: Apache-2.0
// What all planners share: walking the layers that need work and writing their items down.
#pragma once

#include <optional>
#include <vector>

#include "dse/plan/planner.h"
#include "models/latency/layer_timing.h"
#include "models/lowering/placement.h"
#include "models/lowering/resources.h"

namespace tandem::plan {

// Channels [0, k) an array may take of a layer: 0, its steps, all; only {0} when it cannot run the layer.
std::vector<int> accelerator_steps(const network::Model& model, network::LayerId layer,
                                   const accelerator::Array& array);

// How one layer is divided: the accelerator computes channels [0, channels) whole and `rows` rows of the
// rest; the cores what is left, shared by the first `groups` of their groups.
struct Split {
  int channels = 0;
  int rows = 0;
  int groups = 1;
  bool operator==(const Split&) const = default;
};

class ScheduleBuilder {
 public:
  enum class Beside { nothing, accelerator };  // what the schedule's cores share the memory's contents with
  explicit ScheduleBuilder(const Problem& problem, std::string planner, Beside beside = Beside::accelerator);
  ScheduleBuilder(const ScheduleBuilder&) = delete;
  ScheduleBuilder& operator=(const ScheduleBuilder&) = delete;

  [[nodiscard]] const latency::LatencyModel& latency() const { return latency_; }
  [[nodiscard]] const std::vector<network::LayerId>& layers() const { return layers_; }  // those with work
  [[nodiscard]] const lowering::Resource& cores() const { return groups_.front(); }      // the first group
  [[nodiscard]] const std::vector<lowering::Resource>& groups() const { return groups_; }
  [[nodiscard]] const std::optional<lowering::Resource>& accelerator() const { return accelerator_; }

  // Channels [0, k) the accelerator may take of a layer: 0, the steps of the array, all; only {0} when it
  // cannot run the layer or there is none.
  [[nodiscard]] std::vector<int> split_points(network::LayerId layer) const;

  // The items of a division, and their time behind the layers added so far.
  using Items = std::vector<lowering::ProgramItem>;
  [[nodiscard]] Items items_of(network::LayerId layer, const Split& split) const;
  [[nodiscard]] latency::LayerTime time_of(network::LayerId layer, const Items& items) const {
    return timing_.time_of(layer, items);
  }
  [[nodiscard]] latency::LayerTime time_at_least(network::LayerId layer, const Items& items) const {
    return timing_.time_at_least(layer, items);
  }

  // What the whole platform takes in that time.
  [[nodiscard]] Picojoules energy_of(const Items& items, const latency::LayerTime& timed) const;

  // `promised`: what another model says the layer takes.
  void add(network::LayerId layer, const Items& items, std::optional<Picoseconds> promised = std::nullopt);
  [[nodiscard]] Picojoules energy() const { return energy_; }  // of the layers added
  [[nodiscard]] Picoseconds time() const { return schedule_.predicted_latency; }
  // Adds the layer: [0, split) to the accelerator, the rest to the first core group; without any for the
  // accelerator, to all groups.
  void add_split(network::LayerId layer, int split);
  // Adds the layer with its rows shared by all core groups, in proportion to their predicted rate or as many
  // to each thread.
  enum class Deal { by_rate, by_threads };
  void add_cores(network::LayerId layer, Deal deal = Deal::by_rate);

  spec::Schedule finish();

 private:
  [[nodiscard]] latency::LayerTiming::Run run_of(Beside beside) const;
  // The range's rows, or where it has few its channels, shared by the first `count` groups.
  [[nodiscard]] Items shared(network::LayerId layer, const network::OutputRange& range, std::size_t count,
                             Deal deal) const;

  const Problem& problem_;
  latency::LatencyModel latency_;
  std::vector<network::LayerId> layers_;
  std::vector<lowering::Resource> groups_;
  std::optional<lowering::Resource> accelerator_;
  latency::LayerTiming timing_;
  Picojoules energy_{0};
  spec::Schedule schedule_;
};

}  // namespace tandem::plan
