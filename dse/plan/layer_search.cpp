// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/layer_search.h"

#include <algorithm>
#include <numeric>

#include "models/network/layout.h"

namespace tandem::plan {

LayerSearch::LayerSearch(const Problem& problem, const ScheduleBuilder& builder, const Price& price,
                         network::LayerId layer)
    : problem_(problem),
      builder_(builder),
      price_(price),
      layer_(layer),
      output_(problem.model.network->layer(layer).output),
      points_(builder.split_points(layer)) {}

std::optional<Picoseconds> LayerSearch::published_time(const Split& split) const {
  if (problem_.published == nullptr || points_.size() < 2) return std::nullopt;
  return problem_.published->split_layer(*problem_.model.network, layer_, split.channels,
                                         problem_.platform.accelerators.front().coherent);
}

// Most are passed over because even without contention they cost more than the best so far.
Split LayerSearch::run() {
  const int all = static_cast<int>(builder_.groups().size());
  std::vector<Split> splits = {{0, 0, all}};
  for (const int channels : points_) {
    splits.push_back({channels, 0, 1});
    if (problem_.division.all_clusters && all > 1 && channels < output_.c)
      splits.push_back({channels, 0, all});
  }
  std::vector<double> bounds;
  std::vector<std::size_t> order;
  for (const Split& split : splits) {
    order.push_back(bounds.size());
    bounds.push_back(least_cost_of(split));
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return bounds[a] < bounds[b]; });
  std::size_t best = order.front();
  least_ = cost_of(splits[best]);
  for (const std::size_t i : order) {
    if (bounds[i] > least_) break;
    const double cost = cost_of(splits[i]);
    if (cost > least_ || (cost == least_ && i > best)) continue;
    least_ = cost;
    best = i;
  }
  best_ = splits[best];
  if (problem_.division.share_rows && points_.size() > 1) share_rows(best_);
  return best_;
}

double LayerSearch::cost_of(const Split& split) const {
  if (const auto published = published_time(split)) return static_cast<double>(published->raw());
  const auto items = builder_.items_of(layer_, split);
  return priced(items, builder_.time_of(layer_, items));
}
double LayerSearch::least_cost_of(const Split& split) const {
  if (const auto published = published_time(split)) return static_cast<double>(published->raw());
  const auto items = builder_.items_of(layer_, split);
  return priced(items, builder_.time_at_least(layer_, items));
}
double LayerSearch::priced(const ScheduleBuilder::Items& items, const latency::LayerTime& timed) const {
  const auto time = static_cast<double>(timed.time.raw());
  return price_.energy == 0 ? time
                            : price_.energy * builder_.energy_of(items, timed).raw() + price_.time * time;
}
void LayerSearch::consider(const Split& split) {
  if (least_cost_of(split) >= least_) return;
  const double cost = cost_of(split);
  if (cost >= least_) return;
  least_ = cost;
  best_ = split;
}

// Rows that end on a whole cache line: a line must not hold bytes of both sides unless the unit snoops.
int LayerSearch::row_step() const {
  if (problem_.platform.accelerators.front().coherent) return 1;
  const std::int64_t row = std::int64_t{output_.w} * lowering::channel_block(problem_.platform);
  return static_cast<int>(network::kCacheLineBytes / std::gcd<std::int64_t>(row, network::kCacheLineBytes));
}

// Between this split and its neighbours: the row at which the accelerator begins to end last is bracketed,
// and the ones beside it are considered.
void LayerSearch::share_rows(const Split& around) {
  const auto at =
      static_cast<std::size_t>(std::find(points_.begin(), points_.end(), around.channels) - points_.begin());
  const int step = row_step();
  for (std::size_t back = 0; back < 4 && back <= at; ++back) {
    Split split{points_[at - back], 0, around.groups};
    if (split.channels == output_.c) continue;
    int low = 0, high = (output_.h - 1) / step;
    while (high - low > 1) {
      split.rows = (low + high) / 2 * step;
      (unit_is_last(split) ? high : low) = split.rows / step;
    }
    for (const int row : {low, high, low - 1, high + 1}) {
      split.rows = row * step;
      if (split.rows > 0 && split.rows < output_.h) consider(split);
    }
  }
}

bool LayerSearch::unit_is_last(const Split& split) const {
  const auto items = builder_.items_of(layer_, split);
  const latency::LayerTime time = builder_.time_of(layer_, items);
  Picoseconds unit{0}, cores{0};
  for (std::size_t i = 0; i < items.size(); ++i) {
    Picoseconds& end = items[i].resource.accelerator >= 0 ? unit : cores;
    end = std::max(end, time.parts[i].end);
  }
  return unit > cores;
}

}  // namespace tandem::plan
