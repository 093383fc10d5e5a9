// SPDX-License-Identifier: Apache-2.0
// The oracle: the fastest split of every layer on the simulated platform, found by measuring few of them
// (split_search.h). One simulated image tries one split of each layer, so a search costs as many simulations
// as the layer that needs most. It begins with the schedules of the planners it is held against.
//
// A layer's time depends a little on its neighbours' splits (what a cache holds, whose output needs
// maintenance). So the composed schedule is simulated, and every layer's neighbouring splits once more in its
// company; and because the search runs at fidelity `model`, the best schedules are simulated at the run's
// fidelity against each other.
//
// Where the run lets all core groups work beside the accelerator, every layer is searched a second time with
// all of them, in images of their own; what is not split has one time for both.
#include <algorithm>

#include "dse/plan/builder.h"
#include "dse/plan/split_search.h"

namespace tandem::plan {

namespace {

constexpr int kRounds = 4;  // of improvement in company, at most

class Oracle {
 public:
  Oracle(const Problem& problem, const Measure& measure)
      : problem_(problem), measure_(measure), builder_(problem, "oracle") {
    for (const network::LayerId layer : builder_.layers()) points_.push_back(builder_.split_points(layer));
    const bool all = problem.division.all_clusters && builder_.groups().size() > 1;
    kinds_ = all ? 2 : 1;
  }

  spec::Schedule run() {
    begin();
    search();
    improve();
    const std::vector<spec::Schedule> finalists = {compose(best_), compose(known_best_)};
    const std::size_t count = best_ == known_best_ ? 1 : 2;
    const std::vector<Measured> finals =
        measure_({finalists.begin(), finalists.begin() + static_cast<std::ptrdiff_t>(count)}, Effort::final);
    return finalists[count == 2 && finals[1].latency < finals[0].latency ? 1 : 0];
  }

 private:
  struct Choice {
    std::size_t point = 0;  // of the layer's split points
    std::size_t kind = 0;   // beside the first core group, or beside all of them
    bool operator==(const Choice&) const = default;
  };
  using Splits = std::vector<Choice>;  // by layer with work

  [[nodiscard]] bool is_end(std::size_t layer, std::size_t point) const {
    return point == 0 || point + 1 == points_[layer].size();
  }

  [[nodiscard]] spec::Schedule compose(const Splits& splits) const {
    ScheduleBuilder builder(problem_, "oracle");
    const int all = static_cast<int>(builder.groups().size());
    for (std::size_t i = 0; i < splits.size(); ++i) {
      const network::LayerId layer = builder.layers()[i];
      const int channels = points_[i][splits[i].point];
      builder.add(layer,
                  builder.items_of(layer, {channels, 0, channels == 0 || splits[i].kind > 0 ? all : 1}));
    }
    return builder.finish();
  }

  std::vector<Measured> measure(const std::vector<Splits>& trials) {
    std::vector<spec::Schedule> schedules;
    for (const Splits& splits : trials) schedules.push_back(compose(splits));
    return measure_(schedules, Effort::search);
  }

  [[nodiscard]] SplitSearch::Point point_of(const Measured& measured, std::size_t layer) const {
    const auto id = static_cast<std::size_t>(builder_.layers()[layer]);
    return {measured.layers[id], measured.lead[id]};
  }

  void learn(const Splits& splits, const Measured& measured) {
    for (std::size_t i = 0; i < splits.size(); ++i) {
      for (std::size_t kind = 0; kind < kinds_; ++kind) {
        if (kind == splits[i].kind || is_end(i, splits[i].point))
          searches_[kind][i].measured(splits[i].point, point_of(measured, i));
      }
    }
  }

