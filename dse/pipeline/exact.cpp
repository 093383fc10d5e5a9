// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tandem::pipeline {

namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace

Exact::Exact(const CostTable& table, std::size_t ideal_limit)
    : table_(table), ideals_(table, ideal_limit), combinations_(table) {
  for (const Group& group : table.groups) {
    offset_.push_back(combinations_.offset_of(group));
    fits_.push_back(combinations_.with_room_for(group));
  }
  const std::size_t groups = table.groups.size();
  time_.assign(at(ideals_.size()) * groups, 0);
  energy_.assign(at(ideals_.size()) * groups, 0);
  for (int ideal = 0; ideal < ideals_.size(); ++ideal) {
    for (const int layer : ideals_.layers_between(0, ideal)) {
      for (std::size_t g = 0; g < groups; ++g) {
        time_[at(ideal) * groups + g] += table.groups[g].time[at(layer)];
        if (!table.groups[g].energy.empty())
          energy_[at(ideal) * groups + g] += table.groups[g].energy[at(layer)];
      }
    }
  }
}

template <class Visit>
void Exact::for_each_stage(int from, Visit visit) const {
  const std::size_t groups = table_.groups.size();
  std::vector<int> taken;
  for (int to = from + 1; to < ideals_.size(); ++to) {
    if (!ideals_.within(from, to)) continue;
    taken.clear();
    for (const int layer : ideals_.open(from)) {
      if (ideals_.read_between(layer, from, to)) taken.push_back(layer);
    }
    for (std::size_t g = 0; g < groups; ++g) {
      const Group& group = table_.groups[g];
      std::int64_t handing = taken.empty() ? 0 : group.hand_over;
      if (!group.take_in.empty()) {
        for (const int layer : taken) handing += group.take_in[at(layer)];
      }
      visit(to, static_cast<int>(g), time_[at(to) * groups + g] - time_[at(from) * groups + g] + handing,
            energy_[at(to) * groups + g] - energy_[at(from) * groups + g] + handing * group.power_mw / 1000);
    }
  }
}

// Ideals are sorted by size, so every stage leads to a later one and one pass sees each state when it is
// final. `shrinking`: the first value is a maximum that no later stage makes less, so that what is not below
// the best finished plan need not be followed.
template <class Combine>
std::vector<Exact::State> Exact::search(std::int64_t period, bool shrinking, Combine combine) const {
  std::vector<State> states(at(ideals_.size()) * at(combinations_.size()));
  states[0].first = states[0].second = 0;
  const int last = ideals_.size() - 1;
  std::int64_t enough = kNever;
  for (int from = 0; from < last; ++from) {
    const State* const own = &states[at(from) * at(combinations_.size())];
    if (std::all_of(own, own + combinations_.size(),
                    [](const State& state) { return state.first == kNever; }))
      continue;
    for_each_stage(from, [&](int to, int group, std::int64_t time, std::int64_t energy) {
      if (time > period || (shrinking && time >= enough)) return;
      for (const int used : fits_[at(group)]) {
        const State& before = own[used];
        if (before.first == kNever) continue;
        const auto [first, second] = combine(before, time, energy);
        State& after = states[at(to) * at(combinations_.size()) + at(used + offset_[at(group)])];
        if (std::tie(first, second) >= std::tie(after.first, after.second)) continue;
        after = {first, second, from, group};
        if (to == last) enough = std::min(enough, first);
      }
    });
  }
  return states;
}

std::optional<Plan> Exact::best_of(const std::vector<State>& states) const {
  const State* const finished = &states[at(ideals_.size() - 1) * at(combinations_.size())];
  int best = -1;
  const auto rank = [&](int used) {
    return std::make_tuple(finished[used].first, finished[used].second, combinations_.units_of(used));
  };
  for (int used = 0; used < combinations_.size(); ++used) {
    if (finished[used].first != kNever && (best < 0 || rank(used) < rank(best))) best = used;
  }
  if (best < 0) return std::nullopt;
  std::vector<Stage> stages;
  for (int ideal = ideals_.size() - 1; ideal > 0;) {
    const State& state = states[at(ideal) * at(combinations_.size()) + at(best)];
    stages.push_back({state.group, ideals_.layers_between(state.from, ideal), 0, 0});
    ideal = state.from;
    best -= offset_[at(state.group)];
  }
  std::reverse(stages.begin(), stages.end());
  return evaluated(table_, std::move(stages));
}

