// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/space.h"

#include <algorithm>
#include <set>

#include "models/core/random.h"

namespace tandem::sweep {

namespace {

// What an expression of the file complains about happened to that expression.
template <class Evaluate>
auto blamed(const Sweep& sweep, const std::string& key, const Expression& expression,
            const Evaluate& evaluate) {
  try {
    return evaluate();
  } catch (const InputError& error) {
    throw InputError({sweep.file, 0, 0}, key,
                     "\"" + expression.text() + "\": " + error.problems().front().message);
  }
}

}  // namespace

double Space::combinations() const {
  double product = 1;
  for (const Axis& axis : sweep_.axes) product *= static_cast<double>(axis.choices.size());
  return product;
}

namespace {
const Value& find(const std::vector<std::pair<std::string, Value>>& values, const std::string& name) {
  return std::find_if(values.begin(), values.end(), [&](const auto& each) { return each.first == name; })
      ->second;
}
}  // namespace

std::vector<std::pair<std::string, Value>> Space::values(const Point& point) const {
  std::vector<std::pair<std::string, Value>> all;
  for (std::size_t i = 0; i < sweep_.axes.size(); ++i)
    all.emplace_back(sweep_.axes[i].name, sweep_.axes[i].choices[static_cast<std::size_t>(point[i])].value);
  for (const Derived& derived : sweep_.derived) {
    all.emplace_back(
        derived.name, blamed(sweep_, "derived." + derived.name, derived.value, [&] {
          return derived.value.evaluate([&](const std::string& used) { return find(all, used); });
        }));
  }
  return all;
}

bool Space::allows(const Point& point) const {
  if (sweep_.constraints.empty()) return true;
  const auto values = this->values(point);
  return std::all_of(sweep_.constraints.begin(), sweep_.constraints.end(), [&](const Expression& constraint) {
    return blamed(sweep_, "constraints", constraint, [&] {
             return constraint.number([&](const std::string& name) { return find(values, name); });
           }) != 0;
  });
}

std::vector<std::string> Space::assignments(const Point& point) const {
  std::vector<std::string> all;
  for (const auto& [key, text] : sweep_.set) all.push_back(key + "=" + text);
  for (std::size_t i = 0; i < sweep_.axes.size(); ++i)
    all.push_back(sweep_.axes[i].key + "=" + sweep_.axes[i].choices[static_cast<std::size_t>(point[i])].text);
  const auto values = this->values(point);
  for (const Derived& derived : sweep_.derived) {
    if (!derived.key.empty()) all.push_back(derived.key + "=" + text_of(find(values, derived.name)));
  }
  return all;
}

std::vector<Point> Space::groups() const {
  std::vector<Point> groups = {Point(sweep_.axes.size(), -1)};
  for (std::size_t i = 0; i < sweep_.axes.size(); ++i) {
    if (std::find(sweep_.per.begin(), sweep_.per.end(), sweep_.axes[i].name) == sweep_.per.end()) continue;
    std::vector<Point> next;
    for (const Point& group : groups) {
      for (int choice = 0; choice < static_cast<int>(sweep_.axes[i].choices.size()); ++choice) {
        next.push_back(group);
        next.back()[i] = choice;
      }
    }
    groups = std::move(next);
  }
  return groups;
}

std::string Space::group_name(const Point& fixed) const {
  std::string name;
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    if (fixed[i] < 0) continue;
    name += (name.empty() ? "" : " ") + sweep_.axes[i].name + "=" +
            text_of(sweep_.axes[i].choices[static_cast<std::size_t>(fixed[i])].value);
  }
  return name;
}

std::vector<Point> grid_points(const Space& space, const Point& fixed) {
  std::vector<Point> points;
  space.for_each(fixed, [&](const Point& point) {
    points.push_back(point);
    return true;
  });
  return points;
}

namespace {

constexpr std::int64_t kTries = 200;  // for each point wanted, before the space counts as used up

Point random_point(const Space& space, const Point& fixed, Random& random) {
  Point point = fixed;
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (fixed[i] < 0) point[i] = static_cast<int>(random.below(space.sweep().axes[i].choices.size()));
  }
  return point;
}

void fill_up(const Space& space, const Point& fixed, std::int64_t count, Random& random,
             std::set<Point>& known, std::vector<Point>& points) {
  for (std::int64_t tries = 0; static_cast<std::int64_t>(points.size()) < count && tries < kTries * count;
       ++tries) {
    const Point point = random_point(space, fixed, random);
    if (known.contains(point) || !space.allows(point)) continue;
    known.insert(point);
    points.push_back(point);
  }
}

}  // namespace

std::vector<Point> random_points(const Space& space, const Point& fixed, std::int64_t count,
                                 std::uint64_t seed) {
  Random random(seed, "random " + space.group_name(fixed));
  std::set<Point> known;
  std::vector<Point> points;
  fill_up(space, fixed, count, random, known, points);
  return points;
}

std::vector<Point> latin_points(const Space& space, const Point& fixed, std::int64_t count,
                                std::uint64_t seed) {
  Random random(seed, "latin " + space.group_name(fixed));
  // By axis a random order of `count` equal parts of its choices.
  std::vector<std::vector<int>> columns;
  for (std::size_t axis = 0; axis < fixed.size(); ++axis) {
    const std::size_t choices = space.sweep().axes[axis].choices.size();
    std::vector<int>& column = columns.emplace_back();
    for (std::int64_t i = 0; i < count; ++i) {
      const double part = (static_cast<double>(i) + random.uniform()) / static_cast<double>(count);
      const auto choice = static_cast<std::size_t>(part * static_cast<double>(choices));
      column.push_back(fixed[axis] >= 0 ? fixed[axis]  // the part may round to 1
                                        : static_cast<int>(std::min(choice, choices - 1)));
    }
    for (std::size_t i = column.size(); i > 1; --i) std::swap(column[i - 1], column[random.below(i)]);
  }
  std::set<Point> known;
  std::vector<Point> points;
  for (std::int64_t i = 0; i < count; ++i) {
    Point point;
    for (const std::vector<int>& column : columns) point.push_back(column[static_cast<std::size_t>(i)]);
    if (!space.allows(point) || !known.insert(point).second) continue;
    points.push_back(point);
  }
  fill_up(space, fixed, count, random, known, points);
  return points;
}

SpaceSize size_of(const Space& space) {
  constexpr double kCounted = 1e6;
  if (space.sweep().constraints.empty()) return {space.combinations(), true};
  SpaceSize size;
  const Point free(space.sweep().axes.size(), -1);
  if (space.combinations() <= kCounted) {
    space.for_each(free, [&](const Point&) {
      size.points += 1;
      return true;
    });
    return size;
  }
  constexpr int kSample = 100000;
  Random random(1, "size of a space");
  int allowed = 0;
  for (int i = 0; i < kSample; ++i) allowed += space.allows(random_point(space, free, random)) ? 1 : 0;
  return {space.combinations() * allowed / kSample, false};
}

}  // namespace tandem::sweep
