// SPDX-License-Identifier: Apache-2.0
// A sweep as plain immutable data, read from configs/sweeps/NAME.toml. docs/sweeps.md says what each key
// means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dse/sweep/expression.h"
#include "models/core/error.h"
#include "models/core/quantity.h"

namespace tandem::sweep {

struct Choice {
  std::string text;  // as in an assignment: TOML
  Value value;       // as in expressions
};

struct Axis {
  std::string name;  // in expressions and tables
  std::string key;   // of the run, as in --set
  std::vector<Choice> choices;
  Place key_place, choices_place;
};

// Computed from the axes and from derived values before it.
struct Derived {
  std::string name;
  std::string key;  // of the run; empty: only a name
  Expression value;
  Place place;
};

struct Objective {
  std::string name;
  Expression value;  // over metrics, axes and derived values
  bool maximise = false;
  Place place;
};

struct Limit {
  Expression value;
  double bound = 0;
  bool at_least = false;
  Place place;
};

enum class Strategy { grid, random, latin, evolution };
const char* to_string(Strategy strategy);

// What a point may take of this machine.
struct PointLimits {
  Picoseconds timeout{60'000'000'000'000};  // of host time
  Bytes memory{std::int64_t{8} << 30};      // that its process can write: heap and mappings
  int attempts = 2;  // at a time-out, a lack of memory or a crash, before it counts as failed
};

struct Sweep {
  std::string file, name;
  std::string asked;  // what it was read by: a name or a path
  std::string base;   // run file
  Place base_place, set_place, constraints_place;
  std::vector<std::pair<std::string, std::string>> set;  // changes of the base: key, TOML text
  std::vector<Axis> axes;
  std::vector<Derived> derived;
  std::vector<Expression> constraints;
  std::vector<std::string> per;  // axes whose values are answered for one by one
  Strategy strategy = Strategy::grid;
  std::int64_t points = 0;  // random, latin, evolution: at most so many, for each value of `per`
  std::uint64_t seed = 1;
  int population = 24;
  std::vector<Objective> objectives;
  std::vector<Limit> limits;
  std::vector<double> reference_point;  // for hypervolumes; empty: the worst of each objective
  std::string reference_front;          // CSV with a column an objective; empty: none
  std::vector<std::string> levels;      // of the ladder, from the second on: "tile", "rtl"
  int neighbours = 1;                   // steps along each axis around the front that are promoted with it
  std::int64_t most_promoted = 1000;    // to one level
  PointLimits limits_of_point;
};

// By name (configs/sweeps/NAME.toml) or path. Throws InputError with all problems.
Sweep read_sweep(const std::string& name_or_path);
// From a sweep file's text, as a store keeps it.
Sweep read_sweep_text(const std::string& text, const std::string& name);

}  // namespace tandem::sweep
