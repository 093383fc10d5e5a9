// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/front.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <pagmo/utils/hypervolume.hpp>

namespace tandem::sweep {

bool dominates(const Objectives& a, const Objectives& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better |= a[i] < b[i];
  }
  return better;
}

// In lexicographic order a point can only be dominated by one before it.
std::vector<std::size_t> pareto_front(const std::vector<Objectives>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  std::vector<std::size_t> front;
  for (const std::size_t index : order) {
    // The latest are the nearest: they dominate most.
    if (std::none_of(front.rbegin(), front.rend(), [&](std::size_t other) {
          return points[other] == points[index] || dominates(points[other], points[index]);
        })) {
      front.push_back(index);
    }
  }
  return front;
}

double hypervolume(const std::vector<Objectives>& points, const Objectives& reference) {
  std::vector<Objectives> inside;
  for (const std::size_t index : pareto_front(points)) {
    const Objectives& point = points[index];
    bool within = true;
    for (std::size_t i = 0; i < point.size(); ++i) within &= point[i] < reference[i];
    if (within) inside.push_back(point);
  }
  if (inside.empty()) return 0;
  if (reference.size() == 1) return reference[0] - inside.front()[0];
  return pagmo::hypervolume(inside, true).compute(reference);
}

double distance_to(const std::vector<Objectives>& reference_front, const std::vector<Objectives>& front) {
  if (reference_front.empty() || front.empty()) return std::numeric_limits<double>::quiet_NaN();
  Objectives low = reference_front.front(), high = low;
  for (const Objectives& point : reference_front) {
    for (std::size_t i = 0; i < point.size(); ++i) {
      low[i] = std::min(low[i], point[i]);
      high[i] = std::max(high[i], point[i]);
    }
  }
  double sum = 0;
  for (const Objectives& wanted : reference_front) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const Objectives& point : front) {
      double square = 0;
      for (std::size_t i = 0; i < point.size(); ++i) {
        if (high[i] <= low[i]) continue;
        const double way = (point[i] - wanted[i]) / (high[i] - low[i]);
        square += way * way;
      }
      nearest = std::min(nearest, square);
    }
    sum += std::sqrt(nearest);
  }
  return sum / static_cast<double>(reference_front.size());
}

}  // namespace tandem::sweep
