// SPDX-License-Identifier: Apache-2.0
// What is wrong with a sweep before anything is computed: names that are no metric, constraints that leave
// nothing, keys and values that no run takes.
#pragma once

#include "dse/sweep/space.h"

namespace tandem::cli {

// Throws InputError with places in the sweep file. Every value of every axis is read once, in the first point
// in which it occurs. What is wrong only together with other values is no problem of the sweep: such points
// fail.
void check_sweep(const sweep::Sweep& sweep);

// That of constraints which leave no point.
InputError no_points(const sweep::Sweep& sweep);

}  // namespace tandem::cli
