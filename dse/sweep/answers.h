// SPDX-License-Identifier: Apache-2.0
// What a sweep answers: for each value of `per` the Pareto front, its hypervolume and distance to a reference
// front, how much each axis moves each objective, and the best point under the limits.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dse/sweep/front.h"
#include "dse/sweep/space.h"
#include "dse/sweep/store.h"

namespace tandem::sweep {

// A point with what the answers need of its result.
struct Evaluated {
  Point point;
  std::string id;
  bool ok = false;
  std::string failure, reason;
  Objectives objectives;  // minimised: a maximised one has its sign turned
  double violation = 0;   // of the limits
};

// Throws InputError naming the objective or limit when a name in it is neither metric nor axis.
Evaluated evaluated(const Space& space, const Point& point, const std::string& id, const Stored& stored);

// Main effect of an axis on an objective: its mean for each choice.
struct Effect {
  std::string axis, objective;
  std::string lowest, highest;  // choices with the least and the largest mean
  double low = 0, high = 0;     // these means
  double swing_percent = 0;     // 100 (high - low) / mean of all
};

struct Answers {
  std::string group;  // "network=tiny"; empty without `per`
  std::size_t ok = 0, failed = 0, under_limits = 0;
  std::vector<std::size_t> front;  // indices of the points, of those under the limits
  Objectives reference;            // of the hypervolume; minimised
  double hypervolume = 0;
  std::optional<double> distance;  // to the reference front
  std::vector<Effect> effects;     // by objective, the largest first
  std::vector<std::size_t> best;   // by objective; empty when no point keeps the limits
};

Answers answer(const Space& space, const std::string& group, const std::vector<Evaluated>& points);

// Points of the front, then those within `steps` of them along one axis, none twice, at most `most`.
std::vector<Point> neighbourhood(const Space& space, const Point& fixed, const std::vector<Point>& front,
                                 int steps, std::int64_t most);

double shown(const Objective& objective, double minimised);  // as the file means it

}  // namespace tandem::sweep
