// SPDX-License-Identifier: Apache-2.0
// What a platform file says about energy, as the start of an activity: the caller adds what was done.
#pragma once

#include "models/energy/energy.h"
#include "models/spec/platform.h"
#include "models/spec/run_result.h"

namespace tandem::energy {

ClusterActivity activity_of(const spec::Cluster& cluster);
AcceleratorActivity activity_of(const spec::Accelerator& accelerator);
// The energy of the whole run, by component and in all, an image's share of it.
void set_energy(const RunActivity& activity, spec::RunResult& result);

}  // namespace tandem::energy
