// SPDX-License-Identifier: Apache-2.0
// What shape a layer makes of its inputs, and whether the layer is well formed at all. The limits are far
// above any CNN for the edge; they keep every product of sizes inside 64 bits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/network/graph.h"

namespace tandem::network {

inline constexpr int kMaxLayers = 1 << 14;
inline constexpr int kMaxChannels = 1 << 16;
inline constexpr int kMaxSide = 1 << 14;                              // height and width
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;   // of a tensor, also of the weights
inline constexpr std::int64_t kMaxLayerMacs = std::int64_t{1} << 48;  // times kMaxLayers: inside 63 bits
inline constexpr double kMaxLrnScale = 1e6, kMaxLrnPower = 1e3;
inline constexpr int kMaxKernel = 64;  // also stride and dilation
inline constexpr int kMaxPad = 63;

// The shape of the layer's output. What is wrong is appended to `problems` ("what is wrong, what is
// allowed"); then the shape means nothing.
Shape infer_shape(const Layer& layer, const std::vector<Shape>& inputs, std::vector<std::string>& problems);

// Weights and multiply-accumulates of one image; 0 for kinds without weights.
std::int64_t weight_count(const Layer& layer, const Shape& input);
std::int64_t mac_count(const Layer& layer, const Shape& input);

}  // namespace tandem::network
