// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "sim/cli/session.h"
#include "sim/cli/sweep_point.h"

namespace tandem::cli {

using sweep::Point;
using sweep::Sweep;

namespace {

constexpr double kSearched = 1e6;      // combinations among which a value's first point is looked for
constexpr int kTries = 50;             // points in which a value may turn out well, before it is refused
constexpr std::size_t kRefusals = 10;  // of an axis, then it is enough

std::string message_of(const Problem& problem) {
  // A place of its own helps where it is another file's.
  if (problem.place.line > 0) return to_string(problem);
  return (problem.key.empty() ? "" : problem.key + ": ") + problem.message;
}

class Checker {
 public:
  explicit Checker(const Sweep& sweep) : sweep_(sweep), space_(sweep), input_(sweep.base) {}

  void run() {
    names();
    if (sweep::size_of(space_).points == 0 && space_.combinations() <= kSearched) throw no_points(sweep_);
    for (std::size_t axis = 0; axis < sweep_.axes.size(); ++axis) check(axis);
    if (any_well_) {
      report(of_axes_);
      return;
    }
    // Not one point could be read: what all of them share says why.
    std::vector<Problem> shared;
    if (const auto& wrong = read(set())) {
      add(shared, sweep_.set_place, "set", *wrong);
      throw InputError(shared);
    }
    for (const sweep::Derived& derived : sweep_.derived) check(derived, shared);
    report(shared);
    report(of_axes_);
  }

 private:
  using Assignments = std::vector<std::string>;
  using Wrong = std::optional<std::vector<Problem>>;

  static void report(const std::vector<Problem>& problems) {
    if (!problems.empty()) throw InputError(problems);
  }

  static void add(std::vector<Problem>& all, const Place& place, const std::string& key,
                  const std::vector<Problem>& found) {
    for (const Problem& problem : found) all.push_back({place, key, message_of(problem)});
  }

  const Wrong& read(const Assignments& assignments) {
    std::string key;
    for (const std::string& assignment : assignments) key += assignment + "\n";
    const auto [known, fresh] = read_.try_emplace(key);
    if (!fresh) return known->second;
    try {
      input_.read(assignments);
    } catch (const InputError& error) {
      known->second = error.problems();
    }
    return known->second;
  }

  [[nodiscard]] Assignments set() const {
    Assignments all;
    for (const auto& [key, text] : sweep_.set) all.push_back(key + "=" + text);
    return all;
  }

  bool well(const Point& point) {
    tried_.insert(point);
    const bool well = !read(space_.assignments(point));
    any_well_ |= well;
    return well;
  }

  // The first allowed point of this choice; nothing where there is none, or it is far to seek.
  [[nodiscard]] std::optional<Point> first_point(std::size_t axis, int choice) const {
    Point fixed(sweep_.axes.size(), -1);
    fixed[axis] = choice;
    std::optional<Point> first;
    if (space_.combinations() <= kSearched) {
      space_.for_each(fixed, [&](const Point& point) {
        first = point;
        return false;
      });
      return first;
    }
    std::replace(fixed.begin(), fixed.end(), -1, 0);
    if (space_.allows(fixed)) first = fixed;
    return first;
  }

  // Whether some point beside the first, which differs in one more axis, can be read.
  bool turns_out_well(const Point& first, std::size_t axis) {
    int tries = 0;
    for (std::size_t other = 0; other < first.size(); ++other) {
      if (other == axis) continue;
      Point point = first;
      const auto choices = static_cast<int>(sweep_.axes[other].choices.size());
      for (point[other] = 0; point[other] < choices; ++point[other]) {
        if (point == first || !space_.allows(point)) continue;
        if (well(point)) return true;
        if (++tries == kTries) return false;
      }
    }
    return false;
  }

  void check(std::size_t index) {
    const sweep::Axis& axis = sweep_.axes[index];
    std::vector<Problem> problems;
    std::set<std::string> said;
    bool all = true;
    for (std::size_t choice = 0; choice < axis.choices.size() && said.size() < kRefusals; ++choice) {
      const std::optional<Point> first = first_point(index, static_cast<int>(choice));
      if (!first) continue;
      Assignments alone = set();
      alone.push_back(axis.key + "=" + axis.choices[choice].text);
      const bool is_well = well(*first) || !read(alone);
      all = all && !is_well;
      if (is_well) continue;
      std::vector<Problem> fresh;
      for (const Problem& problem : *read(alone)) {
        if (!said.contains(message_of(problem))) fresh.push_back(problem);
      }
      if (fresh.empty() || turns_out_well(*first, index)) continue;
      for (const Problem& problem : fresh) said.insert(message_of(problem));
      add(problems, axis.choices_place, "axis." + axis.name, fresh);
    }
    for (Problem& problem : problems) {
      if (all && said.size() == 1) problem.place = axis.key_place;  // no value fits: it is the key
      of_axes_.push_back(problem);
    }
  }

  // A key of a derived value: wrong where none of the values that came up can be read.
  void check(const sweep::Derived& derived, std::vector<Problem>& problems) {
    if (derived.key.empty()) return;
    Wrong wrong;
    for (const Point& point : tried_) {
      Assignments alone = set();
      for (const std::string& assignment : space_.assignments(point)) {
        if (assignment.starts_with(derived.key + "=")) alone.push_back(assignment);
      }
      const Wrong& here = read(alone);
      if (!here) return;
      if (!wrong) wrong = here;
    }
    if (wrong) add(problems, derived.place, "derived." + derived.name, *wrong);
  }

  void names() const {
    std::vector<std::string> known = metric_names();
    for (const sweep::Axis& axis : sweep_.axes) known.push_back(axis.name);
    for (const sweep::Derived& derived : sweep_.derived) known.push_back(derived.name);
    std::vector<Problem> problems;
    const auto check_names = [&](const sweep::Expression& value, const Place& place, const std::string& key) {
      for (const std::string& name : value.names()) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string near = nearest_name(name, known);
        problems.push_back({place, key,
                            "\"" + value.text() + "\": \"" + name + "\" is no metric and no axis" +
                                (near.empty() ? "" : ", did you mean \"" + near + "\"?") +
                                "; allowed is one of " + join(known)});
      }
    };
    for (const sweep::Objective& objective : sweep_.objectives)
      check_names(objective.value, objective.place, "objective." + objective.name);
    for (const sweep::Limit& limit : sweep_.limits) check_names(limit.value, limit.place, "limit");
    report(problems);
  }

  const Sweep& sweep_;
  sweep::Space space_;
  InputCheck input_;
  std::map<std::string, Wrong> read_;  // by assignments: what was wrong with them
  std::set<Point> tried_;
  bool any_well_ = false;
  std::vector<Problem> of_axes_;
};

}  // namespace

void check_sweep(const Sweep& sweep) { Checker(sweep).run(); }

InputError no_points(const Sweep& sweep) {
  std::string alone;
  for (const sweep::Expression& constraint : sweep.constraints) {
    Sweep one = sweep;
    one.constraints = {constraint};
    const sweep::Space space(one);
    if (space.combinations() > kSearched || sweep::size_of(space).points > 0) continue;
    alone = constraint.text();
    break;
  }
  return {sweep.constraints_place, "constraints",
          alone.empty() ? "leave no point of the space; together they exclude all of it"
                        : "\"" + alone + "\" excludes every point of the space"};
}

}  // namespace tandem::cli
