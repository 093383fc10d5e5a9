// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/sweep_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dse/report/table.h"

namespace tandem::sweep {

using report::Json;
using report::Table;
using Align = Table::Align;

namespace {

constexpr std::size_t kRows = 20;  // of a table on the terminal; JSON has all

std::string short_number(double value) { return fmt::format("{:.5g}", value); }

std::string counted(std::size_t count, const char* one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

// All of them where they are few; of many numbers or quantities the first and the last, of many names some.
std::string choices_text(const Axis& axis) {
  constexpr std::size_t kFew = 6;
  const std::size_t count = axis.choices.size();
  const bool few = count <= kFew;
  if (!few && is_number(axis.choices.front().value) && is_number(axis.choices.back().value))
    return text_of(axis.choices.front().value) + " to " + text_of(axis.choices.back().value);
  std::string text;
  for (std::size_t i = 0; i < std::min(count, kFew); ++i)
    text += (i == 0 ? "" : ", ") + text_of(axis.choices[i].value);
  return text + (few ? "" : ", ...");
}

std::string more(std::size_t all) {
  return all > kRows ? fmt::format("  and {} more (--json has all)\n", all - kRows) : "";
}

// Points with their objectives, the axes that are free in this group.
std::string points_table(const Sweep& sweep, const Space& space, const Point& fixed,
                         const std::vector<const Evaluated*>& points) {
  std::vector<Table::Column> columns;
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    if (fixed[i] < 0) columns.push_back({sweep.axes[i].name});
  }
  for (const Objective& objective : sweep.objectives) columns.push_back({objective.name});
  Table table(columns);
  for (std::size_t row = 0; row < points.size() && row < kRows; ++row) {
    std::vector<std::string> cells;
    const auto values = space.values(points[row]->point);
    for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
      if (fixed[i] < 0) cells.push_back(text_of(values[i].second));
    }
    for (std::size_t k = 0; k < sweep.objectives.size(); ++k)
      cells.push_back(short_number(shown(sweep.objectives[k], points[row]->objectives[k])));
    table.row(cells);
  }
  return table.text() + more(points.size());
}

std::string effects_text(const Answers& answers) {
  if (answers.effects.empty()) return {};
  Table table({{"objective", Align::left},
               {"axis", Align::left},
               {"swing %"},
               {"lowest mean"},
               {"at"},
               {"highest mean"},
               {"at"},
               {"", Align::left}});
  double widest = 0;
  for (const Effect& effect : answers.effects) widest = std::max(widest, effect.swing_percent);
  for (const Effect& effect : answers.effects) {
    const auto bar =
        static_cast<std::size_t>(widest > 0 ? std::lround(20 * effect.swing_percent / widest) : 0);
    table.row({effect.objective, effect.axis, fmt::format("{:.1f}", effect.swing_percent),
               short_number(effect.low), effect.lowest, short_number(effect.high), effect.highest,
               std::string(bar, '#')});
  }
  return "\nHow much each axis moves the mean\n" + table.text();
}

std::string answers_text(const Sweep& sweep, const Space& space, const Point& fixed, const Answers& answers,
                         const std::vector<const Evaluated*>& points, bool effects) {
  std::string text = fmt::format("{} computed well, {} failed", counted(answers.ok, "point"), answers.failed);
  if (!sweep.limits.empty()) text += fmt::format(", {} within the limits", answers.under_limits);
  text += "\n";
  if (answers.front.empty()) return text;
  std::vector<const Evaluated*> front;
  for (const std::size_t index : answers.front) front.push_back(points[index]);
  std::string reference;
  for (std::size_t k = 0; k < answers.reference.size(); ++k)
    reference += (k == 0 ? "" : ", ") + short_number(shown(sweep.objectives[k], answers.reference[k]));
  text += fmt::format("\nPareto front: {}, hypervolume {:.6g} against ({})\n", counted(front.size(), "point"),
                      answers.hypervolume, reference);
  if (answers.distance)
    text += fmt::format("distance to the reference front: {:.4f} of its extent\n", *answers.distance);
  text += points_table(sweep, space, fixed, front);
  if (!answers.best.empty()) {
    text += sweep.limits.empty() ? "\nBest\n" : "\nBest within the limits\n";
    for (std::size_t k = 0; k < answers.best.size(); ++k) {
      const Evaluated& best = *points[answers.best[k]];
      text += fmt::format("  {} {}:", sweep.objectives[k].name,
                          short_number(shown(sweep.objectives[k], best.objectives[k])));
      for (const auto& [name, value] : space.values(best.point))
        text += fmt::format(" {}={}", name, text_of(value));
      text += "\n";
    }
  }
  if (effects) text += effects_text(answers);
  return text;
}

std::vector<const Evaluated*> pointers(const std::vector<Evaluated>& points) {
  std::vector<const Evaluated*> all;
  for (const Evaluated& point : points) all.push_back(&point);
  return all;
}
std::vector<const Evaluated*> pointers(const std::vector<Promoted>& points) {
  std::vector<const Evaluated*> all;
  for (const Promoted& point : points) all.push_back(&point.result);
  return all;
}

// Over the promoted points of a step: mean and worst difference of an objective to the level below.
struct Difference {
  double mean = 0, mean_size = 0, worst = 0;
  int points = 0;
};
Difference difference_of(const Step& step, std::size_t objective) {
  Difference difference;
  for (const Promoted& point : step.points) {
    if (objective >= point.agreement.size()) continue;
    const double percent = point.agreement[objective].percent();
    difference.mean += percent;
    difference.mean_size += std::abs(percent);
    if (std::abs(percent) > std::abs(difference.worst)) difference.worst = percent;
    ++difference.points;
  }
  if (difference.points > 0) {
    difference.mean /= difference.points;
    difference.mean_size /= difference.points;
  }
  return difference;
}

std::string step_text(const Sweep& sweep, const Space& space, const Point& fixed, const Step& step) {
  std::string text =
      fmt::format("\nLevel {}: {} promoted\n", step.level, counted(step.points.size(), "point"));
  Table table({{"objective", Align::left}, {"points"}, {"mean %"}, {"mean size %"}, {"worst %"}});
  for (std::size_t k = 0; k < sweep.objectives.size(); ++k) {
    const Difference difference = difference_of(step, k);
    table.row({sweep.objectives[k].name, std::to_string(difference.points),
               fmt::format("{:+.2f}", difference.mean), fmt::format("{:.2f}", difference.mean_size),
               fmt::format("{:+.2f}", difference.worst)});
  }
  text += "Against the level below\n" + table.text();
  std::vector<Table::Column> columns = {{"front", Align::left}};
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    if (fixed[i] < 0) columns.push_back({sweep.axes[i].name});
  }
  for (const Objective& objective : sweep.objectives) {
    columns.push_back({objective.name});
    columns.push_back({"%"});
  }
  Table points(columns);
  for (std::size_t row = 0; row < step.points.size() && row < kRows; ++row) {
    const Promoted& point = step.points[row];
    std::vector<std::string> cells = {point.on_front ? "*" : ""};
    const auto values = space.values(point.result.point);
    for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
      if (fixed[i] < 0) cells.push_back(text_of(values[i].second));
    }
    for (std::size_t k = 0; k < sweep.objectives.size(); ++k) {
      const bool both = k < point.agreement.size();
      cells.push_back(both ? short_number(point.agreement[k].here) : point.result.ok ? "." : "failed");
      cells.push_back(both ? fmt::format("{:+.2f}", point.agreement[k].percent()) : ".");
    }
    points.row(cells);
  }
  return text + points.text() + more(step.points.size()) + "\n" +
         answers_text(sweep, space, fixed, step.answers, pointers(step.points), false);
}

