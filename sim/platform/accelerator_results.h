// SPDX-License-Identifier: Apache-2.0
// What the accelerators of a finished run did: their counters, held against the work they were given.
#pragma once

#include <memory>
#include <vector>

#include "models/lowering/program.h"
#include "models/network/graph.h"
#include "models/spec/platform.h"
#include "models/spec/run_result.h"
#include "sim/components/accelerator.h"

namespace tandem::sim {

// Fills result.accelerators and result.simulation.rtl_cycles. `result` knows its layers and images already.
void add_accelerators(const spec::Platform& platform, const network::Network& network,
                      const lowering::Program& program,
                      const std::vector<std::unique_ptr<Accelerator>>& accelerators, spec::RunResult& result);

}  // namespace tandem::sim
