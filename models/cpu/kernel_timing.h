// SPDX-License-Identifier: Apache-2.0
// Compute cycles of one thread's share of a layer, memory excluded (misses are added by whoever moves bytes).
//
// Convolutions follow the ARM Compute Library's own cycle model of its interleaved GEMM (release 21.02):
//   rup(M,8)*rup(N,12)*K/c1 + e*rup(M,8)*K/c2 + a*kblocks*rup(M,8)*rup(N,12)/c3
// with M output pixels, N output channels, K kernel volume, e bytes an element, a = 4 bytes an accumulator
// and k block = (L1/2)/(e*12). Fully connected layers, depthwise convolutions and element-wise layers run at
// the rates of the core type.
#pragma once

#include "models/core/quantity.h"
#include "models/cpu/share.h"
#include "models/network/model.h"
#include "models/spec/platform.h"

namespace tandem::cpu {

Cycles compute_cycles(const network::Network& network, network::LayerId layer, network::Precision precision,
                      const spec::CoreType& core, const Share& share);

// The GEMM formula itself.
Cycles gemm_cycles(const spec::CoreType::Gemm& gemm, Bytes l1d, int element_bytes, std::int64_t m,
                   std::int64_t n, std::int64_t k);

}  // namespace tandem::cpu
