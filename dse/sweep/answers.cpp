// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/answers.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "models/core/csv.h"
#include "models/core/error.h"

namespace tandem::sweep {

namespace {

double evaluate(const Sweep& sweep, const std::string& key, const Expression& expression,
                const std::vector<std::pair<std::string, Value>>& values, const Metrics& metrics) {
  try {
    return expression.number([&](const std::string& name) -> Value {
      for (const auto& [own, value] : values) {
        if (own == name) return value;
      }
      const auto found = metrics.find(name);
      if (found != metrics.end()) return found->second;
      std::vector<std::string> known;
      for (const auto& [metric, value] : metrics) known.push_back(metric);
      for (const auto& [own, value] : values) known.push_back(own);
      throw InputError({{}, 0, 0}, "",
                       "\"" + name + "\" is no metric and no axis; allowed is one of " + join(known));
    });
  } catch (const InputError& error) {
    throw InputError({sweep.file, 0, 0}, key,
                     "\"" + expression.text() + "\": " + error.problems().front().message);
  }
}

}  // namespace

double shown(const Objective& objective, double minimised) {
  return objective.maximise ? -minimised : minimised;
}

Evaluated evaluated(const Space& space, const Point& point, const std::string& id, const Stored& stored) {
  Evaluated result{point, id, stored.ok, stored.failure, stored.reason, {}, 0};
  if (!stored.ok) return result;
  const Sweep& sweep = space.sweep();
  const auto values = space.values(point);
  for (const Objective& objective : sweep.objectives)
    result.objectives.push_back(shown(
        objective, evaluate(sweep, "objective." + objective.name, objective.value, values, stored.metrics)));
  for (const Limit& limit : sweep.limits) {
    const double value = evaluate(sweep, "limit", limit.value, values, stored.metrics);
    const double beyond = limit.at_least ? limit.bound - value : value - limit.bound;
    if (beyond > 0) result.violation += beyond / std::max(1e-12, std::abs(limit.bound));
  }
  return result;
}

namespace {

void add_effects(const Space& space, const std::vector<Evaluated>& points, Answers& answers) {
  const Sweep& sweep = space.sweep();
  for (std::size_t objective = 0; objective < sweep.objectives.size(); ++objective) {
    std::vector<Effect> effects;
    for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
      const std::vector<Choice>& choices = sweep.axes[axis].choices;
      std::vector<double> sum(choices.size(), 0);
      std::vector<std::size_t> count(choices.size(), 0);
      double total = 0;
      for (const Evaluated& point : points) {
        if (!point.ok) continue;
        const auto choice = static_cast<std::size_t>(point.point[axis]);
        const double value = shown(sweep.objectives[objective], point.objectives[objective]);
        sum[choice] += value;
        total += value;
        ++count[choice];
      }
      Effect effect{sweep.axes[axis].name, sweep.objectives[objective].name, {}, {}, 0, 0, 0};
      int seen = 0;
      for (std::size_t choice = 0; choice < choices.size(); ++choice) {
        if (count[choice] == 0) continue;
        const double mean = sum[choice] / static_cast<double>(count[choice]);
        if (seen == 0 || mean < effect.low) {
          effect.low = mean;
          effect.lowest = text_of(choices[choice].value);
        }
        if (seen == 0 || mean > effect.high) {
          effect.high = mean;
          effect.highest = text_of(choices[choice].value);
        }
        ++seen;
      }
      if (seen < 2) continue;
      const double mean = total / static_cast<double>(answers.ok);
      if (mean != 0) effect.swing_percent = 100 * (effect.high - effect.low) / std::abs(mean);
      effects.push_back(effect);
    }
    std::stable_sort(effects.begin(), effects.end(),
                     [](const Effect& a, const Effect& b) { return a.swing_percent > b.swing_percent; });
    answers.effects.insert(answers.effects.end(), effects.begin(), effects.end());
  }
}

std::vector<Objectives> read_front(const Sweep& sweep) {
  const CsvFile file(sweep.reference_front);
  std::vector<Objectives> front;
  for (std::size_t row = 0; row < file.size(); ++row) {
    Objectives& point = front.emplace_back();
    for (const Objective& objective : sweep.objectives)
      point.push_back(shown(objective, file.number(row, objective.name, -1e300, 1e300)));
  }
  return front;
}

}  // namespace

Answers answer(const Space& space, const std::string& group, const std::vector<Evaluated>& points) {
  const Sweep& sweep = space.sweep();
  Answers answers;
  answers.group = group;
  std::vector<Objectives> candidates;
  std::vector<std::size_t> indices;
  Objectives worst;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Evaluated& point = points[i];
    ++(point.ok ? answers.ok : answers.failed);
    if (!point.ok) continue;
    if (worst.empty()) worst = point.objectives;
    for (std::size_t k = 0; k < worst.size(); ++k) worst[k] = std::max(worst[k], point.objectives[k]);
    if (point.violation > 0) continue;
    candidates.push_back(point.objectives);
    indices.push_back(i);
  }
  answers.under_limits = candidates.size();
  if (answers.ok == 0) return answers;
  for (std::size_t k = 0; k < sweep.reference_point.size(); ++k)
    answers.reference.push_back(shown(sweep.objectives[k], sweep.reference_point[k]));
  // A little beyond the worst, so that its own point counts.
  if (answers.reference.empty()) {
    for (const double value : worst) answers.reference.push_back(value + 0.01 * std::abs(value));
  }
  answers.hypervolume = hypervolume(candidates, answers.reference);
  std::vector<Objectives> front;
  for (const std::size_t index : pareto_front(candidates)) {
    answers.front.push_back(indices[index]);
    front.push_back(candidates[index]);
  }
  if (!sweep.reference_front.empty() && !front.empty())
    answers.distance = distance_to(read_front(sweep), front);
  for (std::size_t k = 0; k < sweep.objectives.size() && !candidates.empty(); ++k) {
    const auto best = std::min_element(candidates.begin(), candidates.end(),
                                       [k](const Objectives& a, const Objectives& b) { return a[k] < b[k]; });
    answers.best.push_back(indices[static_cast<std::size_t>(best - candidates.begin())]);
  }
  add_effects(space, points, answers);
  return answers;
}

std::vector<Point> neighbourhood(const Space& space, const Point& fixed, const std::vector<Point>& front,
                                 int steps, std::int64_t most) {
  std::vector<Point> points;
  std::set<Point> known;
  const auto take = [&](const Point& point) {
    if (static_cast<std::int64_t>(points.size()) < most && space.allows(point) && known.insert(point).second)
      points.push_back(point);
  };
  for (const Point& point : front) take(point);
  for (int step = 1; step <= steps; ++step) {
    for (const Point& point : front) {
      for (std::size_t axis = 0; axis < fixed.size(); ++axis) {
        if (fixed[axis] >= 0) continue;
        for (const int way : {-step, step}) {
          Point other = point;
          other[axis] += way;
          if (other[axis] >= 0 && other[axis] < static_cast<int>(space.sweep().axes[axis].choices.size()))
            take(other);
        }
      }
    }
  }
  return points;
}

}  // namespace tandem::sweep
