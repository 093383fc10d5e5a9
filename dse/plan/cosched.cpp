// SPDX-License-Identifier: Apache-2.0
// Co-scheduling after Kim, Kong and Munir (IEEE Access 2020): each convolution's output channels are split
// between accelerator and cores so that both finish together, by a closed-form latency model, in steps of the
// array. Beyond that, where the run allows it: all core groups beside the accelerator, rows of the channels
// that are left to the cores, and the least energy or the least product of energy and time.
#include <algorithm>
#include <numeric>
#include <optional>

#include "dse/plan/builder.h"
#include "models/network/layout.h"

namespace tandem::plan {

namespace {

// What a layer's time (a picosecond) and energy (a picojoule) cost.
struct Price {
  double time = 1, energy = 0;
};

class Search {
 public:
  Search(const Problem& problem, const ScheduleBuilder& builder, const Price& price, network::LayerId layer)
      : problem_(problem),
        builder_(builder),
        price_(price),
        layer_(layer),
        output_(problem.model.network->layer(layer).output),
        points_(builder.split_points(layer)) {}

  // By the published model, where the run has one and the accelerator can run the layer.
  [[nodiscard]] std::optional<Picoseconds> published_time(const Split& split) const {
    if (problem_.published == nullptr || points_.size() < 2) return std::nullopt;
    return problem_.published->split_layer(*problem_.model.network, layer_, split.channels,
                                           problem_.platform.accelerators.front().coherent);
  }

  // Of equals the one with the fewest channels on the accelerator.
  Split run() {
    const int all = static_cast<int>(builder_.groups().size());
    best_ = {0, 0, all};
    least_ = cost_of(best_);
    for (const int channels : points_) {
      consider({channels, 0, 1});
      if (problem_.division.all_clusters && all > 1 && channels < output_.c) consider({channels, 0, all});
    }
    if (problem_.division.share_rows && points_.size() > 1) share_rows(best_);
    return best_;
  }

 private:
  [[nodiscard]] double cost_of(const Split& split) const {
    if (const auto published = published_time(split)) return static_cast<double>(published->raw());
    const auto items = builder_.items_of(layer_, split);
    const latency::LayerTime timed = builder_.time_of(layer_, items);
    const auto time = static_cast<double>(timed.time.raw());
    return price_.energy == 0 ? time
                              : price_.energy * builder_.energy_of(items, timed).raw() + price_.time * time;
  }
  void consider(const Split& split) {
    const double cost = cost_of(split);
    if (cost >= least_) return;
    least_ = cost;
    best_ = split;
  }

  // Rows that end on a whole cache line: a line must not hold bytes of both sides unless the unit snoops.
  [[nodiscard]] int row_step() const {
    if (problem_.platform.accelerators.front().coherent) return 1;
    const std::int64_t row = std::int64_t{output_.w} * lowering::channel_block(problem_.platform);
    return static_cast<int>(network::kCacheLineBytes / std::gcd<std::int64_t>(row, network::kCacheLineBytes));
  }

  // Between this split and its neighbours: the row at which the accelerator begins to end last is bracketed,
  // and the ones beside it are considered.
  void share_rows(const Split& around) {
    const auto at = static_cast<std::size_t>(std::find(points_.begin(), points_.end(), around.channels) -
                                             points_.begin());
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

  [[nodiscard]] bool unit_is_last(const Split& split) const {
    const auto items = builder_.items_of(layer_, split);
    const latency::LayerTime time = builder_.time_of(layer_, items);
    Picoseconds unit{0}, cores{0};
    for (std::size_t i = 0; i < items.size(); ++i) {
      Picoseconds& end = items[i].resource.accelerator >= 0 ? unit : cores;
      end = std::max(end, time.parts[i].end);
    }
    return unit > cores;
  }

  const Problem& problem_;
  const ScheduleBuilder& builder_;
  const Price& price_;
  network::LayerId layer_;
  network::Shape output_;
  std::vector<int> points_;
  Split best_;
  double least_ = 0;
};

struct Plan {
  spec::Schedule schedule;
  double time = 0, energy = 0;
};

Plan plan_at(const Problem& problem, const Price& price) {
  ScheduleBuilder builder(problem, "cosched");
  for (const network::LayerId layer : builder.layers()) {
    Search search(problem, builder, price, layer);
    const Split split = search.run();
    builder.add(layer, builder.items_of(layer, split), search.published_time(split));
  }
  return {builder.finish(), static_cast<double>(builder.time().raw()), builder.energy().raw()};
}

// Where the product is least, a little more time costs as much of it as the energy it saves: time has the
// price of energy over time. From the fastest plan on, that price is paid until it changes nothing.
spec::Schedule plan_least_product(const Problem& problem) {
  constexpr int kRounds = 8;
  Plan best = plan_at(problem, {1, 0});
  Plan last = best;
  for (int round = 0; round < kRounds; ++round) {
    Plan next = plan_at(problem, {last.energy / last.time, 1});
    const bool same = next.schedule == last.schedule;
    if (next.energy * next.time < best.energy * best.time) best = next;
    if (same) break;
    last = std::move(next);
  }
  return best.schedule;
}

}  // namespace

spec::Schedule plan_cosched(const Problem& problem) {
  if (problem.objective == spec::Objective::edp) return plan_least_product(problem);
  const bool energy = problem.objective == spec::Objective::energy;
  return plan_at(problem, energy ? Price{0, 1} : Price{1, 0}).schedule;
}

}  // namespace tandem::plan