  // The planner's own splits, beside either kind of company, and both ends.
  void begin() {
    Splits none, all;
    const Splits planned = planned_splits();
    std::vector<Splits> trials = {planned};
    for (std::size_t kind = 0; kind < kinds_; ++kind) {
      Splits guess = planned;
      for (std::size_t i = 0; i < points_.size(); ++i) {
        guess[i].kind = kind;
        searches_[kind].emplace_back(points_[i].size(), planned[i].point);
      }
      if (guess != planned) trials.push_back(guess);
    }
    for (const std::vector<int>& points : points_) {
      none.push_back({0, 0});
      all.push_back({points.size() - 1, 0});
    }
    trials.insert(trials.end(), {all, none});
    const std::vector<Measured> measured = measure(trials);
    for (std::size_t trial = 0; trial < trials.size(); ++trial) {
      learn(trials[trial], measured[trial]);
      if (trial == 0 || measured[trial].latency < known_latency_) {
        known_latency_ = measured[trial].latency;
        known_best_ = trials[trial];
      }
    }
  }

  [[nodiscard]] Splits planned_splits() const {
    Problem own = problem_;
    own.division.share_rows = false;  // rows of the rest are no split point of the search
    const spec::Schedule planned = plan_cosched(own);
    Splits splits;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const network::Layer& layer = problem_.model.network->layer(builder_.layers()[i]);
      int channels = 0;
      std::size_t groups = 0;
      for (const spec::WorkItem& item : planned.items) {
        if (item.layer != layer.name) continue;
        const bool on_unit = item.resource == builder_.accelerator()->name;
        if (on_unit) channels = item.k1;
        groups += on_unit ? 0 : 1;
      }
      const auto at = std::find(points_[i].begin(), points_[i].end(), channels);
      splits.push_back({static_cast<std::size_t>(at - points_[i].begin()),
                        channels > 0 && groups > 1 ? std::size_t{1} : std::size_t{0}});
    }
    return splits;
  }

  [[nodiscard]] Choice fastest(std::size_t layer) const {
    Choice best{searches_[0][layer].fastest(), 0};
    for (std::size_t kind = 1; kind < kinds_; ++kind) {
      const std::size_t other = searches_[kind][layer].fastest();
      if (searches_[kind][layer].time_of(other) < searches_[best.kind][layer].time_of(best.point))
        best = {other, kind};
    }
    return best;
  }

  void search() {
    for (std::size_t kind = 0; kind < kinds_; ++kind) {
      for (;;) {
        Splits trial;
        bool open = false;
        for (std::size_t i = 0; i < points_.size(); ++i) {
          const SplitSearch& layer = searches_[kind][i];
          const auto next = layer.next();
          open |= next.has_value();
          trial.push_back({next.value_or(layer.fastest()), kind});
        }
        if (!open) break;
        learn(trial, measure({trial}).front());
      }
    }
    for (std::size_t i = 0; i < points_.size(); ++i) best_.push_back(fastest(i));
  }

  // Every layer a step up, and every layer a step down, in the company of the best.
  void improve() {
    Measured now = measure({best_}).front();
    for (int round = 0; round < kRounds; ++round) {
      Splits up = best_, down = best_;
      for (std::size_t i = 0; i < best_.size(); ++i) {
        if (best_[i].point + 2 < points_[i].size()) ++up[i].point;
        if (best_[i].point > 1) --down[i].point;
      }
      const std::vector<Measured> tried = measure({up, down});
      Splits better = best_;
      for (std::size_t i = 0; i < best_.size(); ++i) {
        Picoseconds least = point_of(now, i).time;
        for (const auto& [splits, measured] : {std::pair(&up, &tried[0]), std::pair(&down, &tried[1])}) {
          if (point_of(*measured, i).time >= least) continue;
          least = point_of(*measured, i).time;
          better[i] = (*splits)[i];
        }
      }
      if (better == best_) break;
      const Measured then = measure({better}).front();
      if (then.latency >= now.latency) break;
      best_ = better;
      now = then;
    }
    if (known_latency_ >= now.latency) known_best_ = best_;
  }

  const Problem& problem_;
  const Measure& measure_;
  ScheduleBuilder builder_;
  std::vector<std::vector<int>> points_;
  std::size_t kinds_ = 1;
  std::vector<SplitSearch> searches_[2];  // by kind, layer
  Splits best_, known_best_;
  Picoseconds known_latency_{0};
};

}  // namespace

spec::Schedule plan_oracle(const Problem& problem, const Measure& measure) {
  return Oracle(problem, measure).run();
}

}  // namespace tandem::plan
