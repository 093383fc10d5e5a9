// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram_spec.h"

#include <array>

#include "models/memory/dram_parts.h"

namespace tandem::memory {
namespace {

std::array<const DramSpec*, 8> parts() {
  return {&lpddr4_ultra96(),    &lpddr4_khadas_vim3(), &lpddr4x_hikey970(), &lpddr3_rk3399pro(),
          &lpddr3_odroid_xu3(), &ddr4_zcu104(),        &ddr4_zcu106(),      &ddr3_zedboard()};
}

}  // namespace

const DramSpec* find_dram(std::string_view name) {
  for (const DramSpec* part : parts())
    if (part->name == name) return part;
  return nullptr;
}

std::vector<std::string> dram_names() {
  std::vector<std::string> names;
  for (const DramSpec* part : parts()) names.push_back(part->name);
  return names;
}

}  // namespace tandem::memory
