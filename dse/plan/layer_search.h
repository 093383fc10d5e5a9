// SPDX-License-Identifier: Apache-2.0
// The division of one layer that costs least by the latency model, behind the layers its builder has: every
// step of the array for the accelerator beside the first core group, the core groups alone, and where the
// problem allows it all groups beside the accelerator, and some rows of what its channels leave.
#pragma once

#include <optional>
#include <vector>

#include "dse/plan/builder.h"

namespace tandem::plan {

// What a layer's time (a picosecond) and energy (a picojoule) cost.
struct Price {
  double time = 1, energy = 0;
};

class LayerSearch {
 public:
  LayerSearch(const Problem& problem, const ScheduleBuilder& builder, const Price& price,
              network::LayerId layer);

  // By the published model, where the run has one and the accelerator can run the layer.
  [[nodiscard]] std::optional<Picoseconds> published_time(const Split& split) const;

  // Of equals the first: the one with the fewest channels on the accelerator.
  Split run();

 private:
  [[nodiscard]] double cost_of(const Split& split) const;
  [[nodiscard]] double least_cost_of(const Split& split) const;
  [[nodiscard]] double priced(const ScheduleBuilder::Items& items, const latency::LayerTime& timed) const;
  void consider(const Split& split);
  [[nodiscard]] std::size_t group_end_before(std::size_t at) const;
  void share_rows(const Split& around);
  [[nodiscard]] bool unit_is_last(const Split& split) const;

  const Problem& problem_;
  const ScheduleBuilder& builder_;
  Price price_;
  network::LayerId layer_;
  network::Shape output_;
  std::vector<int> points_;
  Split best_;
  double least_ = 0;
};

}  // namespace tandem::plan
