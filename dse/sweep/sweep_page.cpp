// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/sweep_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "dse/report/chart.h"

namespace tandem::sweep {

using report::Json;
using report::rounded;

namespace {

Json json_of(const Value& value) {
  if (const double* number = std::get_if<double>(&value)) return rounded(*number);
  return std::get<std::string>(value);
}

constexpr std::size_t kSentences = 12;
constexpr std::size_t kMarks = 12;  // choices of an axis that get a mark each

// The columns of the shared rows: number of the point, axes, objectives, whether on its group's front.
struct Columns {
  std::size_t first_objective, front;
};

class PageMaker {
 public:
  PageMaker(const StoredSweep& stored, std::string command)
      : stored_(stored),
        sweep_(stored.sweep),
        space_(stored.sweep),
        columns_{1 + sweep_.axes.size(), 1 + sweep_.axes.size() + sweep_.objectives.size()} {
    page_.command = std::move(command);
  }

  report::Page make() {
    for (const StoredGroup& group : stored_.groups) {
      if (group.answers.ok > 0) shown_.push_back(&group);
    }
    for (const StoredGroup* group : shown_) page_.groups.push_back((*group).answers.group);
    add_rows();
    add_head();
    if (!shown_.empty()) {
      page_.figures.push_back(scatter());
      const Json effects = tornado();
      if (!effects["variants"].empty()) page_.figures.push_back(effects);
      page_.figures.push_back(parallel());
      page_.figures.push_back(points());
    }
    if (!failures_.empty()) page_.figures.push_back(failed());
    return std::move(page_);
  }

 private:
  void add_rows() {
    Json columns = Json::array({{{"name", "point"}, {"number", true}}});
    for (const Axis& axis : sweep_.axes)
      columns.push_back({{"name", axis.name}, {"number", is_number(axis)}});
    for (const Objective& objective : sweep_.objectives)
      columns.push_back({{"name", objective.name}, {"number", true}});
    columns.push_back({{"name", "front"}, {"number", true}});
    Json rows = Json::array();
    for (const StoredGroup& group : stored_.groups) {
      const std::set<std::size_t> front(group.answers.front.begin(), group.answers.front.end());
      for (std::size_t i = 0; i < group.points.size(); ++i) {
        const Evaluated& point = group.points[i];
        ++number_;
        Json row = {number_};
        for (std::size_t axis = 0; axis < sweep_.axes.size(); ++axis)
          row.push_back(
              json_of(sweep_.axes[axis].choices[static_cast<std::size_t>(point.point[axis])].value));
        if (!point.ok) {
          row.push_back(point.failure);
          row.push_back(point.reason);
          failures_.push_back(row);
          continue;
        }
        for (std::size_t k = 0; k < sweep_.objectives.size(); ++k)
          row.push_back(rounded(shown(sweep_.objectives[k], point.objectives[k])));
        row.push_back(front.contains(i) ? 1 : 0);
        rows.push_back(row);
      }
    }
    page_.data["points"] = {{"columns", columns}, {"rows", rows}};
  }

