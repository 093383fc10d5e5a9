// SPDX-License-Identifier: Apache-2.0
#include "sim/components/memory_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"

namespace tandem::sim {

MemoryMap::MemoryMap(std::vector<Region> regions) : regions_(std::move(regions)) {
  std::stable_sort(regions_.begin(), regions_.end(),
                   [](const Region& a, const Region& b) { return a.base < b.base; });
  std::vector<Problem> problems;
  const Place nowhere;  // the platform's reader knows where its regions stand
  const Region* before = nullptr;
  for (const Region& region : regions_) {
    if (region.size == 0 || region.base + (region.size - 1) < region.base) {
      problems.push_back(Problem{nowhere, region.name,
                                 fmt::format("region of 0x{:x} bytes at 0x{:x} is empty or leaves 64 bits",
                                             region.size, region.base)});
      continue;
    }
    if (before != nullptr && region.base - before->base < before->size)
      problems.push_back(Problem{nowhere, region.name,
                                 fmt::format("region at 0x{:x} overlaps \"{}\", which ends at 0x{:x}",
                                             region.base, before->name, before->base + before->size)});
    before = &region;
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

const Region* MemoryMap::find(std::uint64_t address, std::uint64_t bytes) const {
  for (const Region& region : regions_)
    if (address >= region.base && address - region.base < region.size)
      return bytes <= region.size - (address - region.base) ? &region : nullptr;
  return nullptr;
}

}  // namespace tandem::sim
