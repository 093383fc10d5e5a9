// SPDX-License-Identifier: Apache-2.0
#include "dse/check/refute.h"

#include <algorithm>
#include <map>

#include "dse/check/stage_cost.h"

namespace tandem::check {

namespace {

// What of the machine is in use, as a number: the count of the first type changes fastest.
class Usages {
 public:
  explicit Usages(const Statement& statement) : types_(statement.types) {
    for (const Type& type : types_) {
      strides_.push_back(size_);
      size_ = size_ > kMostUsages ? size_ : size_ * (static_cast<std::size_t>(type.count) + 1);
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  // size() when the machine has not that much.
  [[nodiscard]] std::size_t number(const std::vector<int>& usage) const {
    if (usage.size() != types_.size()) return size_;
    std::size_t number = 0;
    for (std::size_t type = 0; type < types_.size(); ++type) {
      if (usage[type] > types_[type].count) return size_;
      number += static_cast<std::size_t>(usage[type]) * strides_[type];
    }
    return number;
  }
  [[nodiscard]] bool fits(std::size_t usage, const Group& group) const {
    for (std::size_t type = 0; type < types_.size(); ++type) {
      const std::size_t count = static_cast<std::size_t>(types_[type].count) + 1;
      const auto used = static_cast<int>(usage / strides_[type] % count);
      if (used + group.usage[type] > types_[type].count) return false;
    }
    return true;
  }

 private:
  const std::vector<Type>& types_;
  std::vector<std::size_t> strides_;
  std::size_t size_ = 1;
};

// The sum, or nothing when the machine has not that much.
std::vector<int> added(const Statement& statement, std::vector<int> usage, const Group& group) {
  for (std::size_t type = 0; type < usage.size(); ++type) {
    usage[type] += group.usage[type];
    if (usage[type] > statement.types[type].count) return {};
  }
  return usage;
}

bool is_chain(const Statement& statement) {
  for (std::size_t layer = 0; layer < statement.layers.size(); ++layer) {
    const std::vector<int>& inputs = statement.layers[layer].inputs;
    if (layer == 0 ? !inputs.empty() : inputs != std::vector<int>{static_cast<int>(layer) - 1}) return false;
  }
  return true;
}

}  // namespace

std::string wrong_reach(const Statement& statement) {
  if (!is_chain(statement)) return "reach speaks of chains only";
  const Usages usages(statement);
  if (usages.size() > kMostUsages)
    return "there are more than " + std::to_string(kMostUsages) + " usages to look at";
  if (statement.reach.size() < usages.size()) return "reach lacks a usage";
  std::vector<int> reach(usages.size(), -1);
  for (const Reach& one : statement.reach) {
    const std::size_t usage = usages.number(one.usage);
    if (usage == usages.size()) return "reach has a usage that the machine has not";
    if (reach[usage] >= 0) return "reach repeats a usage";
    reach[usage] = one.layers;
  }
  const int all = static_cast<int>(statement.layers.size());
  // From each start on each group, the end of the longest stage that is shorter than the bound.
  for (const Group& group : statement.groups) {
    std::vector<int> ends(static_cast<std::size_t>(all) + 1, all);
    int end = 0;
    Sum time = 0;  // of the layers from start to end
    for (int start = 0; start < all; ++start) {
      Sum handing = 0;
      if (start > 0) {
        handing = group.hand_over;
        if (!group.take_in.empty()) handing += group.take_in[static_cast<std::size_t>(start) - 1];
      }
      if (end < start) {
        end = start;
        time = 0;
      }
      while (end < all && time + handing + group.time[static_cast<std::size_t>(end)] < statement.bound)
        time += group.time[static_cast<std::size_t>(end++)];
      // The hand-over may have been cheaper one layer before.
      while (end > start && time + handing >= statement.bound)
        time -= group.time[static_cast<std::size_t>(--end)];
      ends[static_cast<std::size_t>(start)] = end;
      if (end > start) time -= group.time[static_cast<std::size_t>(start)];
    }
    const std::size_t more = usages.number(group.usage);
    for (std::size_t usage = 0; usage < usages.size(); ++usage) {
      if (!usages.fits(usage, group)) continue;
      for (int start = 0; start <= std::min(reach[usage], all); ++start) {
        if (ends[static_cast<std::size_t>(start)] > reach[usage + more])
          return "a stage from layer " + std::to_string(start) + " leads beyond what reach says";
      }
    }
  }
  if (std::any_of(reach.begin(), reach.end(), [all](int layers) { return layers >= all; }))
    return "reach says that the whole chain can be done in less";
  return "";
}

std::string wrong_prices(const Statement& statement) {
  if (statement.prices.size() != statement.types.size()) return "there is not a price a type";
  Sum machine = 0;
  for (std::size_t type = 0; type < statement.prices.size(); ++type)
    machine += Sum{statement.prices[type]} * statement.types[type].count;
  Sum work = 0;
  for (std::size_t layer = 0; layer < statement.layers.size(); ++layer) {
    Sum least = -1;
    for (const Group& group : statement.groups) {
      Sum price = 0;
      for (std::size_t type = 0; type < group.usage.size(); ++type)
        price += Sum{statement.prices[type]} * group.usage[type];
      const Sum charged = price * group.time[layer];
      if (least < 0 || charged < least) least = charged;
    }
    work += least;
  }
  // bound <= ceil(work / machine)
  if (machine == 0 || (Sum{statement.bound} - 1) * machine >= work) return "the prices give a lower bound";
  return "";
}

std::string wrong_longest_layer(const Statement& statement) {
  for (std::size_t layer = 0; layer < statement.layers.size(); ++layer) {
    const bool long_everywhere =
        std::all_of(statement.groups.begin(), statement.groups.end(),
                    [&](const Group& group) { return group.time[layer] >= statement.bound; });
    if (long_everywhere) return "";
  }
  return "no layer takes that long everywhere";
}

std::string wrong_sum(const Statement& statement) {
  Sum sum = 0;
  for (std::size_t layer = 0; layer < statement.layers.size(); ++layer) {
    Sum least = -1;
    for (const Group& group : statement.groups) {
      const Sum own = statement.objective == Objective::latency ? group.time[layer] : group.energy[layer];
      if (least < 0 || own < least) least = own;
    }
    sum += least;
  }
  return sum < statement.bound ? "the layers alone give a lower bound" : "";
}

namespace {

// One way to have done a set of layers: what it cost so far, and its slowest stage.
struct Way {
  Sum cost = 0, slowest = 0;
};

class Search {
 public:
  explicit Search(const Statement& statement) : statement_(statement) {}

