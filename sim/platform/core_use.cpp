// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/core_use.h"

#include <algorithm>

namespace tandem::sim {

CoreUse::CoreUse(const spec::Platform& platform, const std::vector<std::size_t>& points) {
  for (std::size_t i = 0; i < platform.clusters.size(); ++i) {
    Cluster& cluster = clusters_.emplace_back();
    cluster.now = points[i];
    for (const spec::OperatingPoint& point : platform.clusters[i].operating_points)
      cluster.points.push_back({point.frequency, point.millivolts, {}, {}, {}, {}});
  }
}

void CoreUse::span(const CoreSpan& span) {
  energy::PointActivity& point = clusters_[static_cast<std::size_t>(span.cluster)].points[span.point];
  const Picoseconds length = span.end - span.begin;
  switch (span.activity) {
    case Activity::handover:
    case Activity::synchronisation:
      return;
    case Activity::memory:
      point.stalled += length;
      return;
    case Activity::polling:
      point.polling += length;
      return;
    case Activity::compute:
    case Activity::maintenance:
    case Activity::control:
      point.computing += length;
      return;
  }
}

void CoreUse::point_changed(int cluster, std::size_t point, Picoseconds when) {
  Cluster& own = clusters_[static_cast<std::size_t>(cluster)];
  if (own.now == point) return;  // another core of the cluster said so already
  own.points[own.now].time += when - own.since;
  own.now = point;
  own.since = when;
}

std::vector<energy::PointActivity> CoreUse::activity(int cluster, Picoseconds end) const {
  const Cluster& own = clusters_[static_cast<std::size_t>(cluster)];
  std::vector<energy::PointActivity> used = own.points;
  used[own.now].time += end - own.since;
  std::erase_if(used, [](const energy::PointActivity& point) { return point.time.raw() == 0; });
  return used;
}

}  // namespace tandem::sim
