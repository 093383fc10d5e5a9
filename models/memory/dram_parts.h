// SPDX-License-Identifier: Apache-2.0
// The memories of the boards, one function a part; dram_spec.h finds them by name. Each says where its
// figures come from. Times that a standard gives as "the longer of x ns and n clocks" are resolved here.
#pragma once

#include <algorithm>

#include "models/memory/dram_spec.h"

namespace tandem::memory {

const DramSpec& lpddr4_ultra96();
const DramSpec& lpddr4_khadas_vim3();
const DramSpec& lpddr4x_hikey970();
const DramSpec& lpddr3_rk3399pro();
const DramSpec& lpddr3_odroid_xu3();
const DramSpec& ddr4_zcu104();
const DramSpec& ddr4_zcu106();
const DramSpec& ddr3_zedboard();

constexpr Picoseconds longer(Picoseconds time, const Clock& clock, int clocks) {
  return std::max(time, clock.time(Cycles(clocks)));
}

}  // namespace tandem::memory
