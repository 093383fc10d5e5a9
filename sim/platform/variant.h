// SPDX-License-Identifier: Apache-2.0
// Finds the Verilated library of an array, building it when it is missing or made from something else than
// what is there now: RTL, interface, Verilator and compiler count, not the times of files.
#pragma once

#include <string>

#include "models/accelerator/array.h"

namespace tandem::sim {

// Path of the shared library. Kept in $TANDEM_RTL_DIR, else in the build's rtl folder. The first run of
// another array than the default builds it (less than a minute); a line on stderr says so. SimulationError
// when that fails. `waves`: the flavour that can write them, several times slower.
std::string verilated_library(const accelerator::Array& array, bool waves = false);

}  // namespace tandem::sim
