// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <utility>

#include "models/network/graph.h"

namespace tandem::network {

namespace {

constexpr std::array<std::pair<LayerKind, const char*>, 16> kKindNames = {{
    {LayerKind::input, "input"},
    {LayerKind::conv, "conv"},
    {LayerKind::fully_connected, "fully_connected"},
    {LayerKind::max_pool, "max_pool"},
    {LayerKind::avg_pool, "avg_pool"},
    {LayerKind::global_avg_pool, "global_avg_pool"},
    {LayerKind::add, "add"},
    {LayerKind::concat, "concat"},
    {LayerKind::lrn, "lrn"},
    {LayerKind::batch_norm, "batch_norm"},
    {LayerKind::channel_shuffle, "channel_shuffle"},
    {LayerKind::activation, "activation"},
    {LayerKind::reshape, "reshape"},
    {LayerKind::flatten, "flatten"},
    {LayerKind::dropout, "dropout"},
    {LayerKind::softmax, "softmax"},
}};

constexpr std::array<std::pair<Activation, const char*>, 3> kActivationNames = {{
    {Activation::none, "none"},
    {Activation::relu, "relu"},
    {Activation::relu6, "relu6"},
}};

}  // namespace

const char* to_string(LayerKind kind) {
  for (const auto& [value, name] : kKindNames) {
    if (value == kind) return name;
  }
  return "?";
}

std::optional<LayerKind> layer_kind_from(const std::string& name) {
  for (const auto& [value, known] : kKindNames) {
    if (name == known) return value;
  }
  return std::nullopt;
}

const char* to_string(Activation activation) {
  for (const auto& [value, name] : kActivationNames) {
    if (value == activation) return name;
  }
  return "?";
}

std::optional<Activation> activation_from(const std::string& name) {
  for (const auto& [value, known] : kActivationNames) {
    if (name == known) return value;
  }
  return std::nullopt;
}

std::string to_string(const Shape& shape) { return fmt::format("{}x{}x{}", shape.c, shape.h, shape.w); }

}  // namespace tandem::network
