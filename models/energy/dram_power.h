// SPDX-License-Identifier: Apache-2.0
// Energy of a DRAM's commands, from the supply currents (IDD) of a data sheet, the way vendors' power
// calculators take them apart (Micron TN-41-01, "Calculating memory system power for DDR3"):
//   ACTIVATE + PRECHARGE  V (IDD0 tRC - IDD3N tRAS - IDD2N (tRC - tRAS))
//   READ, WRITE           V (IDD4 - IDD3N) burst, and what its data pins take
//   REFRESH               V (IDD5 - IDD2N) tRFC
//   background            V IDD3N: clock enabled, rows open
// Burst energies are of the data sheet's own clock: the currents above standby follow the clock, so that the
// energy of a burst does not. Ignored: power-down, self refresh (a running inference leaves no time for
// them), and that idle times with all rows closed would take IDD2N.
#pragma once

#include "models/core/quantity.h"
#include "models/memory/dram_spec.h"

namespace tandem::energy {

struct DramPower {
  double activate_pj = 0;  // with its PRECHARGE, one bank of one channel
  double read_pj = 0, write_pj = 0;
  double refresh_pj = 0;     // of all banks of one channel
  Milliwatts background{0};  // of all channels
};

// By the family that begins the part's name (lpddr4x, lpddr4, lpddr3, ddr4, ddr3). InputError for another.
DramPower dram_power(const memory::DramSpec& spec);

}  // namespace tandem::energy
