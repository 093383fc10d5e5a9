// SPDX-License-Identifier: Apache-2.0
// The jobs of a work item on an accelerator, with the addresses of its tensors, weights and records.
#pragma once

#include <vector>

#include "models/accelerator/job.h"
#include "models/lowering/program.h"

namespace tandem::lowering {

// All but the jobs' numbers.
std::vector<accelerator::ConvJob> placed_jobs(const network::Model& model, const spec::Platform& platform,
                                              const Placement& placement, const ProgramItem& item);

}  // namespace tandem::lowering
