// SPDX-License-Identifier: Apache-2.0
// The performance model of Pipe-it (Wang et al., IEEE TCAD 2020): what a layer takes on any number of a
// type's cores, from its descriptor alone. A convolution is the product of an N x K matrix of unrolled inputs
// (N output pixels, K the kernel's volume) and a K x M matrix of weights (M output channels):
//
//   one core     T1 = a N K M + b N K + c N M + d K M + e    by linear regression over measured layers
//   more cores   the terms with N by the busiest thread's share of the pixels, dealt in units of eight
//
// Depthwise, fully connected and the other layers have coefficients of their own over fewer terms. It knows
// no kernels (a 3x3 convolution may be a Winograd one), no caches and no memory shared by cores: that is what
// it is compared for.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/network/graph.h"

namespace tandem::latency {

enum class RegressionKind { product, depthwise, fully_connected, other };
inline constexpr std::size_t kRegressionKinds = 4;
const char* to_string(RegressionKind kind);

struct RegressionLayer {
  RegressionKind kind = RegressionKind::other;
  double pixels = 0, depth = 0, channels = 0;  // N, K, M; of other layers K is the window's area

  static RegressionLayer of(const network::Network& network, network::LayerId layer);
};

struct RegressionSample {
  RegressionLayer layer;
  double seconds = 0;  // on one core
};

// Of one core type.
class StageRegression {
 public:
  // Relative residuals: a short layer counts as a long one. A kind of which there are too few layers to tell
  // its terms apart is fitted by its first term and a constant, or only the first; one of which there is none
  // is taken for a product.
  explicit StageRegression(const std::vector<RegressionSample>& samples);

  [[nodiscard]] double seconds(const RegressionLayer& layer, int cores) const;
  [[nodiscard]] const std::array<double, 5>& coefficients(RegressionKind kind) const {
    return coefficients_[static_cast<std::size_t>(kind)];
  }

 private:
  std::array<std::array<double, 5>, kRegressionKinds> coefficients_{};
};

}  // namespace tandem::latency