  std::string run() {
    if (!find_sets())
      return "there are more than " + std::to_string(kMostSets) + " sets of layers to look at";
    std::vector<std::map<std::vector<int>, std::vector<Way>>> ways(sets_.size());
    ways[0][std::vector<int>(statement_.types.size())].push_back({});
    for (std::size_t from = 0; from + 1 < sets_.size(); ++from) {
      if (ways[from].empty()) continue;
      for (std::size_t to = from + 1; to < sets_.size(); ++to) {
        if (!is_part(sets_[from], sets_[to])) continue;
        std::vector<bool> own(sets_[to]);
        for (std::size_t layer = 0; layer < own.size(); ++layer) {
          if (sets_[from][layer]) own[layer] = false;
        }
        for (std::size_t g = 0; g < statement_.groups.size(); ++g)
          follow(ways[from], ways[to], static_cast<int>(g),
                 stage_cost(statement_, static_cast<int>(g), sets_[from], own));
      }
      ways[from].clear();
    }
    if (!ways.back().empty()) return "a search finds a plan below the bound";
    return "";
  }

 private:
  using Set = std::vector<bool>;

  static bool is_part(const Set& small, const Set& large) {
    for (std::size_t layer = 0; layer < small.size(); ++layer) {
      if (small[layer] && !large[layer]) return false;
    }
    return true;
  }

  // From all layers downwards: a layer may be taken away that none of the rest reads.
  bool find_sets() {
    const std::size_t layers = statement_.layers.size();
    std::vector<std::vector<std::size_t>> readers(layers);
    for (std::size_t layer = 0; layer < layers; ++layer) {
      for (const int input : statement_.layers[layer].inputs)
        readers[static_cast<std::size_t>(input)].push_back(layer);
    }
    std::map<Set, bool> found = {{Set(layers, true), true}};
    std::vector<Set> todo = {Set(layers, true)};
    while (!todo.empty()) {
      const Set set = std::move(todo.back());
      todo.pop_back();
      for (std::size_t layer = 0; layer < layers; ++layer) {
        if (!set[layer]) continue;
        const bool read = std::any_of(readers[layer].begin(), readers[layer].end(),
                                      [&](std::size_t reader) { return set[reader]; });
        if (read) continue;
        Set smaller = set;
        smaller[layer] = false;
        if (!found.emplace(smaller, true).second) continue;
        if (found.size() > kMostSets) return false;
        todo.push_back(std::move(smaller));
      }
    }
    for (const auto& [set, yes] : found) sets_.push_back(set);
    std::stable_sort(sets_.begin(), sets_.end(), [](const Set& a, const Set& b) {
      return std::count(a.begin(), a.end(), true) < std::count(b.begin(), b.end(), true);
    });
    return true;
  }

  // Costs only grow, so a way that is not below the bound will never be.
  [[nodiscard]] bool could_win(const Way& way) const {
    if (statement_.limited && way.slowest > statement_.limit) return false;
    if (statement_.objective == Objective::throughput) return way.slowest < statement_.bound;
    if (statement_.objective == Objective::latency) return way.cost < statement_.bound;
    return way.cost + background_of(statement_, way.slowest) < statement_.bound;
  }

  void follow(const std::map<std::vector<int>, std::vector<Way>>& before,
              std::map<std::vector<int>, std::vector<Way>>& after, int group, const StageCost& stage) const {
    for (const auto& [usage, ways] : before) {
      const std::vector<int> used =
          added(statement_, usage, statement_.groups[static_cast<std::size_t>(group)]);
      if (used.empty()) continue;
      for (const Way& way : ways) {
        Way longer{way.cost, std::max(way.slowest, stage.time)};
        if (statement_.objective == Objective::latency) longer.cost += stage.time;
        if (statement_.objective == Objective::energy) longer.cost += stage.energy;
        if (could_win(longer)) keep(after[used], longer);
      }
    }
  }

  // The slowest stage of a way only matters later where the objective or the background speaks of it.
  void keep(std::vector<Way>& ways, const Way& added_way) const {
    const bool by_cost_alone = statement_.objective == Objective::latency;
    const auto beats = [&](const Way& a, const Way& b) {
      return a.cost <= b.cost && (by_cost_alone || a.slowest <= b.slowest);
    };
    if (std::any_of(ways.begin(), ways.end(), [&](const Way& way) { return beats(way, added_way); })) return;
    std::erase_if(ways, [&](const Way& way) { return beats(added_way, way); });
    ways.push_back(added_way);
  }

  const Statement& statement_;
  std::vector<Set> sets_;  // small ones first
};

}  // namespace

std::string wrong_by_search(const Statement& statement) { return Search(statement).run(); }

}  // namespace tandem::check
