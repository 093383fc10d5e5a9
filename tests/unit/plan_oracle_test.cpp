// SPDX-License-Identifier: Apache-2.0
// The oracle and its search of one layer, on made-up machines whose fastest splits are known.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "dse/plan/builder.h"
#include "dse/plan/split_search.h"
#include "models/core/random.h"
#include "models/lowering/check_schedule.h"
#include "tests/unit/planned.h"
#include "tests/unit/sketch.h"

namespace tandem::plan {
namespace {

using network::Precision;
using test::model_of_sizes;
using test::named;
using test::planned;
using test::resolved;

// Two sides whose times are random, but never shorter with more channels; working together costs something.
struct MadeUpSides {
  std::vector<std::int64_t> unit, cores;

  MadeUpSides(std::uint64_t seed, const std::string& name, std::size_t count) : unit(count), cores(count) {
    Random random(seed, name);
    const std::uint64_t faster = 1 + random.below(8);  // so many times the accelerator is
    for (std::size_t i = 1; i < count; ++i)
      unit[i] = unit[i - 1] + static_cast<std::int64_t>(random.below(200));
    for (std::size_t i = count - 1; i-- > 0;)  // in stairs
      cores[i] = cores[i + 1] + static_cast<std::int64_t>(i % 3 == 0 ? random.below(600 * faster) : 0);
  }
  [[nodiscard]] SplitSearch::Point at(std::size_t split) const {
    const bool both = split > 0 && split + 1 < unit.size();
    return {Picoseconds(std::max(unit[split], cores[split]) + (both ? 40 : 0)),
            Picoseconds(both ? unit[split] - cores[split] : 0)};
  }
  [[nodiscard]] std::size_t fastest() const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < unit.size(); ++i) {
      if (at(i).time < at(best).time) best = i;
    }
    return best;
  }
};

TEST(SplitSearch, FindsWhatMeasuringEverythingFinds) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed, "sizes");
    const std::size_t count = 1 + random.below(256), guess = random.below(count);
    const MadeUpSides sides(seed, "layer", count);
    SplitSearch search(count, guess);
    int measured = 0;
    while (const auto split = search.next()) {
      ASSERT_LT(*split, count);
      search.measured(*split, sides.at(*split));
      ASSERT_LE(++measured, static_cast<int>(count)) << "measures twice";
    }
    EXPECT_EQ(sides.at(search.fastest()).time, sides.at(sides.fastest()).time) << "seed " << seed;
  }
}

TEST(SplitSearch, NeedsFewMeasurements) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const std::size_t count = 1024;
    const MadeUpSides sides(seed, "layer", count);
    for (const bool good_guess : {true, false}) {
      SplitSearch search(count, good_guess ? std::clamp<std::size_t>(sides.fastest(), 1, count - 2) : 1);
      int measured = 0;
      while (const auto split = search.next()) {
        search.measured(*split, sides.at(*split));
        ++measured;
      }
      EXPECT_LE(measured, good_guess ? 14 : 45) << "seed " << seed;
    }
  }
}

// A made-up machine: the time of a layer depends on how many of its channels the accelerator gets, and on
// nothing else, so that the best schedule is known.
class Oracle : public testing::Test {
 protected:
  Oracle()
      : platform_(spec::read_platform("ultra96")), model_(model_of_sizes(named("tiny"), Precision::int8)) {}

  [[nodiscard]] std::vector<int> steps_of(const std::string& layer) const {
    return accelerator_steps(model_, test::id_of(*model_.network, layer), platform_.accelerators[0].array);
  }

  [[nodiscard]] SplitSearch::Point point_of(const std::string& layer, int split) const {
    const std::vector<int> steps = steps_of(layer);
    const auto at = std::find(steps.begin(), steps.end(), split) - steps.begin();
    return MadeUpSides(seed_, layer, steps.size()).at(static_cast<std::size_t>(at));
  }

  static std::map<std::string, int> splits_of(const spec::Schedule& schedule) {
    std::map<std::string, int> splits;
    for (const spec::WorkItem& item : schedule.items) {
      int& split = splits[item.layer];
      if (item.resource == "accelerator0") split = item.k1;
    }
    return splits;
  }

  Measure measure() {
    return [this](const std::vector<spec::Schedule>& schedules, Effort effort) {
      simulations_[effort] += static_cast<int>(schedules.size());
      std::vector<Measured> all;
      for (const spec::Schedule& schedule : schedules) {
        EXPECT_NO_THROW(resolved(schedule, model_, platform_));
        Measured& measured = all.emplace_back();
        measured.layers.resize(static_cast<std::size_t>(model_.network->size()));
        measured.lead.resize(measured.layers.size());
        const auto splits = splits_of(schedule);
        for (const auto& [layer, split] : splits) {
          const SplitSearch::Point point = point_of(layer, split);
          const auto id = static_cast<std::size_t>(test::id_of(*model_.network, layer));
          measured.layers[id] = point.time;
          measured.lead[id] = point.lead;
          measured.latency += point.time;
        }
        const auto alone = splits_of(planned(spec::Planner::accelerator_only, model_, platform_));
        if (spoil_ && splits != alone) measured.latency += Picoseconds(1'000'000);
      }
      return all;
    };
  }

  // The least time of every layer, of all its splits.
  [[nodiscard]] std::map<std::string, Picoseconds> least_times() const {
    std::map<std::string, Picoseconds> least;
    const ScheduleBuilder builder({model_, platform_, {"a53x4"}, {}, ""}, "brute force");
    for (const network::LayerId id : builder.layers()) {
      const std::string& name = model_.network->layer(id).name;
      const std::vector<int> steps = steps_of(name);
      const MadeUpSides sides(seed_, name, steps.size());
      least[name] = sides.at(sides.fastest()).time;
    }
    return least;
  }

