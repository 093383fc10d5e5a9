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
// The divisions of a layer that are tried stand in families, each ordered by how much the accelerator gets:
// steps of the array beside the first core group; all groups alone and, where the run lets them work beside
// the accelerator, steps beside all of them; where it lets rows be shared, rows of what the accelerator's
// channels leave, with the numbers of channels that are the best by the latency model. A division that stands
// in several families is simulated once for all of them.
#include <algorithm>
#include <limits>

#include "dse/plan/layer_search.h"
#include "dse/plan/split_search.h"

namespace tandem::plan {

namespace {

constexpr int kRounds = 4;                 // of improvement in company, at most
constexpr std::size_t kChannelCounts = 3;  // whose rows are searched

class Oracle {
 public:
  Oracle(const Problem& problem, const Measure& measure)
      : problem_(problem), measure_(measure), builder_(problem, "oracle") {
    const int all = static_cast<int>(builder_.groups().size());
    const std::vector<Split> steps = planned(false);
    add_steps(steps, 1);
    if (all > 1) add_steps(steps, all);
    step_families_ = families_.size();
    trials_.push_back(choices_of(steps));
    if (!problem.division.share_rows) return;
    const std::vector<Split> rows = planned(true);
    add_rows(rows);
    trials_.push_back(choices_of(rows));
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
    std::size_t family = 0, at = 0;
    bool operator==(const Choice&) const = default;
  };
  using Choices = std::vector<Choice>;  // by layer with work
  struct Family {
    std::vector<std::vector<Split>> splits;  // by layer
    std::vector<SplitSearch> searches;       // likewise

    void add(std::vector<Split> of_layer, std::size_t guess) {
      searches.emplace_back(of_layer.size(), guess);
      splits.push_back(std::move(of_layer));
    }
  };

  static bool is_alone(const Split& split) { return split.channels == 0 && split.rows == 0; }
  [[nodiscard]] int channels(std::size_t layer) const {
    return problem_.model.network->layer(builder_.layers()[layer]).output.c;
  }
  static std::size_t index_of(const std::vector<Split>& splits, const Split& split) {
    return static_cast<std::size_t>(std::find(splits.begin(), splits.end(), split) - splits.begin());
  }

  // The planner's own divisions, by layer.
  [[nodiscard]] std::vector<Split> planned(bool with_rows) const {
    Problem own = problem_;
    own.division.share_rows = with_rows;
    const spec::Schedule schedule = plan_cosched(own);
    std::vector<Split> splits;
    for (const network::LayerId id : builder_.layers()) {
      const network::Layer& layer = problem_.model.network->layer(id);
      Split split{0, 0, 0};
      for (const spec::WorkItem& item : schedule.items) {
        if (item.layer != layer.name) continue;
        const bool on_unit = builder_.accelerator() && item.resource == builder_.accelerator()->name;
        if (!on_unit) {
          ++split.groups;
        } else if (item.p1 == layer.output.h) {
          split.channels = item.k1;
        } else {
          split.rows = item.p1;
        }
      }
      if (split.groups > 1) split.groups = static_cast<int>(builder_.groups().size());
      if (split.channels == layer.output.c) split = {layer.output.c, 0, 1};
      splits.push_back(split);
    }
    return splits;
  }

  // Both sides alone, and both together where so many groups may work beside the accelerator.
  void add_steps(const std::vector<Split>& planned, int groups) {
    const bool together = groups == 1 || problem_.division.all_clusters;
    Family& family = families_.emplace_back();
    for (std::size_t i = 0; i < planned.size(); ++i) {
      std::vector<Split> splits;
      std::size_t guess = 0;
      for (const int k : builder_.split_points(builder_.layers()[i])) {
        if (!together && k != 0 && k != channels(i)) continue;
        if (k == planned[i].channels) guess = splits.size();
        splits.push_back({k, 0, k == channels(i) ? 1 : groups});
      }
      family.add(std::move(splits), guess);
    }
  }

  // A family for each number of channels: the planner's, then those best by the model. A layer that the
  // planner leaves on one side stays there.
  void add_rows(const std::vector<Split>& planned) {
    ScheduleBuilder builder(problem_, "oracle");
    std::vector<std::vector<Split>> tried(planned.size());
    for (std::size_t i = 0; i < planned.size(); ++i) {
      const network::LayerId id = builder.layers()[i];
      if (!is_alone(planned[i]) && planned[i].channels != channels(i)) {
        tried[i].push_back(planned[i]);
        for (const CostedSplit& best :
             LayerSearch(problem_, builder, Price(), id)
                 .with_rows(kChannelCounts, std::numeric_limits<double>::infinity())) {
          if (best.split.channels != planned[i].channels || best.split.groups != planned[i].groups)
            tried[i].push_back(best.split);
        }
      }
      builder.add(id, builder.items_of(id, planned[i]));
    }
    for (std::size_t rank = 0; rank < kChannelCounts; ++rank) {
      Family& family = families_.emplace_back();
      for (std::size_t i = 0; i < planned.size(); ++i) {
        if (rank >= tried[i].size()) {
          family.add({planned[i]}, 0);
          continue;
        }
        const Split& around = tried[i][rank];
        std::vector<Split> splits;
        for (int row = 0; row < problem_.model.network->layer(builder_.layers()[i]).output.h; ++row)
          splits.push_back({around.channels, row, around.groups});
        splits.push_back({channels(i), 0, 1});
        family.add(std::move(splits), static_cast<std::size_t>(around.rows));
      }
    }
  }

