// SPDX-License-Identifier: Apache-2.0
// Names of what work can be given to: "a53x4" (type x count of one cluster) or "accelerator0".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/spec/platform.h"

namespace tandem::lowering {

struct Resource {
  std::string name;
  int cluster = -1;  // index into the platform, or -1
  int cores = 0;
  int accelerator = -1;  // index into the platform, or -1
};

// An accelerator that does not see what the caches hold.
bool passes_caches(const spec::Platform& platform, const Resource& resource);

std::string core_group_name(const spec::Cluster& cluster, int cores);

// Nothing when the platform has no such resource.
std::optional<Resource> find_resource(const spec::Platform& platform, const std::string& name);
std::vector<std::string> resource_names(const spec::Platform& platform);  // the largest groups, accelerators

}  // namespace tandem::lowering
