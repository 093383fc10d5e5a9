// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/layer_search.h"

#include <algorithm>

#include "models/network/layout.h"

namespace tandem::plan {

namespace {
// How far the accelerator gives channels up to take rows of them: some of its own steps, and two columns of a
// kernel that computes channels by twelve.
constexpr std::size_t kStepsBack = 4;
constexpr int kChannelsBack = 24;

// A third side must promise more than what predictions of split layers err by (95th percentile of
// results/cosched_boards): one more cluster that is late is worse than one less that helps.
constexpr double kThirdSide = 1.02;

double handicap(const Split& split) { return split.channels > 0 && split.groups > 1 ? kThirdSide : 1.0; }
}  // namespace

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
  return priced(items, builder_.time_of(layer_, items)) * handicap(split);
}
double LayerSearch::least_cost_of(const Split& split) const {
  if (const auto published = published_time(split)) return static_cast<double>(published->raw());
  const auto items = builder_.items_of(layer_, split);
  return priced(items, builder_.time_at_least(layer_, items)) * handicap(split);
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

// The last step up to `at` at which a channel group ends, 0 with one group: rows of whole groups are one job
// each, and with none before them rows of the whole layer.
std::size_t LayerSearch::group_end_before(std::size_t at) const {
  const network::Layer& layer = problem_.model.network->layer(layer_);
  const int groups = layer.kind == network::LayerKind::conv ? layer.conv.groups : 1;
  while (at > 0 && points_[at] % (output_.c / groups) != 0) --at;
  return at;
}

// Between this split and its neighbours: the row at which the accelerator begins to end last is bracketed,
// and the ones beside it are considered.
void LayerSearch::share_rows(const Split& around) {
  const auto at =
      static_cast<std::size_t>(std::find(points_.begin(), points_.end(), around.channels) - points_.begin());
  const std::size_t group_end = group_end_before(at);
  for (std::size_t back = 0; back <= at; ++back) {
    const bool near = back < kStepsBack || around.channels - points_[at - back] <= kChannelsBack;
    if (!near && at - back != group_end) continue;
    Split split{points_[at - back], 0, around.groups};
    if (split.channels == output_.c) continue;
    int low = 0, high = output_.h - 1;
    while (high - low > 1) {
      split.rows = (low + high) / 2;
      (unit_is_last(split) ? high : low) = split.rows;
    }
    for (const int row : {low, high, low - 1, high + 1}) {
      split.rows = row;
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
