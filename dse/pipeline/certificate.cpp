// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/certificate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "dse/pipeline/bound.h"

namespace tandem::pipeline {

const char* to_string(Objective objective) {
  static constexpr const char* kNames[] = {"throughput", "latency", "energy"};
  return kNames[static_cast<int>(objective)];
}

std::int64_t Answer::value() const {
  switch (goal.objective) {
    case Objective::throughput:
      return plan.period;
    case Objective::latency:
      return plan.latency;
    case Objective::energy:
      return plan.energy;
  }
  return 0;
}

namespace {

// A name as one piece of a line.
std::string one_line(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return name;
}

template <class Numbers>
std::string line(const char* head, const Numbers& numbers) {
  return numbers.empty() ? fmt::format("{}\n", head) : fmt::format("{} {}\n", head, fmt::join(numbers, " "));
}

std::string problem_text(const CostTable& table) {
  std::string text = fmt::format("network {}\nbackground {}\n", one_line(table.network), table.background_mw);
  for (const ResourceType& type : table.types) {
    text += fmt::format("type {} {} {}\n", type.count, type.is_accelerator ? "accelerator" : "core",
                        one_line(type.name));
  }
  for (std::size_t layer = 0; layer < table.layers.size(); ++layer) {
    text += fmt::format("layer {}", table.inputs[layer].size());
    for (const int input : table.inputs[layer]) text += fmt::format(" {}", input);
    text += fmt::format(" {}\n", one_line(table.layers[layer]));
  }
  for (const Group& group : table.groups) {
    text += line("group", group.usage) + fmt::format("hand_over {} {}\n", group.hand_over, group.power_mw) +
            line("time", group.time) + line("take_in", group.take_in) + line("energy", group.energy);
  }
  return text;
}

// With at most these resources, how many layers of a chain are done by stages shorter than the period.
std::string reach_text(const CostTable& table, const Exact& exact, std::int64_t period) {
  const std::vector<std::vector<int>> reached = exact.reached_below(period);
  std::vector<int> layers(reached.size(), 0);  // by combination; one with less comes before
  std::string text;
  for (std::size_t used = 0; used < reached.size(); ++used) {
    // A chain's ideals are its prefixes, numbered by their length.
    if (!reached[used].empty()) layers[used] = reached[used].back();
    const std::vector<int> usage = exact.combinations().usage_of(static_cast<int>(used));
    std::size_t stride = 1;
    for (std::size_t type = 0; type < usage.size(); ++type) {
      if (usage[type] > 0) layers[used] = std::max(layers[used], layers[used - stride]);
      stride *= static_cast<std::size_t>(table.types[type].count) + 1;
    }
    text += fmt::format("reach {} {}\n", fmt::join(usage, " "), layers[used]);
  }
  return text;
}

// The shortest there is: a closed form where it reaches the bound, else what every combination of resources
// reaches.
std::string refutation_text(const CostTable& table, const Exact& exact, const Answer& answer) {
  const Objective objective = answer.goal.objective;
  if (objective == Objective::throughput) {
    if (const Bound bound = lower_bound(table); bound.period == answer.bound) {
      return bound.prices.empty() ? "refutation layer\n"
                                  : "refutation prices\n" + line("prices", bound.prices);
    }
  }
  if (objective == Objective::latency && answer.bound == least_latency_sum(table)) return "refutation sum\n";
  if (objective == Objective::energy && answer.bound == least_energy_sum(table)) return "refutation sum\n";
  const bool exact_period = objective == Objective::throughput && table.is_chain();
  if (!exact_period) return "refutation search\n";
  return "refutation reach\n" + reach_text(table, exact, answer.bound);
}

}  // namespace

std::string certificate(const CostTable& table, const Exact& exact, const Answer& answer) {
  std::string text = "tandem-certificate 1\n" + problem_text(table);
  text += fmt::format("objective {}\n", to_string(answer.goal.objective));
  text += answer.goal.limit ? fmt::format("limit {}\n", *answer.goal.limit) : "limit none\n";
  for (const Stage& stage : answer.plan.stages) {
    text += fmt::format("stage {} {}\n", stage.group, fmt::join(stage.layers, " "));
  }
  text += fmt::format("period {}\nlatency {}\nenergy_of_image {}\n", answer.plan.period, answer.plan.latency,
                      table.knows_energy() ? answer.plan.energy : 0);
  text += refutation_text(table, exact, answer);
  return text + fmt::format("bound {}\nend\n", answer.bound);
}

}  // namespace tandem::pipeline
