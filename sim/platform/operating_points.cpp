// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/operating_points.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"

namespace tandem::sim {

namespace {

std::size_t point_index(const spec::Platform& platform, const spec::Cluster& cluster,
                        const std::map<std::string, Hertz>& frequency) {
  const auto asked = frequency.find(cluster.name);
  if (asked == frequency.end()) return cluster.operating_points.size() - 1;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < cluster.operating_points.size(); ++i) {
    const spec::OperatingPoint& point = cluster.operating_points[i];
    if (point.frequency == asked->second) return i;
    names.push_back(fmt::format("{} MHz", static_cast<double>(point.frequency.raw()) * 1e-6));
  }
  throw InputError({platform.file, 0, 0}, "frequency." + cluster.name,
                   fmt::format("{} MHz is no operating point; allowed is one of {}",
                               static_cast<double>(asked->second.raw()) * 1e-6, join(names)));
}

}  // namespace

std::vector<std::size_t> operating_points(const spec::Platform& platform,
                                          const std::map<std::string, Hertz>& frequency) {
  for (const auto& [name, asked] : frequency) {
    const bool known =
        std::any_of(platform.clusters.begin(), platform.clusters.end(),
                    [&, &wanted = name](const spec::Cluster& cluster) { return cluster.name == wanted; });
    if (!known)
      throw InputError({platform.file, 0, 0}, "frequency." + name, "is no cluster of this platform");
  }
  std::vector<std::size_t> points;
  for (const spec::Cluster& cluster : platform.clusters)
    points.push_back(point_index(platform, cluster, frequency));
  return points;
}

spec::OperatingPoint operating_point(const spec::Platform& platform, const spec::Cluster& cluster,
                                     const std::map<std::string, Hertz>& frequency) {
  return cluster.operating_points[point_index(platform, cluster, frequency)];
}

}  // namespace tandem::sim