Json point_json(const Sweep& sweep, const Space& space, const Evaluated& point) {
  Json json;
  for (const auto& [name, value] : space.values(point.point)) {
    if (const double* number = std::get_if<double>(&value))
      json[name] = *number;
    else
      json[name] = std::get<std::string>(value);
  }
  Json objectives = Json::object();
  for (std::size_t k = 0; k < point.objectives.size(); ++k)
    objectives[sweep.objectives[k].name] = shown(sweep.objectives[k], point.objectives[k]);
  return {{"id", point.id}, {"values", json}, {"objectives", objectives}};
}

Json answers_json(const Sweep& sweep, const Space& space, const Answers& answers,
                  const std::vector<const Evaluated*>& points) {
  Json json;
  json["ok"] = answers.ok;
  json["failed"] = answers.failed;
  json["within_limits"] = answers.under_limits;
  json["hypervolume"] = answers.hypervolume;
  json["reference_point"] = Json::array();
  for (std::size_t k = 0; k < answers.reference.size(); ++k)
    json["reference_point"].push_back(shown(sweep.objectives[k], answers.reference[k]));
  json["distance_to_reference_front"] = answers.distance ? Json(*answers.distance) : Json(nullptr);
  json["front"] = Json::array();
  for (const std::size_t index : answers.front)
    json["front"].push_back(point_json(sweep, space, *points[index]));
  json["best"] = Json::array();
  for (std::size_t k = 0; k < answers.best.size(); ++k) {
    Json best = point_json(sweep, space, *points[answers.best[k]]);
    best["objective"] = sweep.objectives[k].name;
    json["best"].push_back(best);
  }
  json["sensitivity"] = Json::array();
  for (const Effect& effect : answers.effects) {
    json["sensitivity"].push_back({{"objective", effect.objective},
                                   {"axis", effect.axis},
                                   {"swing_percent", effect.swing_percent},
                                   {"lowest_mean", effect.low},
                                   {"lowest_at", effect.lowest},
                                   {"highest_mean", effect.high},
                                   {"highest_at", effect.highest}});
  }
  return json;
}

