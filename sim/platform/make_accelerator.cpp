// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/make_accelerator.h"

#include "models/core/error.h"
#include "sim/components/accelerator_model.h"
#include "sim/platform/variant.h"

namespace tandem::sim {

std::unique_ptr<Accelerator> make_accelerator(const spec::Accelerator& spec, EventQueue& queue,
                                              accelerator::MemoryView& memory, const MachineOptions& options) {
  const Clock clock(spec.clock);
  if (!options.rtl) return std::make_unique<AcceleratorModel>(spec.name.c_str(), queue, spec.array, clock, memory);
  throw SimulationError("rtl: " + verilated_library(spec.array));
}

}  // namespace tandem::sim
