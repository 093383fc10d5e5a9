// SPDX-License-Identifier: Apache-2.0
// Times by factors, as the closed form's estimates need them.
#pragma once

#include <cmath>

#include "models/core/quantity.h"

namespace tandem::latency {

inline Picoseconds scaled(Picoseconds time, double factor) {
  return Picoseconds(std::llround(static_cast<double>(time.raw()) * factor));
}

inline double seconds(Picoseconds time) { return static_cast<double>(time.raw()) * 1e-12; }

}  // namespace tandem::latency
