// SPDX-License-Identifier: Apache-2.0
// Lets one kernel serve both precisions: reads an element as a real number, rounds a real number into one.
#pragma once

#include <cmath>
#include <cstddef>

#include "models/network/kernels/layer_kernel.h"

namespace tandem::network {

struct Int8Access {
  using Element = std::int8_t;
  using Real = double;
  TensorQuantization quantization;
  ClampRange clamp;

  static const std::int8_t* data(const Tensor& tensor) { return tensor.q.data(); }
  static std::int8_t* data(Tensor& tensor) { return tensor.q.data(); }
  [[nodiscard]] double load(std::int8_t stored) const {
    return quantization.scale * (stored - quantization.zero_point);
  }
  [[nodiscard]] std::int8_t store(double real) const {
    const double moved = std::floor(real / quantization.scale + 0.5) + quantization.zero_point;
    if (!(moved > clamp.low)) return static_cast<std::int8_t>(clamp.low);
    if (moved > clamp.high) return static_cast<std::int8_t>(clamp.high);
    return static_cast<std::int8_t>(moved);
  }
};

struct Fp32Access {
  using Element = float;
  using Real = float;
  Activation activation = Activation::none;

  static const float* data(const Tensor& tensor) { return tensor.f.data(); }
  static float* data(Tensor& tensor) { return tensor.f.data(); }
  [[nodiscard]] float load(float stored) const { return stored; }
  [[nodiscard]] float store(float real) const {
    if (activation != Activation::none && !(real > 0.0F)) return 0.0F;
    if (activation == Activation::relu6 && real > 6.0F) return 6.0F;
    return real;
  }
};

inline std::size_t index_of(const Shape& shape, int c, int y, int x) {
  return (static_cast<std::size_t>(c) * static_cast<std::size_t>(shape.h) + static_cast<std::size_t>(y)) *
             static_cast<std::size_t>(shape.w) +
         static_cast<std::size_t>(x);
}

}  // namespace tandem::network
