// SPDX-License-Identifier: Apache-2.0
#include "dse/report/chart.h"

#include <fmt/format.h>

#include <cstdlib>

namespace tandem::report {

double rounded(double value) { return std::strtod(fmt::format("{:.7g}", value).c_str(), nullptr); }

Json value_axis(const std::string& name) {
  return {{"type", "value"},
          {"name", name},
          {"nameLocation", "middle"},
          {"nameGap", 30},
          {"nameTextStyle", {{"fontSize", 12}}},
          {"axisLabel", {{"hideOverlap", true}}}};
}

Json log_axis(const std::string& name) {
  Json axis = value_axis(name);
  axis["type"] = "log";
  axis["minorSplitLine"] = {{"show", true}};
  axis["axisLabel"]["formatter"] = "@call:short";
  return axis;
}

Json category_axis(const std::vector<std::string>& categories, bool slanted) {
  Json axis = {{"type", "category"}, {"data", categories}, {"axisTick", {{"show", false}}}};
  if (slanted) axis["axisLabel"] = {{"rotate", 45}, {"fontSize", 11}, {"hideOverlap", true}};
  return axis;
}

Json tooltip_of_axis() {
  return {{"trigger", "axis"}, {"axisPointer", {{"type", "shadow"}}}, {"formatter", "@call:axisTip"}};
}
Json tooltip_of_point() { return {{"trigger", "item"}, {"formatter", "@call:pointTip"}}; }

Json legend() { return {{"type", "scroll"}, {"top", 0}, {"icon", "roundRect"}, {"itemWidth", 14}}; }

Json grid(int left, int right, int top, int bottom) {
  return {{"left", left}, {"right", right}, {"top", top}, {"bottom", bottom}};
}

Json zoom_x() {
  return Json::array(
      {{{"type", "slider"}, {"xAxisIndex", 0}, {"height", 18}, {"bottom", 6}, {"filterMode", "none"}},
       {{"type", "inside"}, {"xAxisIndex", 0}, {"filterMode", "none"}}});
}

namespace {

Json bars(const std::vector<std::string>& categories, const std::vector<StackedSeries>& series,
          const std::string& unit, bool horizontal, bool stacked) {
  Json option;
  option["tooltip"] = tooltip_of_axis();
  option["legend"] = legend();
  Json all = Json::array();
  for (const StackedSeries& own : series) {
    Json values = Json::array();
    for (const double value : own.values) values.push_back(rounded(value));
    Json one = {{"name", own.name}, {"type", "bar"}, {"data", values}, {"barMaxWidth", 34}};
    if (stacked) one["stack"] = "all";
    if (!own.colour.empty()) one["itemStyle"] = {{"color", own.colour}};
    all.push_back(one);
  }
  option["series"] = all;
  if (horizontal) {
    option["grid"] = grid(130, 20, 34, 46);
    option["xAxis"] = value_axis(unit);
    option["yAxis"] = category_axis(categories);
    option["yAxis"]["inverse"] = true;
  } else {
    option["grid"] = grid(64, 16, 34, categories.size() > 8 ? 92 : 34);
    option["xAxis"] = category_axis(categories, categories.size() > 8);
    option["yAxis"] = value_axis(unit);
    option["yAxis"]["nameGap"] = 46;
  }
  return option;
}

}  // namespace

Json stacked_bars(const std::vector<std::string>& categories, const std::vector<StackedSeries>& series,
                  const std::string& unit, bool horizontal) {
  return bars(categories, series, unit, horizontal, true);
}

Json grouped_bars(const std::vector<std::string>& categories, const std::vector<StackedSeries>& series,
                  const std::string& unit) {
  return bars(categories, series, unit, false, false);
}

}  // namespace tandem::report
