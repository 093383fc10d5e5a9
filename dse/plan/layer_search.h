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

struct CostedSplit {
  Split split;
  double cost = 0;
};

class LayerSearch {
 public:
  LayerSearch(const Problem& problem, const ScheduleBuilder& builder, const Price& price,
              network::LayerId layer);

  // By the published model, where the run has one and the accelerator can run the layer.
  [[nodiscard]] std::optional<Picoseconds> published_time(const Split& split) const;

  // Of equals the first: the one with the fewest channels on the accelerator.
  [[nodiscard]] Split run() const;

  // Each number of channels with its best number of rows: the `count` best that cost less than `ceiling`, the
  // best first.
  [[nodiscard]] std::vector<CostedSplit> with_rows(std::size_t count, double ceiling) const;

 private:
  [[nodiscard]] double cost_of(const Split& split) const;
  [[nodiscard]] double least_cost_of(const Split& split) const;
  [[nodiscard]] double priced(const ScheduleBuilder::Items& items, const latency::LayerTime& timed) const;
  enum class Contention { none, counted };
  [[nodiscard]] std::vector<Split> beside_crossing(Split split, Contention contention) const;
  [[nodiscard]] bool unit_is_last(const Split& split, Contention contention) const;

  const Problem& problem_;
  const ScheduleBuilder& builder_;
  Price price_;
  network::LayerId layer_;
  network::Shape output_;
  std::vector<int> points_;
};

}  // namespace tandem::plan
