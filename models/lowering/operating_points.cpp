// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/operating_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "models/core/error.h"

namespace tandem::lowering {

namespace {

std::optional<network::LayerId> layer_with_work(const network::Network& network,
                                                const std::vector<LayerRole>& roles,
                                                const std::string& name) {
  for (network::LayerId id = 0; id < network.size(); ++id) {
    if (network.layer(id).name == name && roles[static_cast<std::size_t>(id)] == LayerRole::compute)
      return id;
  }
  return std::nullopt;
}

std::vector<std::string> names_of(const std::vector<spec::OperatingPoint>& points) {
  std::vector<std::string> names;
  for (const spec::OperatingPoint& point : points)
    names.push_back(fmt::format("{} MHz", static_cast<double>(point.frequency.raw()) * 1e-6));
  return names;
}

}  // namespace

std::vector<ResolvedChange> resolve_points(const spec::Schedule& schedule, const network::Model& model,
                                           const spec::Platform& platform,
                                           const std::vector<LayerRole>& roles) {
  std::vector<ResolvedChange> changes;
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < schedule.points.size(); ++i) {
    const spec::PointChange& asked = schedule.points[i];
    const auto problem = [&](const char* key, std::string message) {
      problems.push_back(
          {{"schedule", 0, 0}, fmt::format("operating_point[{}].{}", i, key), std::move(message)});
    };
    const auto layer = layer_with_work(*model.network, roles, asked.layer);
    if (!layer) problem("layer", "\"" + asked.layer + "\" is no layer with work of the network");
    const auto cluster = std::find_if(platform.clusters.begin(), platform.clusters.end(),
                                      [&](const spec::Cluster& own) { return own.name == asked.cluster; });
    if (cluster == platform.clusters.end()) {
      problem("cluster", "\"" + asked.cluster + "\" is no cluster of " + platform.name);
      continue;
    }
    const auto& points = cluster->operating_points;
    if (std::none_of(points.begin(), points.end(),
                     [&](const spec::OperatingPoint& point) { return point.frequency == asked.frequency; })) {
      problem("frequency", fmt::format("{} MHz is no operating point of {}; allowed is one of {}",
                                       static_cast<double>(asked.frequency.raw()) * 1e-6, asked.cluster,
                                       join(names_of(points))));
      continue;
    }
    const auto index = static_cast<int>(cluster - platform.clusters.begin());
    if (layer && std::any_of(changes.begin(), changes.end(), [&](const ResolvedChange& other) {
          return other.layer == *layer && other.cluster == index;
        })) {
      problem("layer", "\"" + asked.layer + "\" already changes " + asked.cluster);
    }
    if (layer) changes.push_back({*layer, index, asked.frequency});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  std::stable_sort(changes.begin(), changes.end(),
                   [](const ResolvedChange& a, const ResolvedChange& b) { return a.layer < b.layer; });
  return changes;
}

}  // namespace tandem::lowering