Plan Exact::least_period() const {
  const auto states = search(kNever, true, [](const State& before, std::int64_t time, std::int64_t) {
    return std::make_pair(std::max(before.first, time), std::int64_t{0});
  });
  const std::optional<Plan> fastest = best_of(states);
  return *least(Sum::latency, fastest->period);  // there is one: every group can run all layers
}

std::optional<Plan> Exact::least(Sum sum, std::int64_t period) const {
  return best_of(search(period, false, [sum](const State& before, std::int64_t time, std::int64_t energy) {
    return std::make_pair(before.first + (sum == Sum::latency ? time : energy),
                          std::max(before.second, time));
  }));
}

std::vector<std::vector<int>> Exact::reached_below(std::int64_t period) const {
  const auto states = search(period - 1, false, [](const State&, std::int64_t, std::int64_t) {
    return std::make_pair(std::int64_t{0}, std::int64_t{0});
  });
  std::vector<std::vector<int>> reached(at(combinations_.size()));
  for (int ideal = 0; ideal < ideals_.size(); ++ideal) {
    for (int used = 0; used < combinations_.size(); ++used) {
      if (states[at(ideal) * at(combinations_.size()) + at(used)].first != kNever)
        reached[at(used)].push_back(ideal);
    }
  }
  return reached;
}

namespace {

// The plans of least energy without background, one for every period that buys some, slowest first; until
// `enough` says that no faster one is wanted.
template <class Enough>
std::vector<Plan> descend(const Exact& exact, std::int64_t period, Enough enough) {
  std::vector<Plan> plans;
  for (;;) {
    const std::optional<Plan> plan = exact.least(Sum::energy, period);
    if (!plan || enough(*plan)) return plans;
    plans.push_back(*plan);
    if (plan->period == 0) return plans;
    period = plan->period - 1;
  }
}

}  // namespace

std::string too_large(const CostTable& table) {
  constexpr double kMostStates = 8e6;
  constexpr double kMostSteps = 2e10;
  double combinations = 1;
  for (const ResourceType& type : table.types) combinations *= type.count + 1;
  const double cuts = Ideals(table).size();
  const double steps = cuts * cuts / 2 * combinations * static_cast<double>(table.groups.size());
  if (cuts * combinations <= kMostStates && steps <= kMostSteps) return "";
  return fmt::format(
      "{} places to cut {} layers at, {} groups and {:.0f} combinations of resources are {:.1e} states and "
      "{:.1e} steps; allowed are {:.0e} and {:.0e}",
      cuts, table.size(), table.groups.size(), combinations, cuts * combinations, steps, kMostStates,
      kMostSteps);
}

std::vector<Plan> pareto_front(const Exact& exact) {
  std::vector<Plan> plans = descend(exact, kNever, [](const Plan&) { return false; });
  std::vector<Plan> front;
  std::reverse(plans.begin(), plans.end());
  for (Plan& plan : plans) {
    if (front.empty() || plan.energy < front.back().energy) front.push_back(std::move(plan));
  }
  return front;
}

std::optional<Plan> least_energy(const CostTable& table, const Exact& exact, std::int64_t period) {
  const std::int64_t least_background = background_energy(table, exact.least_period().period);
  std::optional<Plan> best;
  descend(exact, period, [&](const Plan& plan) {
    // Its own energy only grows from here on, and the background cannot fall below the fastest plan's.
    const std::int64_t own = plan.energy - background_energy(table, plan.period);
    if (best && own + least_background >= best->energy) return true;
    // Of equal energy the faster one.
    if (!best || plan.energy <= best->energy) best = plan;
    return false;
  });
  return best;
}

}  // namespace tandem::pipeline
