// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/stored_sweep.h"

#include <optional>

namespace tandem::sweep {

namespace {

// The choices that gave a member its parameters; nothing when an axis has changed since.
std::optional<Point> point_of(const Sweep& sweep, const Member& member) {
  Point point;
  for (const Axis& axis : sweep.axes) {
    const auto found = member.parameters.find(axis.key);
    if (found == member.parameters.end()) return std::nullopt;
    int chosen = -1;
    for (std::size_t i = 0; i < axis.choices.size(); ++i) {
      if (parameter_value(axis.choices[i].text) == found->second) chosen = static_cast<int>(i);
    }
    if (chosen < 0) return std::nullopt;
    point.push_back(chosen);
  }
  return point;
}

}  // namespace

std::vector<StoredSweep> stored_sweeps(Store& store) {
  std::vector<StoredSweep> all;
  for (const auto& [name, definition, asked] : store.sweeps()) {
    StoredSweep own{read_sweep_text(definition, name), {}, 0, 0};
    own.sweep.asked = asked.empty() ? name : asked;
    own.sweep.reference_front.clear();  // a file of another place
    const Space space(own.sweep);
    for (const Point& fixed : space.groups()) own.groups.push_back({fixed, {}, {}});
    for (const Member& member : store.members(name)) {
      if (!member.level.empty()) {
        ++own.promoted;
        continue;
      }
      const std::optional<Point> point = point_of(own.sweep, member);
      const std::optional<Stored> stored = store.find(member.point);
      if (!point || !stored) {
        ++own.open;
        continue;
      }
      for (StoredGroup& group : own.groups) {
        bool inside = true;
        for (std::size_t i = 0; i < point->size(); ++i)
          inside &= group.fixed[i] < 0 || group.fixed[i] == (*point)[i];
        if (inside) group.points.push_back(evaluated(space, *point, member.point, *stored));
      }
    }
    for (StoredGroup& group : own.groups)
      group.answers = answer(space, space.group_name(group.fixed), group.points);
    all.push_back(std::move(own));
  }
  return all;
}

}  // namespace tandem::sweep
