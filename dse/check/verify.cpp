// SPDX-License-Identifier: Apache-2.0
#include "dse/check/verify.h"

#include <algorithm>
#include <set>

#include "dse/check/refute.h"
#include "dse/check/stage_cost.h"

namespace tandem::check {

namespace {

std::string text(Number value) { return std::to_string(value); }

Number claimed_value(const Statement& statement) {
  if (statement.objective == Objective::throughput) return statement.period;
  return statement.objective == Objective::latency ? statement.latency : statement.energy;
}

bool all_energies_known(const Statement& statement) {
  for (const Group& group : statement.groups) {
    if (group.energy.empty()) return false;
  }
  return true;
}

}  // namespace

std::string wrong_problem(const Statement& statement) {
  const std::size_t layers = statement.layers.size();
  if (layers == 0 || layers > static_cast<std::size_t>(kMostLayers)) return "it has no layers, or too many";
  if (statement.types.empty() || statement.groups.empty()) return "it has no resources";
  for (std::size_t layer = 0; layer < layers; ++layer) {
    std::set<int> seen;
    for (const int input : statement.layers[layer].inputs) {
      if (input >= static_cast<int>(layer)) return "layer " + std::to_string(layer) + " reads a later one";
      if (!seen.insert(input).second) return "layer " + std::to_string(layer) + " reads one twice";
    }
  }
  for (std::size_t g = 0; g < statement.groups.size(); ++g) {
    const Group& group = statement.groups[g];
    const std::string name = "group " + std::to_string(g);
    if (group.usage.size() != statement.types.size()) return name + " has not a number a type";
    int used = 0;
    for (std::size_t type = 0; type < group.usage.size(); ++type) {
      if (group.usage[type] > statement.types[type].count) return name + " uses more than there is";
      used += group.usage[type];
    }
    if (used == 0) return name + " uses nothing";
    if (group.time.size() != layers) return name + " has not a time a layer";
    if (!group.take_in.empty() && group.take_in.size() != layers) return name + " has not a take_in a layer";
    if (!group.energy.empty() && group.energy.size() != layers) return name + " has not an energy a layer";
  }
  return "";
}

std::string wrong_answer(const Statement& statement) {
  std::vector<int> used(statement.types.size());
  std::vector<bool> done(statement.layers.size());
  Sum period = 0, latency = 0, energy = 0;
  for (std::size_t s = 0; s < statement.stages.size(); ++s) {
    const Stage& stage = statement.stages[s];
    const std::string name = "stage " + std::to_string(s);
    if (stage.layers.empty()) return name + " has no layers";
    if (stage.group >= static_cast<int>(statement.groups.size())) return name + " is on no known group";
    const Group& group = statement.groups[static_cast<std::size_t>(stage.group)];
    for (std::size_t type = 0; type < used.size(); ++type) {
      used[type] += group.usage[type];
      if (used[type] > statement.types[type].count) {
        return name + " uses a resource that earlier stages have";
      }
    }
    std::vector<bool> own(statement.layers.size());
    for (const int layer : stage.layers) {
      if (layer >= static_cast<int>(statement.layers.size())) return name + " has a layer that is none";
      const auto at = static_cast<std::size_t>(layer);
      if (done[at] || own[at]) return name + " repeats layer " + std::to_string(layer);
      own[at] = true;
    }
    for (const int layer : stage.layers) {
      for (const int input : statement.layers[static_cast<std::size_t>(layer)].inputs) {
        const auto at = static_cast<std::size_t>(input);
        if (!done[at] && !own[at])
          return name + " reads layer " + std::to_string(input) + " before it is made";
      }
    }
    const StageCost cost = stage_cost(statement, stage.group, done, own);
    for (std::size_t layer = 0; layer < own.size(); ++layer) {
      if (own[layer]) done[layer] = true;
    }
    if (statement.limited && cost.time > statement.limit) return name + " takes longer than the limit";
    period = std::max(period, cost.time);
    latency += cost.time;
    energy += cost.energy;
  }
  if (std::count(done.begin(), done.end(), false) > 0) return "layers are left over";
  if (period != statement.period) {
    return "the slowest stage takes " + text(static_cast<Number>(period)) + " ps, claimed are " +
           text(statement.period);
  }
  if (latency != statement.latency) {
    return "the stages take " + text(static_cast<Number>(latency)) + " ps, claimed are " +
           text(statement.latency);
  }
  energy = all_energies_known(statement) ? energy + background_of(statement, period) : Sum{0};
  if (energy != statement.energy) {
    return "an image takes " + text(static_cast<Number>(energy)) + " pJ, claimed are " +
           text(statement.energy);
  }
  return "";
}

std::string wrong_optimality(const Statement& statement) {
  const Number value = claimed_value(statement);
  if (statement.bound > value) return "the bound is above the claimed value";
  if (statement.objective == Objective::energy && !all_energies_known(statement))
    return "no energies are known";
  switch (statement.refutation) {
    case Refutation::reach:
      if (statement.objective != Objective::throughput) return "reach speaks of periods only";
      return wrong_reach(statement);
    case Refutation::prices:
      if (statement.objective != Objective::throughput) return "prices speak of periods only";
      return wrong_prices(statement);
    case Refutation::layer:
      if (statement.objective != Objective::throughput) return "a longest layer speaks of periods only";
      return wrong_longest_layer(statement);
    case Refutation::sum:
      if (statement.objective == Objective::throughput) return "a sum speaks of latencies and energies only";
      return wrong_sum(statement);
    case Refutation::search:
      return wrong_by_search(statement);
  }
  return "unknown refutation";
}

std::string wrong(const Statement& statement) {
  std::string problem = wrong_problem(statement);
  if (!problem.empty()) return "the problem: " + problem;
  problem = wrong_answer(statement);
  if (!problem.empty()) return "the answer: " + problem;
  problem = wrong_optimality(statement);
  if (!problem.empty()) return "the refutation: " + problem;
  return "";
}

bool is_exact(const Statement& statement) { return statement.bound == claimed_value(statement); }

}  // namespace tandem::check
