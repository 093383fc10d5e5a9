// SPDX-License-Identifier: Apache-2.0
// Between a plain [C][H][W] tensor and its blocked place in simulated memory.
#pragma once

#include "models/accelerator/job.h"
#include "models/lowering/placement.h"
#include "models/network/kernels/layer_kernel.h"

namespace tandem::lowering {

// The whole tensor, given the shape `shape` (same number of elements, same order).
network::Tensor load_tensor(accelerator::MemoryView& memory, const TensorPlacement& place,
                            const network::Shape& shape, network::Precision precision);

// Writes channels [k0, k1) and rows [p0, p1) of `tensor`, whose shape is the placement's.
void store_tensor(accelerator::MemoryView& memory, const TensorPlacement& place,
                  const network::Tensor& tensor, const network::OutputRange& range);

}  // namespace tandem::lowering
