// SPDX-License-Identifier: Apache-2.0
// What one thread's part of a kernel's step asks of its core, and the cycles that takes. Memory is not in it:
// misses are added by whoever moves bytes.
//
// Seven rates of a core turn work into time; they are what a calibration fits (models/cpu/calibration.h).
#pragma once

#include <array>
#include <cstdint>

#include "models/core/quantity.h"
#include "models/cpu/kernel.h"

namespace tandem::cpu {

struct Work {
  double macs = 0;            // of matrix products, in padded kernels of 8x12
  double moved_bytes = 0;     // im2col, packing, results of products; pools and element-wise layers
  double transformed = 0;     // elements of Winograd's transformed matrices
  double depthwise_macs = 0;  // of depthwise convolutions, as in a 3x3 window of stride 1
  double gemv_macs = 0;       // of matrix-vector products
  double special = 0;         // elements that need powers or exponentials: LRN, softmax
  int launches = 0;           // kernels handed to the threads

  Work& operator+=(const Work& other);
};

Cycles cycles_of(const Work& work, const spec::CoreType& core, network::Precision precision);

// The product of `rows` output pixels, `columns` output channels and `depth`, `products` times: one thread's.
Work product_work(Kernel kernel, const spec::CoreType& core, int element_bytes, std::int64_t rows,
                  std::int64_t columns, std::int64_t depth, std::int64_t products);

// `results` outputs of a depthwise convolution. The kernel computes tiles of outputs, 4x4 where a 3x3 window
// moves by one and 2x2 elsewhere, from inputs it loads once a tile: a vector operation for each MAC, for each
// input of a tile and for each result. So the further the window moves, the more a MAC costs.
Work depthwise_work(const network::Window& window, double results);

}  // namespace tandem::cpu
