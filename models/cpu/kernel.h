// SPDX-License-Identifier: Apache-2.0
// The kernels that the libraries on these boards run a layer with, and how they choose among them.
//
// A convolution of fp32 with a 3x3 window of stride 1 is a Winograd F(4x4, 3x3): transform the input, 36
// products, transform back. Others, and those products, are matrix products of M output pixels, N output
// channels and depth K: "interleaved" packs both operands for a kernel of 8x12 and can deal only rows to
// threads; "hybrid" reads the pixels as they lie, 6x16, and can deal everything. Which of the two is the
// cheaper by the library's own estimate (ARM Compute Library 21.02, arm_gemm), with the constants the
// library has for the core; a core it does not know gets its generic ones.
#pragma once

#include <cstdint>
#include <vector>

#include "models/network/model.h"
#include "models/spec/platform.h"

namespace tandem::cpu {

enum class Kernel {
  element_wise,  // pool, add, activation, normalisation, copy
  gemv,          // fully connected, or a convolution with one output pixel
  depthwise,
  interleaved,           // im2col unless the window is 1x1, then the product
  hybrid,                // likewise
  winograd_interleaved,  // fp32 alone
  winograd_hybrid,
};

const char* to_string(Kernel kernel);
constexpr bool is_winograd(Kernel kernel) {
  return kernel == Kernel::winograd_interleaved || kernel == Kernel::winograd_hybrid;
}
constexpr bool is_hybrid(Kernel kernel) {
  return kernel == Kernel::hybrid || kernel == Kernel::winograd_hybrid;
}

inline constexpr int kWinogradTile = 4;       // output pixels of a tile, each way
inline constexpr int kWinogradProducts = 36;  // (4 + 3 - 1)^2
inline constexpr int kWinogradChannels = 16;  // fewer input channels go through im2col

// What a schedule may ask for, by the layer's kind and shape, in order of preference; empty: not one of these
// layers. The library may lack some of them.
std::vector<Kernel> possible_kernels(const network::Network& network, network::LayerId layer,
                                     network::Precision precision);

// Of the whole layer, so that a split does not change it.
Kernel choose_kernel(const network::Network& network, network::LayerId layer, network::Precision precision,
                     const spec::CoreType& core, int threads);

// Whether the library takes the hybrid kernel for `products` products of one size.
bool hybrid_is_cheaper(const spec::CoreType& core, int threads, std::int64_t m, std::int64_t n,
                       std::int64_t k, std::int64_t products);

// Depth of a block of the interleaved kernel: half of L1 holds twelve columns of it.
std::int64_t depth_block(const spec::CoreType& core, int element_bytes);

// A convolution that does not read its input as it lies.
bool needs_im2col(const network::Layer& layer, const spec::Library& library);
bool is_winograd_shape(const network::Network& network, network::LayerId layer);
// Tiles of the layer's whole output.
std::int64_t winograd_tiles(const network::Shape& output);

}  // namespace tandem::cpu
