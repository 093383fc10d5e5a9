// SPDX-License-Identifier: Apache-2.0
// Units as types: a quantity only mixes with its own unit, and leaves its type only through raw().
#pragma once

#include <cassert>
#include <compare>
#include <cstdint>

namespace tandem {

template <class Unit, class Rep = std::int64_t>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep raw() const { return value_; }

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value_ + b.value_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value_ - b.value_); }
  friend constexpr Quantity operator*(Quantity a, Rep factor) { return Quantity(a.value_ * factor); }
  friend constexpr Quantity operator*(Rep factor, Quantity a) { return Quantity(a.value_ * factor); }
  friend constexpr Quantity operator/(Quantity a, Rep divisor) { return Quantity(a.value_ / divisor); }
  friend constexpr Rep operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

 private:
  Rep value_{};
};

using Picoseconds = Quantity<struct PicosecondUnit>;
using Cycles = Quantity<struct CycleUnit>;
using Bytes = Quantity<struct ByteUnit>;
using Hertz = Quantity<struct HertzUnit>;
using Picojoules = Quantity<struct PicojouleUnit, double>;
using Milliwatts = Quantity<struct MilliwattUnit, double>;

constexpr double to_microseconds(Picoseconds time) { return static_cast<double>(time.raw()) * 1e-6; }
constexpr double to_milliseconds(Picoseconds time) { return static_cast<double>(time.raw()) * 1e-9; }
constexpr double to_millijoules(Picojoules energy) { return energy.raw() * 1e-9; }

// The only place where cycles become time. The period is rounded to whole picoseconds once, so that
// n cycles always take exactly n periods.
class Clock {
 public:
  constexpr Clock() = default;
  constexpr explicit Clock(Hertz frequency) : frequency_(frequency), period_(rounded_period(frequency)) {}

  [[nodiscard]] constexpr Hertz frequency() const { return frequency_; }
  [[nodiscard]] constexpr Picoseconds period() const { return period_; }
  [[nodiscard]] constexpr Picoseconds time(Cycles cycles) const { return period_ * cycles.raw(); }
  // Whole cycles needed to cover `time`.
  [[nodiscard]] constexpr Cycles cycles_covering(Picoseconds time) const {
    return Cycles((time.raw() + period_.raw() - 1) / period_.raw());
  }

 private:
  static constexpr Picoseconds rounded_period(Hertz frequency) {
    assert(frequency.raw() > 0 && frequency.raw() <= 1'000'000'000'000 &&
           "a clock ticks, at most once a picosecond");
    return Picoseconds((1'000'000'000'000 + frequency.raw() / 2) / frequency.raw());
  }

  Hertz frequency_{1'000'000'000};
  Picoseconds period_{1000};
};

constexpr std::int64_t divide_up(std::int64_t value, std::int64_t divisor) {
  return (value + divisor - 1) / divisor;
}
constexpr std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return divide_up(value, multiple) * multiple;
}

}  // namespace tandem
