// SPDX-License-Identifier: Apache-2.0
// The points of a sweep: one choice of every axis, where all constraints hold; and which of them a strategy
// takes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dse/sweep/sweep_file.h"

namespace tandem::sweep {

using Point = std::vector<int>;  // by axis: which choice

class Space {
 public:
  explicit Space(const Sweep& sweep) : sweep_(sweep) {}

  [[nodiscard]] const Sweep& sweep() const { return sweep_; }
  [[nodiscard]] double combinations() const;  // of the axes, constraints aside

  // Whether all constraints hold. Throws InputError, naming the constraint, when its types do not fit.
  [[nodiscard]] bool allows(const Point& point) const;
  // Of axes and derived values, in the file's order.
  [[nodiscard]] std::vector<std::pair<std::string, Value>> values(const Point& point) const;
  // What makes the base run this point: the sweep's own changes, axes, derived values; "key=TOML".
  [[nodiscard]] std::vector<std::string> assignments(const Point& point) const;

  // Calls visit(point) for the grid's points in order, the last axis fastest, until it returns false.
  // `fixed`: by axis the only choice, or -1.
  template <class Visit>
  void for_each(const Point& fixed, Visit visit) const {
    Point point(sweep_.axes.size(), 0);
    for (std::size_t i = 0; i < point.size(); ++i) point[i] = fixed[i] >= 0 ? fixed[i] : 0;
    while (true) {
      if (allows(point) && !visit(point)) return;
      std::size_t at = point.size();
      while (at-- > 0) {
        if (fixed[at] >= 0) continue;
        if (++point[at] < static_cast<int>(sweep_.axes[at].choices.size())) break;
        point[at] = 0;
      }
      if (at == static_cast<std::size_t>(-1)) return;
    }
  }
  // The combinations of the choices of `per`, each as a `fixed`; one without any when there is no `per`.
  [[nodiscard]] std::vector<Point> groups() const;
  [[nodiscard]] std::string group_name(const Point& fixed) const;  // "network=tiny"

 private:
  const Sweep& sweep_;
};

// Distinct points of a group by the strategies that know them beforehand (not evolution). Random and Latin
// hypercube may give fewer than asked where constraints leave few.
std::vector<Point> grid_points(const Space& space, const Point& fixed);
std::vector<Point> random_points(const Space& space, const Point& fixed, std::int64_t count,
                                 std::uint64_t seed);
// Every choice of every axis as evenly often as `count` allows; combinations that constraints forbid are
// replaced by random ones.
std::vector<Point> latin_points(const Space& space, const Point& fixed, std::int64_t count,
                                std::uint64_t seed);

// Of the grid: exact up to a million combinations, beyond estimated from as many random ones.
struct SpaceSize {
  double points = 0;
  bool exact = true;
};
SpaceSize size_of(const Space& space);

}  // namespace tandem::sweep
