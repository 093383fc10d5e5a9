// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/resources.h"

#include <fmt/format.h>

namespace tandem::lowering {

bool passes_caches(const spec::Platform& platform, const Resource& resource) {
  return resource.accelerator >= 0 &&
         !platform.accelerators[static_cast<std::size_t>(resource.accelerator)].coherent;
}

std::string core_group_name(const spec::Cluster& cluster, int cores) {
  return fmt::format("{}x{}", cluster.name, cores);
}

std::optional<Resource> find_resource(const spec::Platform& platform, const std::string& name) {
  for (std::size_t i = 0; i < platform.accelerators.size(); ++i) {
    if (platform.accelerators[i].name == name) return Resource{name, -1, 0, static_cast<int>(i)};
  }
  for (std::size_t i = 0; i < platform.clusters.size(); ++i) {
    for (int cores = 1; cores <= platform.clusters[i].cores; ++cores) {
      if (core_group_name(platform.clusters[i], cores) == name)
        return Resource{name, static_cast<int>(i), cores, -1};
    }
  }
  return std::nullopt;
}

std::vector<std::string> resource_names(const spec::Platform& platform) {
  std::vector<std::string> names;
  for (const spec::Cluster& cluster : platform.clusters)
    names.push_back(core_group_name(cluster, cluster.cores));
  for (const spec::Accelerator& unit : platform.accelerators) names.push_back(unit.name);
  return names;
}

}  // namespace tandem::lowering
