// SPDX-License-Identifier: Apache-2.0
#include "models/latency/stage_regression.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "models/cpu/share.h"
#include "models/energy/least_squares.h"
#include "models/network/kernels/layer_kernel.h"

namespace tandem::latency {

namespace {

using Terms = std::array<double, 5>;  // N K M, N K, N M, K M, 1

Terms terms_of(const RegressionLayer& layer) {
  return {layer.pixels * layer.depth * layer.channels, layer.pixels * layer.depth,
          layer.pixels * layer.channels, layer.depth * layer.channels, 1.0};
}

// Which terms a kind has: a depthwise product has no unrolled inputs of its own, a fully connected layer one
// pixel, and of the others only how many elements they look at and make.
std::vector<std::vector<std::size_t>> choices_of(RegressionKind kind) {
  switch (kind) {
    case RegressionKind::product:
      return {{0, 1, 2, 3, 4}, {0, 4}, {0}};
    case RegressionKind::depthwise:
    case RegressionKind::other:
      return {{0, 2, 4}, {0, 4}, {0}};
    case RegressionKind::fully_connected:
      return {{0, 4}, {0}};
  }
  return {};
}

// None where the samples do not determine them.
std::optional<Terms> fitted(const std::vector<RegressionSample>& samples,
                            const std::vector<std::size_t>& chosen) {
  if (samples.size() < chosen.size()) return std::nullopt;
  std::vector<std::vector<double>> factors;
  std::vector<double> values;
  for (const RegressionSample& sample : samples) {
    const Terms terms = terms_of(sample.layer);
    std::vector<double>& row = factors.emplace_back();
    for (const std::size_t i : chosen) row.push_back(terms[i]);
    values.push_back(sample.seconds);
  }
  try {
    const std::vector<double> found = energy::relative_least_squares(factors, values);
    Terms coefficients{};
    for (std::size_t i = 0; i < chosen.size(); ++i) coefficients[chosen[i]] = found[i];
    return coefficients;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

// A term whose coefficient comes out below zero is left out: a layer must not get shorter by having more of
// it.
std::optional<Terms> fitted_above_zero(const std::vector<RegressionSample>& samples,
                                       std::vector<std::size_t> chosen) {
  while (!chosen.empty()) {
    const std::optional<Terms> found = fitted(samples, chosen);
    if (!found) return std::nullopt;
    const auto worst = std::min_element(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
      return (*found)[a] < (*found)[b];
    });
    if ((*found)[*worst] >= 0) return found;
    chosen.erase(worst);
  }
  return std::nullopt;
}

}  // namespace

const char* to_string(RegressionKind kind) {
  switch (kind) {
    case RegressionKind::product:
      return "product";
    case RegressionKind::depthwise:
      return "depthwise";
    case RegressionKind::fully_connected:
      return "fully_connected";
    case RegressionKind::other:
      return "other";
  }
  return "";
}

RegressionLayer RegressionLayer::of(const network::Network& network, network::LayerId id) {
  const network::Layer& layer = network.layer(id);
  RegressionLayer found;
  found.pixels = static_cast<double>(layer.output.h) * layer.output.w;
  found.channels = layer.output.c;
  if (layer.kind == network::LayerKind::conv || layer.kind == network::LayerKind::fully_connected) {
    const network::ConvShape shape = network::conv_shape(network, id);
    const int channels = shape.input.c / shape.groups;
    found.depth = static_cast<double>(channels) * shape.window.kernel_h * shape.window.kernel_w;
    found.kind = layer.kind == network::LayerKind::fully_connected   ? RegressionKind::fully_connected
                 : shape.groups > 1 && shape.groups == shape.input.c ? RegressionKind::depthwise
                                                                     : RegressionKind::product;
    return found;
  }
  const network::Shape input = network.input_shape(id);
  const bool pools = layer.kind == network::LayerKind::max_pool || layer.kind == network::LayerKind::avg_pool;
  found.depth = pools ? static_cast<double>(layer.window.kernel_h) * layer.window.kernel_w
                      : std::max(1.0, static_cast<double>(input.h) * input.w / std::max(1.0, found.pixels));
  return found;
}

StageRegression::StageRegression(const std::vector<RegressionSample>& samples) {
  for (std::size_t kind = 0; kind < kRegressionKinds; ++kind) {
    std::vector<RegressionSample> own;
    for (const RegressionSample& sample : samples) {
      if (static_cast<std::size_t>(sample.layer.kind) == kind && sample.seconds > 0) own.push_back(sample);
    }
    for (const std::vector<std::size_t>& chosen : choices_of(static_cast<RegressionKind>(kind))) {
      const std::optional<Terms> found = fitted_above_zero(own, chosen);
      if (!found) continue;
      coefficients_[kind] = *found;
      break;
    }
    const bool multiplies = static_cast<RegressionKind>(kind) != RegressionKind::other;
    if (own.empty() && multiplies) coefficients_[kind] = coefficients(RegressionKind::product);
  }
}

double StageRegression::seconds(const RegressionLayer& layer, int cores) const {
  const Terms terms = terms_of(layer);
  const Terms& factor = coefficients(layer.kind);
  // Threads take units of pixels, or of channels where there are too few; the busiest decides.
  const double unit = cpu::kPixelsPerUnit;
  const double all = layer.pixels >= cores * unit ? layer.pixels : layer.channels;
  const double units = std::ceil(all / unit);
  const double share = std::min(1.0, std::ceil(units / cores) / units);
  const bool by_pixels = layer.pixels >= cores * unit;
  const double weights = factor[3] * terms[3] * (by_pixels ? 1.0 : share);
  return (factor[0] * terms[0] + factor[1] * terms[1] + factor[2] * terms[2]) * share + weights + factor[4];
}

}  // namespace tandem::latency
