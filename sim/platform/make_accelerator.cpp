// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/make_accelerator.h"

#include "sim/components/accelerator_model.h"
#include "sim/cosim/accelerator_rtl.h"
#include "sim/platform/variant.h"

namespace tandem::sim {

std::unique_ptr<Accelerator> make_accelerator(const spec::Accelerator& spec, EventQueue& queue,
                                              accelerator::MemoryView& memory,
                                              const MachineOptions& options) {
  const Clock clock(spec.clock);
  if (!options.rtl)
    return std::make_unique<AcceleratorModel>(spec.name.c_str(), queue, spec.array, clock, memory);
  return std::make_unique<AcceleratorRtl>(
      spec.name.c_str(), queue,
      AcceleratorRtlSpec{verilated_library(spec.array), spec.array, clock, !options.skip_idle_cycles});
}

}  // namespace tandem::sim
