// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/layer_search.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/network/layout.h"

namespace tandem::plan {

namespace {
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
Split LayerSearch::run() const {
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
  double least = cost_of(splits[best]);
  for (const std::size_t i : order) {
    if (bounds[i] > least) break;
    const double cost = cost_of(splits[i]);
    if (cost > least || (cost == least && i > best)) continue;
    least = cost;
    best = i;
  }
  if (problem_.division.share_rows) {
    const std::vector<CostedSplit> rows = with_rows(1, least);
    if (!rows.empty()) return rows.front().split;
  }
  return splits[best];
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

// A kernel's threads take rounds of tiles and its columns are wide, so the best rectangle for the cores may
// have any number of channels. With each number of them the rows are bracketed: with more rows on the
// accelerator it ends later and the cores do not, so the fastest is beside the row at which it begins to end
// last. Without contention that is quick and costs no more than the truth, so numbers of channels that even
// so are no better than what is known are passed over.
std::vector<CostedSplit> LayerSearch::with_rows(std::size_t count, double ceiling) const {
  if (points_.size() < 2) return {};
  const int all = static_cast<int>(builder_.groups().size());
  std::vector<CostedSplit> starts;  // by their bounds
  for (const int channels : points_) {
    if (channels == output_.c) continue;
    for (int groups = 1; groups <= all; ++groups) {
      if (groups > 1 && !(problem_.division.all_clusters && groups == all)) continue;
      CostedSplit start{{channels, 0, groups}, std::numeric_limits<double>::infinity()};
      for (const Split& beside : beside_crossing(start.split, Contention::none))
        start.cost = std::min(start.cost, least_cost_of(beside));
      starts.push_back(start);
    }
  }
  const auto cheaper = [](const CostedSplit& a, const CostedSplit& b) { return a.cost < b.cost; };
  std::stable_sort(starts.begin(), starts.end(), cheaper);
  std::vector<CostedSplit> best;
  for (const CostedSplit& start : starts) {
    if (price_.energy == 0 && start.cost >= ceiling) break;
    CostedSplit own{{}, ceiling};
    for (const Split& beside : beside_crossing(start.split, Contention::counted)) {
      const double cost = cost_of(beside);
      if (cost < own.cost) own = {beside, cost};
    }
    if (own.cost >= ceiling) continue;
    best.insert(std::upper_bound(best.begin(), best.end(), own, cheaper), own);
    if (best.size() > count) best.pop_back();
    if (best.size() == count) ceiling = best.back().cost;
  }
  return best;
}

// The last number of rows with which the cores end last and the first with which the accelerator does, and
// one more on either side: lines that rows share make the cores' part uneven.
std::vector<Split> LayerSearch::beside_crossing(Split split, Contention contention) const {
  int low = 0, high = output_.h - 1;
  while (high - low > 1) {
    split.rows = (low + high) / 2;
    (unit_is_last(split, contention) ? high : low) = split.rows;
  }
  std::vector<Split> beside;
  for (int row = std::max(1, low - 1); row <= std::min(high + 1, output_.h - 1); ++row) {
    beside.push_back({split.channels, row, split.groups});
  }
  return beside;
}

bool LayerSearch::unit_is_last(const Split& split, Contention contention) const {
  const auto items = builder_.items_of(layer_, split);
  const latency::LayerTime time = contention == Contention::none ? builder_.time_at_least(layer_, items)
                                                                 : builder_.time_of(layer_, items);
  Picoseconds unit{0}, cores{0};
  for (std::size_t i = 0; i < items.size(); ++i) {
    Picoseconds& end = items[i].resource.accelerator >= 0 ? unit : cores;
    end = std::max(end, time.parts[i].end);
  }
  return unit > cores;
}

}  // namespace tandem::plan
