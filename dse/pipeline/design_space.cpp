// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/design_space.h"

#include <algorithm>
#include <numeric>

#include "dse/pipeline/combinations.h"
#include "dse/pipeline/pipeit.h"

namespace tandem::pipeline {

namespace {

// By number of stages: the ways to write `count` as a sum of sizes in `sizes`, order counted.
std::vector<double> compositions(int count, const std::vector<int>& sizes) {
  std::vector<std::vector<double>> ways(static_cast<std::size_t>(count) + 1,
                                        std::vector<double>(static_cast<std::size_t>(count) + 1));
  ways[0][0] = 1;
  for (int sum = 1; sum <= count; ++sum) {
    for (const int size : sizes) {
      if (size > sum) continue;
      for (int stages = 1; stages <= sum; ++stages) {
        ways[static_cast<std::size_t>(sum)][static_cast<std::size_t>(stages)] +=
            ways[static_cast<std::size_t>(sum - size)][static_cast<std::size_t>(stages - 1)];
      }
    }
  }
  return ways[static_cast<std::size_t>(count)];
}

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size() + b.size() - 1);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) result[i + j] += a[i] * b[j];
  }
  return result;
}

// The ways to cut `layers` into `stages` contiguous pieces, none empty.
double cuts(int layers, int stages) {
  if (stages < 1 || stages > layers) return 0;
  double ways = 1;
  for (int i = 1; i < stages; ++i) ways = ways * (layers - i) / i;
  return ways;
}

// By number of stages: ordered sequences of groups that fit the machine together, of at most a stage a layer.
std::vector<double> sequences(const CostTable& table) {
  const Combinations combinations(table);
  std::vector<std::vector<int>> fits;  // by group
  for (const Group& group : table.groups) fits.push_back(combinations.with_room_for(group));
  std::vector<double> level(static_cast<std::size_t>(combinations.size()));
  level[0] = 1;
  std::vector<double> result = {1};
  while (result.back() > 0 && result.size() <= static_cast<std::size_t>(table.size())) {
    std::vector<double> next(level.size());
    for (std::size_t g = 0; g < table.groups.size(); ++g) {
      const int offset = combinations.offset_of(table.groups[g]);
      for (const int from : fits[g]) {
        const int to = from + offset;
        next[static_cast<std::size_t>(to)] += level[static_cast<std::size_t>(from)];
      }
    }
    level = std::move(next);
    result.push_back(std::accumulate(level.begin(), level.end(), 0.0));
  }
  return result;
}

}  // namespace

DesignSpace design_space(const CostTable& table) {
  DesignSpace space;
  std::vector<double> published = {1};
  for (const int type : types_by_speed(table)) {
    std::vector<int> sizes;
    for (const Group& group : table.groups) {
      const int cores = group.usage[static_cast<std::size_t>(type)];
      const bool alone = std::accumulate(group.usage.begin(), group.usage.end(), 0) == cores;
      if (cores > 0 && alone) sizes.push_back(cores);
    }
    published = product(published, compositions(table.types[static_cast<std::size_t>(type)].count, sizes));
  }
  for (std::size_t stages = 1; stages < published.size(); ++stages) {
    space.pipelines += published[stages];
    space.points += published[stages] * cuts(table.size(), static_cast<int>(stages));
  }
  const std::vector<double> all = sequences(table);
  for (std::size_t stages = 1; stages < all.size(); ++stages) {
    space.all_points += all[stages] * cuts(table.size(), static_cast<int>(stages));
  }
  return space;
}

}  // namespace tandem::pipeline
