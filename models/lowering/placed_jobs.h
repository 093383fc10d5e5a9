// SPDX-License-Identifier: Apache-2.0
// The jobs of work items on accelerators, with the addresses of their tensors, weights and records.
#pragma once

#include <vector>

#include "models/accelerator/job.h"
#include "models/lowering/program.h"

namespace tandem::lowering {

// All but the jobs' numbers.
std::vector<accelerator::ConvJob> placed_jobs(const network::Model& model, const spec::Platform& platform,
                                              const Placement& placement, const ProgramItem& item);

struct RungJob {
  accelerator::ConvJob job;
  std::size_t item = 0;    // index of its item
  std::uint32_t unit = 0;  // the accelerator's
};

// The jobs of a layer's items (by their indices) in the order the host rings them in, accelerator by
// accelerator. One takes two jobs; the host waits with each further one for the first to end before it
// computes itself, so of more than two the shortest come first.
std::vector<RungJob> rung_jobs(const network::Model& model, const spec::Platform& platform,
                               const Placement& placement, const std::vector<ProgramItem>& items,
                               const std::vector<std::size_t>& of_layer);

}  // namespace tandem::lowering
