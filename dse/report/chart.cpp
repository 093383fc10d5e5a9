// SPDX-License-Identifier: Apache-2.0
#include "dse/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "models/core/text.h"

namespace tandem::report {

double rounded(double value) { return std::strtod(fmt::format("{:.7g}", value).c_str(), nullptr); }

Json word_column(const std::string& name) { return {{"name", name}}; }
Json number_column(const std::string& name, const std::string& unit, int digits) {
  return {{"name", name}, {"unit", unit}, {"number", true}, {"digits", digits}};
}

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

Json category_axis(const std::vector<std::string>& categories) {
  return {{"type", "category"}, {"data", categories}, {"axisTick", {{"show", false}}}};
}

Json tooltip_of_axis() {
  return {{"trigger", "axis"}, {"axisPointer", {{"type", "shadow"}}}, {"formatter", "@call:axisTip"}};
}
Json tooltip_of_point() { return {{"trigger", "item"}, {"formatter", "@call:pointTip"}}; }

// Of as many lines as it needs: page.js moves the plot down.
Json legend() { return {{"type", "plain"}, {"top", 0}, {"icon", "roundRect"}, {"itemWidth", 14}}; }

Json grid(int left, int right, int top, int bottom) {
  return {{"left", left}, {"right", right}, {"top", top}, {"bottom", bottom}};
}

Json zoom_x() {
  return Json::array(
      {{{"type", "slider"}, {"xAxisIndex", 0}, {"height", 18}, {"bottom", 6}, {"filterMode", "none"}},
       {{"type", "inside"}, {"xAxisIndex", 0}, {"filterMode", "none"}}});
}

namespace {

constexpr int kPlotHeight = 240;  // of upright bars
constexpr std::size_t kNamesInARow = 8;
constexpr int kNameHeight = 150;  // pixels, at most

int name_height(const std::vector<std::string>& names) {
  std::size_t longest = 0;
  for (const std::string& name : names) longest = std::max(longest, columns_of(name));
  return std::min(kNameHeight, 16 + 7 * static_cast<int>(longest));
}

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
  Json names = category_axis(categories);
  if (horizontal) {
    names["axisLabel"]["interval"] = 0;
    names["inverse"] = true;
    option["grid"] = grid(130, 20, 34, 46);
    option["xAxis"] = value_axis(unit);
    option["yAxis"] = names;
    return option;
  }
  option["yAxis"] = value_axis(unit);
  option["yAxis"]["nameGap"] = 46;
  option["grid"] = grid(64, 16, 34, 34);
  if (categories.size() > kNamesInARow) {
    // Upright they stand closest. Where they still do not fit some are left out, and zooming brings them
    // back.
    names["axisLabel"] = {{"rotate", 90},        {"fontSize", 11},       {"interval", "auto"},
                          {"hideOverlap", true}, {"width", kNameHeight}, {"overflow", "truncate"}};
    option["dataZoom"] = zoom_x();
    option["grid"] = grid(64, 16, 34, name_height(categories) + 36);
  }
  option["xAxis"] = names;
  return option;
}

}  // namespace

int height_of(const Json& bars) {
  return kPlotHeight + bars.at("grid").at("top").get<int>() + bars.at("grid").at("bottom").get<int>();
}

Json stacked_bars(const std::vector<std::string>& categories, const std::vector<StackedSeries>& series,
                  const std::string& unit, bool horizontal) {
  return bars(categories, series, unit, horizontal, true);
}

Json grouped_bars(const std::vector<std::string>& categories, const std::vector<StackedSeries>& series,
                  const std::string& unit, bool horizontal) {
  return bars(categories, series, unit, horizontal, false);
}

}  // namespace tandem::report