  void add_head() {
    std::size_t ok = 0, failed = 0, front = 0;
    for (const StoredGroup& group : stored_.groups) {
      ok += group.answers.ok;
      failed += group.answers.failed;
      front += group.answers.front.size();
    }
    page_.title = "Sweep " + sweep_.name;
    page_.subtitle = fmt::format("over run {}, strategy {}, {:.0f} combinations of {} axes", sweep_.base,
                                 to_string(sweep_.strategy), space_.combinations(), sweep_.axes.size());
    page_.facts = {{"points computed well", std::to_string(ok), "", ""},
                   {"on the Pareto front", std::to_string(front), "", ""},
                   {"failed", std::to_string(failed), "", failed > 0 ? "bad" : ""}};
    if (stored_.promoted > 0)
      page_.facts.push_back({"promoted to a higher fidelity", std::to_string(stored_.promoted), "", ""});
    if (stored_.open > 0)
      page_.facts.push_back({"not computed yet", std::to_string(stored_.open), "", "bad"});
    for (const StoredGroup& group : stored_.groups) {
      const std::string name = group.answers.group.empty() ? "" : group.answers.group + ": ";
      if (group.answers.ok == 0 && group.answers.failed > 0 && page_.sentences.size() < kSentences)
        page_.sentences.push_back(
            fmt::format("{}none of {} points could be computed; the table of failures says why.", name,
                        group.answers.failed));
      for (std::size_t k = 0; k < group.answers.best.size() && page_.sentences.size() < kSentences; ++k) {
        const Evaluated& best = group.points[group.answers.best[k]];
        std::string sentence = fmt::format("{}best {} {:.5g} with", name, sweep_.objectives[k].name,
                                           shown(sweep_.objectives[k], best.objectives[k]));
        for (std::size_t axis = 0; axis < sweep_.axes.size(); ++axis) {
          if (group.fixed[axis] >= 0) continue;
          sentence += fmt::format(
              " {} {}", sweep_.axes[axis].name,
              text_of(sweep_.axes[axis].choices[static_cast<std::size_t>(best.point[axis])].value));
          sentence += axis + 1 < sweep_.axes.size() ? "," : ".";
        }
        page_.sentences.push_back(sentence);
      }
    }
  }

  [[nodiscard]] static bool is_number(const Axis& axis) {
    return std::all_of(axis.choices.begin(), axis.choices.end(),
                       [](const Choice& choice) { return std::holds_alternative<double>(choice.value); });
  }

  // The conditions of a group's rows, as [column, value]; none where there is one group only.
  [[nodiscard]] Json where(const StoredGroup& group) const {
    Json conditions = Json::array();
    for (std::size_t axis = 0; axis < sweep_.axes.size(); ++axis) {
      if (group.fixed[axis] < 0) continue;
      const Choice& choice = sweep_.axes[axis].choices[static_cast<std::size_t>(group.fixed[axis])];
      conditions.push_back(Json::array({1 + axis, json_of(choice.value)}));
    }
    return conditions;
  }

  // Of the shown groups, what `option_of` makes of each.
  template <typename OptionOf>
  [[nodiscard]] Json variants(const OptionOf& option_of) const {
    Json all = Json::array();
    for (std::size_t i = 0; i < shown_.size(); ++i)
      all.push_back({{"name", (*shown_[i]).answers.group}, {"group", i}, {"option", option_of(*shown_[i])}});
    return all;
  }

  Json scatter() {
    // With one objective only, against the point's number.
    const std::size_t x = sweep_.objectives.size() > 1 ? columns_.first_objective : 0;
    const std::size_t y =
        sweep_.objectives.size() > 1 ? columns_.first_objective + 1 : columns_.first_objective;
    const std::string x_name = x == 0 ? "point" : sweep_.objectives[0].name;
    const std::string y_name = x == 0 ? sweep_.objectives[0].name : sweep_.objectives[1].name;
    const auto option_of = [&](const StoredGroup& group) {
      Json option;
      option["tooltip"] = report::tooltip_of_point();
      option["legend"] = report::legend();
      option["grid"] = report::grid(72, 24, 40, 46);
      option["xAxis"] = report::value_axis(x_name);
      option["yAxis"] = report::value_axis(y_name);
      option["xAxis"]["scale"] = option["yAxis"]["scale"] = true;
      option["yAxis"]["nameGap"] = 52;
      option["brush"] = {{"toolbox", {"rect", "clear"}},
                         {"xAxisIndex", 0},
                         {"throttleType", "debounce"},
                         {"throttleDelay", 100}};
      option["toolbox"] = {{"top", 0}, {"right", 10}};
      const auto series = [&](const char* name, const char* colour, int size, double opacity, int front) {
        Json conditions = where(group);
        conditions.push_back(Json::array({columns_.front, front}));
        return Json{{"name", name},
                    {"type", "scatter"},
                    {"symbolSize", size},
                    {"itemStyle", {{"color", colour}, {"opacity", opacity}}},
                    {"encode", {{"x", x}, {"y", y}}},
                    {"data", {{"@rows", "points"}, {"where", conditions}}}};
      };
      option["series"] = {series("dominated", "#7d93b2", 5, 0.55, 0),
                          series("Pareto front", "#e08a1e", 10, 0.95, 1)};
      return option;
    };
    std::string text =
        "A point a design; hover for what it is made of. Draw a rectangle (button on the right) to keep only "
        "its points in the lines and the table below.";
    if (sweep_.objectives.size() > 2)
      text += fmt::format(" The front is of all {} objectives.", sweep_.objectives.size());
    return {{"id", "scatter"},
            {"title", fmt::format("{} against {}", y_name, x_name)},
            {"text", text},
            {"height", 440},
            {"brush", true},
            {"extra", {{"encode", {{"x", x}, {"y", y}}}}},
            {"variants", variants(option_of)}};
  }

