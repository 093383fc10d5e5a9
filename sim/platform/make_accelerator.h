// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "models/accelerator/job.h"
#include "models/spec/platform.h"
#include "sim/components/accelerator.h"
#include "sim/kernel/event_queue.h"
#include "sim/platform/machine.h"

namespace tandem::sim {

// Where the waves of this accelerator go when those of the first go to `file`.
std::string waves_file(const std::string& file, const std::string& accelerator);

// The accelerator at the fidelity the options ask for: one line a variant.
std::unique_ptr<Accelerator> make_accelerator(const spec::Accelerator& spec, EventQueue& queue,
                                              accelerator::MemoryView& memory, const MachineOptions& options);

}  // namespace tandem::sim
