// SPDX-License-Identifier: Apache-2.0
// The energy of a finished run: what its components counted, handed to models/energy.
#pragma once

#include <memory>
#include <vector>

#include "models/cpu/coherent_caches.h"
#include "models/spec/platform.h"
#include "models/spec/run_result.h"
#include "sim/components/accelerator.h"
#include "sim/components/dram_controller.h"
#include "sim/components/interconnect.h"
#include "sim/platform/core_use.h"

namespace tandem::sim {

struct EnergySources {
  const spec::Platform& platform;
  const CoreUse& cores;
  const cpu::CoherentCaches& caches;
  const Interconnect& interconnect;
  const DramController& dram;
  const std::vector<std::unique_ptr<Accelerator>>& accelerators;
};

// Fills result.energy_parts and result.energy, both per image. `result` knows its time, images, accelerators
// and memory traffic already.
void add_energy(const EnergySources& sources, spec::RunResult& result);

}  // namespace tandem::sim
