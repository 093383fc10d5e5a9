// SPDX-License-Identifier: Apache-2.0
// What the clusters' cores did at which operating point, for the energy of a run.
#pragma once

#include <cstddef>
#include <vector>

#include "models/energy/energy.h"
#include "models/spec/platform.h"
#include "sim/components/core_host.h"

namespace tandem::sim {

class CoreUse {
 public:
  // `points`: by cluster, the operating point it starts at.
  CoreUse(const spec::Platform& platform, const std::vector<std::size_t>& points);

  void span(const CoreSpan& span);
  void point_changed(int cluster, std::size_t point, Picoseconds when);

  // From the run's start to `end`, the points the cluster has been at in ascending order.
  [[nodiscard]] std::vector<energy::PointActivity> activity(int cluster, Picoseconds end) const;

 private:
  struct Cluster {
    std::vector<energy::PointActivity> points;
    std::size_t now = 0;
    Picoseconds since{0};
  };
  std::vector<Cluster> clusters_;
};

}  // namespace tandem::sim
