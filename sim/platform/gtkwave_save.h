// SPDX-License-Identifier: Apache-2.0
// A GTKWave save file beside waves: opens with the accelerator's buses in groups instead of with nothing.
#pragma once

#include <string>

#include "models/core/quantity.h"

namespace tandem::sim {

// `waves`: the FST file of an accelerator, `from`: the time to show first.
std::string gtkwave_save(const std::string& waves, Picoseconds from);

}  // namespace tandem::sim
