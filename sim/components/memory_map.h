// SPDX-License-Identifier: Apache-2.0
// Which target answers which addresses. The regions come from the platform file; the decoder refuses bursts
// that touch no region or leave the one they begin in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::sim {

struct Region {
  std::string name;
  std::uint64_t base = 0;
  std::uint64_t size = 0;    // bytes; several regions may lead to one target
  std::uint32_t target = 0;  // index of the interconnect's target port
};

class MemoryMap {
 public:
  // Throws InputError naming every empty, wrapping or overlapping region.
  explicit MemoryMap(std::vector<Region> regions);

  [[nodiscard]] const Region* find(std::uint64_t address, std::uint64_t bytes) const;  // null: nobody answers
  [[nodiscard]] const std::vector<Region>& regions() const { return regions_; }        // by base

 private:
  std::vector<Region> regions_;
};

}  // namespace tandem::sim