  spec::Platform platform_;
  network::Model model_;
  std::uint64_t seed_ = 1;
  bool spoil_ = false;
  std::map<Effort, int> simulations_;
};

TEST_F(Oracle, FindsTheFastestSplitOfEveryLayer) {
  for (seed_ = 1; seed_ <= 20; ++seed_) {
    const spec::Schedule schedule = planned(spec::Planner::oracle, model_, platform_, measure());
    std::map<std::string, Picoseconds> times;
    for (const auto& [layer, split] : splits_of(schedule)) times[layer] = point_of(layer, split).time;
    EXPECT_EQ(times, least_times()) << "seed " << seed_;
    EXPECT_EQ(schedule.planner, "oracle");
  }
}

TEST_F(Oracle, SimulatesAllLayersInOneImageAndAtMostTwoSchedulesAtTheRunsFidelity) {
  planned(spec::Planner::oracle, model_, platform_, measure());
  EXPECT_LE(simulations_[Effort::search], 16);
  EXPECT_LE(simulations_[Effort::final], 2);
}

TEST_F(Oracle, TakesAnotherPlannersScheduleWhenThatIsFasterAsAWhole) {
  spoil_ = true;  // layers influence each other: all but one schedule turn out slow
  const spec::Schedule schedule = planned(spec::Planner::oracle, model_, platform_, measure());
  EXPECT_EQ(schedule.planner, "oracle");
  EXPECT_EQ(splits_of(schedule), splits_of(planned(spec::Planner::accelerator_only, model_, platform_)));
}

// A third side: beside all core groups the cores take less, and starting them something, by layer.
class OracleOfThreeSides : public testing::TestWithParam<bool> {};

TEST_P(OracleOfThreeSides, FindsTheFastestSplitBesideOneGroupOrAll) {
  const spec::Platform platform = spec::read_platform("edge_soc");
  const network::Model model = model_of_sizes(named("squeezenet_v1_1"), Precision::int8);
  Problem problem{model, platform, {"a73x4", "a53x4"}, {}, ""};
  problem.division.all_clusters = GetParam();
  int wide_layers = 0, narrow_layers = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto steps_of = [&](const std::string& layer) {
      return accelerator_steps(model, test::id_of(*model.network, layer), platform.accelerators[0].array);
    };
    const auto time_of = [&](const std::string& layer, std::size_t point, bool wide) {
      const std::size_t count = steps_of(layer).size();
      MadeUpSides sides(seed, layer, count);
      const auto start = static_cast<std::int64_t>(Random(seed, layer + " start").below(400));
      if (count == 1) {  // the accelerator cannot
        sides.cores[0] = wide ? start : 200;
      } else if (wide && point + 1 < count) {
        for (std::int64_t& cores : sides.cores) cores = cores * 2 / 3 + start;
      }
      return sides.at(point);
    };
    struct Chosen {
      std::size_t point = 0;
      bool wide = false;
    };
    const auto choices_of = [&](const spec::Schedule& schedule) {
      std::map<std::string, Chosen> choices;
      std::map<std::string, int> groups;
      for (const spec::WorkItem& item : schedule.items) {
        Chosen& chosen = choices[item.layer];
        if (item.resource != "accelerator0") {
          chosen.wide = ++groups[item.layer] > 1;
          continue;
        }
        const std::vector<int> steps = steps_of(item.layer);
        chosen.point =
            static_cast<std::size_t>(std::find(steps.begin(), steps.end(), item.k1) - steps.begin());
      }
      return choices;
    };
    const Measure measure = [&](const std::vector<spec::Schedule>& schedules, Effort) {
      std::vector<Measured> all;
      for (const spec::Schedule& schedule : schedules) {
        Measured& measured = all.emplace_back();
        measured.layers.resize(static_cast<std::size_t>(model.network->size()));
        measured.lead.resize(measured.layers.size());
        for (const auto& [layer, chosen] : choices_of(schedule)) {
          const SplitSearch::Point point = time_of(layer, chosen.point, chosen.wide);
          const auto id = static_cast<std::size_t>(test::id_of(*model.network, layer));
          measured.layers[id] = point.time;
          measured.lead[id] = point.lead;
          measured.latency += point.time;
        }
      }
      return all;
    };
    for (const auto& [layer, chosen] : choices_of(plan_oracle(problem, measure))) {
      Picoseconds least = time_of(layer, 0, false).time;
      for (std::size_t point = 0; point < steps_of(layer).size(); ++point) {
        least = std::min(least, time_of(layer, point, false).time);
        if (point == 0 || GetParam()) least = std::min(least, time_of(layer, point, true).time);
      }
      EXPECT_EQ(time_of(layer, chosen.point, chosen.wide).time, least) << layer << ", seed " << seed;
      const bool split = chosen.point > 0 && chosen.point + 1 < steps_of(layer).size();
      (chosen.wide ? wide_layers : narrow_layers) += split || chosen.point == 0 ? 1 : 0;
    }
  }
  EXPECT_GT(wide_layers, 0);
  EXPECT_GT(narrow_layers, 0);
}

INSTANTIATE_TEST_SUITE_P(AllGroups, OracleOfThreeSides, testing::Bool(), [](const auto& test) {
  return std::string(test.param ? "BesideTheAccelerator" : "AloneOnly");
});

}  // namespace
}  // namespace tandem::plan