Json step_json(const Sweep& sweep, const Space& space, const Step& step) {
  Json json;
  json["level"] = step.level;
  json["agreement"] = Json::array();
  for (std::size_t k = 0; k < sweep.objectives.size(); ++k) {
    const Difference difference = difference_of(step, k);
    json["agreement"].push_back({{"objective", sweep.objectives[k].name},
                                 {"points", difference.points},
                                 {"mean_percent", difference.mean},
                                 {"mean_size_percent", difference.mean_size},
                                 {"worst_percent", difference.worst}});
  }
  json["points"] = Json::array();
  for (const Promoted& point : step.points) {
    Json own = point_json(sweep, space, point.result);
    own["on_front_below"] = point.on_front;
    own["ok"] = point.result.ok;
    own["agreement"] = Json::object();
    for (std::size_t k = 0; k < point.agreement.size(); ++k) {
      own["agreement"][sweep.objectives[k].name] = {{"below", point.agreement[k].below},
                                                    {"here", point.agreement[k].here},
                                                    {"percent", point.agreement[k].percent()}};
    }
    json["points"].push_back(own);
  }
  json["answers"] = answers_json(sweep, space, step.answers, pointers(step.points));
  return json;
}

}  // namespace

std::string before_text(const Sweep& sweep) {
  const Space space(sweep);
  Table table({{"axis", Align::left}, {"key", Align::left}, {"choices"}, {"", Align::left}});
  for (const Axis& axis : sweep.axes) {
    table.row({axis.name, axis.key, std::to_string(axis.choices.size()), choices_text(axis)});
  }
  std::string text = fmt::format("sweep {} over {}\n\n{}\n", sweep.name, sweep.base, table.text());
  const SpaceSize size = size_of(space);
  text += fmt::format("{:.0f} combinations, {}{:.0f} keep the constraints\n", space.combinations(),
                      size.exact ? "" : "about ", size.points);
  const std::size_t groups = space.groups().size();
  if (sweep.strategy == Strategy::grid) {
    text += "strategy grid: all of them\n";
  } else {
    text += fmt::format(
        "strategy {}: up to {} points{}, seed {}\n", to_string(sweep.strategy), sweep.points,
        groups > 1 ? fmt::format(" for each of {} {}", groups, fmt::join(sweep.per, ", ")) : "", sweep.seed);
  }
  text += "for example\n";
  const Point free(sweep.axes.size(), -1);
  for (const Point& point : random_points(space, free, 3, sweep.seed)) {
    text += "  ";
    for (const auto& [name, value] : space.values(point)) text += fmt::format("{}={} ", name, text_of(value));
    text.back() = '\n';
  }
  return text + "\n";
}

std::string sweep_text(const Sweep& sweep, const SweepResult& result) {
  const Space space(sweep);
  std::string text;
  for (const Group& group : result.groups) {
    if (!group.answers.group.empty()) text += "== " + group.answers.group + "\n";
    text += answers_text(sweep, space, group.fixed, group.answers, pointers(group.points), true);
    for (const Step& step : group.ladder) text += step_text(sweep, space, group.fixed, step);
    text += "\n";
  }
  for (std::size_t i = 0; i < result.failures.size() && i < kRows; ++i) {
    const Failure& failure = result.failures[i];
    text += fmt::format("FAILED {}{}:", failure.failure,
                        failure.level.empty() ? "" : " at level " + failure.level);
    for (const auto& [name, value] : space.values(failure.point))
      text += fmt::format(" {}={}", name, text_of(value));
    text += fmt::format("\n       {}\n", failure.reason);
  }
  text += more(result.failed);
  text += fmt::format("{}: {} computed, {} known from before, {} failed\n", counted(result.points, "point"),
                      result.computed, result.known, result.failed);
  return text;
}

Json sweep_json(const Sweep& sweep, const SweepResult& result) {
  const Space space(sweep);
  Json json;
  json["sweep"] = sweep.name;
  json["strategy"] = to_string(sweep.strategy);
  json["combinations"] = space.combinations();
  json["points"] = result.points;
  json["computed"] = result.computed;
  json["known"] = result.known;
  json["failed"] = result.failed;
  json["groups"] = Json::array();
  for (const Group& group : result.groups) {
    Json own = answers_json(sweep, space, group.answers, pointers(group.points));
    own["group"] = group.answers.group;
    own["ladder"] = Json::array();
    for (const Step& step : group.ladder) own["ladder"].push_back(step_json(sweep, space, step));
    json["groups"].push_back(own);
  }
  json["failures"] = Json::array();
  for (const Failure& failure : result.failures) {
    Json own = point_json(sweep, space, {failure.point, "", false, "", "", {}, 0})["values"];
    json["failures"].push_back({{"values", own},
                                {"level", failure.level},
                                {"failure", failure.failure},
                                {"reason", failure.reason}});
  }
  return json;
}

}  // namespace tandem::sweep