  [[nodiscard]] const Split& split_of(std::size_t layer, const Choice& choice) const {
    return families_[choice.family].splits[layer][choice.at];
  }
  [[nodiscard]] Choices choices_of(const std::vector<Split>& splits) const {
    Choices choices;
    for (std::size_t i = 0; i < splits.size(); ++i) {
      Choice found;
      for (std::size_t family = 0; family < families_.size(); ++family) {
        const std::vector<Split>& own = families_[family].splits[i];
        found = {family, index_of(own, splits[i])};
        if (found.at < own.size()) break;
      }
      choices.push_back(found);
    }
    return choices;
  }

  [[nodiscard]] spec::Schedule compose(const Choices& choices) const {
    ScheduleBuilder builder(problem_, "oracle");
    for (std::size_t i = 0; i < choices.size(); ++i)
      builder.add(builder.layers()[i], builder.items_of(builder.layers()[i], split_of(i, choices[i])));
    return builder.finish();
  }

  std::vector<Measured> measure(const std::vector<Choices>& trials) {
    std::vector<spec::Schedule> schedules;
    for (const Choices& choices : trials) schedules.push_back(compose(choices));
    return measure_(schedules, Effort::search);
  }

  [[nodiscard]] SplitSearch::Point point_of(const Measured& measured, std::size_t layer) const {
    const auto id = static_cast<std::size_t>(builder_.layers()[layer]);
    return {measured.layers[id], measured.lead[id]};
  }

  void learn(const Choices& choices, const Measured& measured) {
    for (std::size_t i = 0; i < choices.size(); ++i) {
      for (Family& family : families_) {
        const std::size_t at = index_of(family.splits[i], split_of(i, choices[i]));
        if (at < family.splits[i].size()) family.searches[i].measured(at, point_of(measured, i));
      }
    }
  }

  // The planner's schedules, every family's first guesses, and both sides alone.
  void begin() {
    const std::size_t layers = builder_.layers().size();
    const auto add = [&](const Choices& choices) {
      const auto same = [&](const Choices& other) { return compose(other).items == compose(choices).items; };
      if (std::none_of(trials_.begin(), trials_.end(), same)) trials_.push_back(choices);
    };
    for (std::size_t family = 0; family < families_.size(); ++family) {
      Choices guesses;
      for (std::size_t i = 0; i < layers; ++i)
        guesses.push_back({family, families_[family].searches[i].guess()});
      add(guesses);
    }
    for (std::size_t family = 0; family < step_families_; ++family) {
      Choices none, all;
      for (std::size_t i = 0; i < layers; ++i) {
        none.push_back({family, 0});
        all.push_back({family, families_[family].splits[i].size() - 1});
      }
      add(all);
      add(none);
    }
    const std::vector<Measured> measured = measure(trials_);
    for (std::size_t trial = 0; trial < trials_.size(); ++trial) {
      learn(trials_[trial], measured[trial]);
      if (trial == 0 || measured[trial].latency < known_latency_) {
        known_latency_ = measured[trial].latency;
        known_best_ = trials_[trial];
      }
    }
  }

  [[nodiscard]] Choice fastest(std::size_t layer) const {
    Choice best{0, families_[0].searches[layer].fastest()};
    for (std::size_t family = 1; family < families_.size(); ++family) {
      const SplitSearch& search = families_[family].searches[layer];
      if (search.time_of(search.fastest()) < families_[best.family].searches[layer].time_of(best.at))
        best = {family, search.fastest()};
    }
    return best;
  }

  void search() {
    for (std::size_t family = 0; family < families_.size(); ++family) {
      for (;;) {
        Choices trial;
        bool open = false;
        for (const SplitSearch& layer : families_[family].searches) {
          const auto next = layer.next();
          open |= next.has_value();
          trial.push_back({family, next.value_or(layer.fastest())});
        }
        if (!open) break;
        learn(trial, measure({trial}).front());
      }
    }
    for (std::size_t i = 0; i < builder_.layers().size(); ++i) best_.push_back(fastest(i));
  }

  // Every layer a step up, and every layer a step down, in the company of the best.
  void improve() {
    Measured now = measure({best_}).front();
    for (int round = 0; round < kRounds; ++round) {
      Choices up = best_, down = best_;
      for (std::size_t i = 0; i < best_.size(); ++i) {
        if (best_[i].at + 2 < families_[best_[i].family].splits[i].size()) ++up[i].at;
        if (best_[i].at > 1) --down[i].at;
      }
      const std::vector<Measured> tried = measure({up, down});
      Choices better = best_;
      for (std::size_t i = 0; i < best_.size(); ++i) {
        Picoseconds least = point_of(now, i).time;
        for (const auto& [choices, measured] : {std::pair(&up, &tried[0]), std::pair(&down, &tried[1])}) {
          if (point_of(*measured, i).time >= least) continue;
          least = point_of(*measured, i).time;
          better[i] = (*choices)[i];
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
  std::vector<Family> families_;
  std::size_t step_families_ = 0;  // the first ones; behind them those of rows
  std::vector<Choices> trials_;    // to begin with
  Choices best_, known_best_;
  Picoseconds known_latency_{0};
};

}  // namespace

spec::Schedule plan_oracle(const Problem& problem, const Measure& measure) {
  return Oracle(problem, measure).run();
}

}  // namespace tandem::plan
