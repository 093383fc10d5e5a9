// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/bound.h"

#include <algorithm>

namespace tandem::pipeline {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kScale = 4096;

std::int64_t longest_layer(const CostTable& table) {
  std::int64_t longest = 0;
  for (std::size_t layer = 0; layer < table.layers.size(); ++layer) {
    std::int64_t fastest = kNever;
    for (const Group& group : table.groups) fastest = std::min(fastest, group.time[layer]);
    longest = std::max(longest, fastest);
  }
  return longest;
}

std::int64_t sum_of_least(const CostTable& table, std::vector<std::int64_t> Group::*values) {
  std::int64_t sum = 0;
  for (std::size_t layer = 0; layer < table.layers.size(); ++layer) {
    std::int64_t least = kNever;
    for (const Group& group : table.groups) least = std::min(least, (group.*values)[layer]);
    sum += least;
  }
  return sum;
}

}  // namespace

std::int64_t least_latency_sum(const CostTable& table) { return sum_of_least(table, &Group::time); }
std::int64_t least_energy_sum(const CostTable& table) { return sum_of_least(table, &Group::energy); }

std::int64_t priced_bound(const CostTable& table, const std::vector<int>& prices) {
  Wide machine = 0;
  for (std::size_t type = 0; type < prices.size(); ++type) {
    machine += static_cast<Wide>(prices[type]) * static_cast<Wide>(table.types[type].count);
  }
  if (machine == 0) return 0;
  Wide work = 0;
  for (std::size_t layer = 0; layer < table.layers.size(); ++layer) {
    Wide cheapest = ~Wide{0};
    for (const Group& group : table.groups) {
      Wide price = 0;
      for (std::size_t type = 0; type < prices.size(); ++type) {
        price += static_cast<Wide>(prices[type]) * static_cast<Wide>(group.usage[type]);
      }
      cheapest = std::min(cheapest, price * static_cast<Wide>(group.time[layer]));
    }
    work += cheapest;
  }
  return static_cast<std::int64_t>((work + machine - 1) / machine);
}

// The bound is quasi-concave in the prices, so moving one price at a time by ever smaller steps ends near its
// top; wherever it ends, it is a bound.
Bound lower_bound(const CostTable& table) {
  std::vector<int> prices(table.types.size(), kScale);
  std::int64_t best = priced_bound(table, prices);
  for (int step = kScale / 2; step > 0; step /= 2) {
    for (bool better = true; better;) {
      better = false;
      for (int& price : prices) {
        for (const int change : {step, -step}) {
          if (price + change < 0 || price + change > 16 * kScale) continue;
          price += change;
          const std::int64_t moved = priced_bound(table, prices);
          if (moved > best) {
            best = moved;
            better = true;
            break;
          }
          price -= change;
        }
      }
    }
  }
  const std::int64_t layer = longest_layer(table);
  if (layer >= best) return {layer, {}};
  return {best, prices};
}

}  // namespace tandem::pipeline