  Json tornado() {
    Json variants = Json::array();
    std::size_t rows = 0;
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      for (const Objective& objective : sweep_.objectives) {
        std::vector<std::string> names;
        Json low = Json::array(), span = Json::array();
        double least = 1e300;
        for (const Effect& effect : (*shown_[i]).answers.effects) {
          if (effect.objective != objective.name) continue;
          names.push_back(effect.axis);
          low.push_back({{"value", rounded(effect.low)}, {"name", effect.axis}});
          span.push_back(
              {{"value", rounded(effect.high - effect.low)},
               {"name", fmt::format("{}: {:.5g} at {}, {:.5g} at {}, {:.1f} %", effect.axis, effect.low,
                                    effect.lowest, effect.high, effect.highest, effect.swing_percent)}});
          least = std::min(least, effect.low);
        }
        if (names.empty()) continue;
        rows = std::max(rows, names.size());
        Json option;
        option["tooltip"] = {{"trigger", "item"}, {"formatter", "{b}"}};
        option["grid"] = report::grid(110, 24, 10, 46);
        option["xAxis"] = report::value_axis("mean " + objective.name);
        option["xAxis"]["scale"] = true;
        if (least > 0) option["xAxis"]["min"] = rounded(0.9 * least);
        option["xAxis"]["axisLabel"]["showMinLabel"] = false;  // not a round number
        option["yAxis"] = report::category_axis(names);
        option["yAxis"]["inverse"] = true;
        option["series"] = Json::array({{{"name", "lowest mean"},
                                         {"type", "bar"},
                                         {"stack", "all"},
                                         {"silent", true},
                                         {"itemStyle", {{"color", "transparent"}}},
                                         {"data", low}},
                                        {{"name", "swing"},
                                         {"type", "bar"},
                                         {"stack", "all"},
                                         {"barMaxWidth", 26},
                                         {"barMinHeight", 3},  // an axis that moves nothing is seen, too
                                         {"itemStyle", {{"color", "#3b7dd8"}, {"borderRadius", 3}}},
                                         {"data", span}}});
        variants.push_back({{"name", objective.name}, {"group", i}, {"option", option}});
      }
    }
    return {{"id", "tornado"},
            {"title", "What matters most"},
            {"text",
             "From the least to the largest mean of an objective over an axis's choices, the most "
             "influential axis first."},
            {"height", std::max<std::size_t>(440, 80 + 36 * rows)},
            {"variants", variants}};
  }

