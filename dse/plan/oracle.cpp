// SPDX-License-Identifier: Apache-2.0
// The oracle: the fastest split of every layer on the simulated platform, found by measuring few of them
// (split_search.h). One simulated image tries one split of each layer, so a search costs as many simulations
// as the layer that needs most. It begins with the schedules of the planners it is held against.
//
// A layer's time depends a little on its neighbours' splits (what a cache holds, whose output needs
// maintenance). So the composed schedule is simulated, and every layer's neighbouring splits once more in its
// company; and because the search runs at fidelity `model`, the best schedules are simulated at the run's
// fidelity against each other.
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
  using Splits = std::vector<std::size_t>;  // by layer with work: which of its points

  [[nodiscard]] spec::Schedule compose(const Splits& splits) const {
    ScheduleBuilder builder(problem_, "oracle");
    for (std::size_t i = 0; i < splits.size(); ++i)
      builder.add_split(builder.layers()[i], points_[i][splits[i]]);
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
    for (std::size_t i = 0; i < splits.size(); ++i) searches_[i].measured(splits[i], point_of(measured, i));
  }

  // The planner's own splits and both ends.
  void begin() {
    Splits guess, none, all;
    const Splits planned = planned_splits();
    for (std::size_t i = 0; i < points_.size(); ++i) {
      guess.push_back(planned[i]);
      none.push_back(0);
      all.push_back(points_[i].size() - 1);
      searches_.emplace_back(points_[i].size(), planned[i]);
    }
    const std::vector<Splits> trials = {guess, all, none};
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
    const spec::Schedule planned = plan_cosched(problem_);
    Splits splits;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const network::Layer& layer = problem_.model.network->layer(builder_.layers()[i]);
      int channels = 0;
      for (const spec::WorkItem& item : planned.items) {
        const bool whole = item.p0 == 0 && item.p1 == layer.output.h && item.k0 == 0;
        if (item.layer == layer.name && whole && item.resource == builder_.accelerator()->name)
          channels = item.k1;
      }
      const auto at = std::find(points_[i].begin(), points_[i].end(), channels);
      splits.push_back(static_cast<std::size_t>(at - points_[i].begin()));
    }
    return splits;
  }

  void search() {
    for (;;) {
      Splits trial;
      bool open = false;
      for (const SplitSearch& layer : searches_) {
        const auto next = layer.next();
        open |= next.has_value();
        trial.push_back(next.value_or(layer.fastest()));
      }
      if (!open) break;
      learn(trial, measure({trial}).front());
    }
    for (const SplitSearch& layer : searches_) best_.push_back(layer.fastest());
  }

  // Every layer a step up, and every layer a step down, in the company of the best.
  void improve() {
    Measured now = measure({best_}).front();
    for (int round = 0; round < kRounds; ++round) {
      Splits up = best_, down = best_;
      for (std::size_t i = 0; i < best_.size(); ++i) {
        if (best_[i] + 2 < points_[i].size()) ++up[i];
        if (best_[i] > 1) --down[i];
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
  std::vector<SplitSearch> searches_;
  Splits best_, known_best_;
  Picoseconds known_latency_{0};
};

}  // namespace

spec::Schedule plan_oracle(const Problem& problem, const Measure& measure) {
  return Oracle(problem, measure).run();
}

}  // namespace tandem::plan