  Json parallel() {
    Json axes = Json::array(), choices = Json::object();
    const auto add = [&](std::size_t column, const std::string& name) {
      axes.push_back({{"dim", column}, {"name", name}, {"type", "value"}, {"scale", true}});
    };
    for (std::size_t i = 0; i < sweep_.axes.size(); ++i) {
      const Axis& axis = sweep_.axes[i];
      const bool fixed = std::all_of(stored_.groups.begin(), stored_.groups.end(),
                                     [i](const StoredGroup& group) { return group.fixed[i] >= 0; });
      if (axis.choices.size() < 2 || fixed) continue;
      add(1 + i, axis.name);
      // What was chosen from has a mark a choice, and none between; where that would be too many, a scale.
      if (is_number(axis) && axis.choices.size() > kMarks) continue;
      Json names = Json::array(), values = Json::array();
      for (const Choice& choice : axis.choices) {
        names.push_back(text_of(choice.value));
        values.push_back(json_of(choice.value));
      }
      axes.back()["type"] = "category";
      axes.back()["data"] = names;
      choices[std::to_string(1 + i)] = values;
    }
    for (std::size_t k = 0; k < sweep_.objectives.size(); ++k)
      add(columns_.first_objective + k, sweep_.objectives[k].name);
    const auto option_of = [&](const StoredGroup& group) {
      double least = 1e300, most = -1e300;
      for (const Evaluated& point : group.points) {
        if (!point.ok) continue;
        const double value = shown(sweep_.objectives[0], point.objectives[0]);
        least = std::min(least, value);
        most = std::max(most, value);
      }
      Json option;
      option["parallel"] = {{"left", 60}, {"right", 190}, {"top", 44}, {"bottom", 24}};
      option["parallelAxis"] = axes;
      if (least < most)
        option["visualMap"] = {{"type", "continuous"},
                               {"dimension", columns_.first_objective},
                               {"min", rounded(least)},
                               {"max", rounded(most)},
                               {"right", 0},
                               {"top", "middle"},
                               {"calculable", true},
                               {"formatter", "@call:short"},
                               {"text", {sweep_.objectives[0].name, ""}},
                               {"inRange", {{"color", {"#2f9e6e", "#3b7dd8", "#c4518b"}}}}};
      option["series"] =
          Json::array({{{"name", "designs"},
                        {"type", "parallel"},
                        {"lineStyle", {{"width", 1}, {"opacity", group.points.size() > 2000 ? 0.12 : 0.35}}},
                        {"progressive", 1000},
                        {"inactiveOpacity", 0.02},
                        {"data", {{"@rows", "points"}, {"where", where(group)}}}}});
      return option;
    };
    return {{"id", "parallel"},
            {"title", "All axes and objectives"},
            {"text", "A line a design. Drag along an axis to keep the designs of that part of it."},
            {"wide", true},
            {"height", 420},
            {"least_width", 250 + 90 * axes.size()},
            {"follows", true},
            {"choices", choices},
            {"variants", variants(option_of)}};
  }

  Json points() {
    Json conditions = Json::array();
    for (const StoredGroup* group : shown_) conditions.push_back(where(*group));
    return {
        {"id", "points"},
        {"title", "Points"},
        {"text",
         "Marked: on the Pareto front. Filter by a word, or by a column with <, <=, =, >= or > and a value; "
         "click a column to sort. A brush in the scatter above narrows this table, too."},
        {"wide", true},
        {"rows", "points"},
        {"where", conditions},
        {"sort", columns_.first_objective},
        {"example", columns_.first_objective},
        {"mark", columns_.front}};
  }

  Json failed() {
    Json columns = Json::array({{{"name", "point"}, {"number", true}}});
    for (const Axis& axis : sweep_.axes)
      columns.push_back({{"name", axis.name}, {"number", is_number(axis)}});
    columns.push_back({{"name", "failure"}});
    columns.push_back({{"name", "reason"}, {"long", true}});
    return {{"id", "failures"},
            {"title", "Failures"},
            {"wide", true},
            {"columns", columns},
            {"values", failures_}};
  }

  const StoredSweep& stored_;
  const Sweep& sweep_;
  Space space_;
  Columns columns_;
  std::vector<const StoredGroup*> shown_;  // those with a point that could be computed
  report::Page page_;
  Json failures_ = Json::array();
  std::int64_t number_ = 0;
};

}  // namespace

report::Page sweep_page(const StoredSweep& stored, const std::string& command) {
  return PageMaker(stored, command).make();
}

}  // namespace tandem::sweep
