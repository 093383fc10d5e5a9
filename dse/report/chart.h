// SPDX-License-Identifier: Apache-2.0
// Pieces of ECharts options that the pages share.
#pragma once

#include <string>
#include <vector>

#include "dse/report/result_json.h"

namespace tandem::report {

Json value_axis(const std::string& name);
Json log_axis(const std::string& name);
Json category_axis(const std::vector<std::string>& categories);
Json tooltip_of_axis();  // adds up what stands over one place of the axis
Json tooltip_of_point();
Json legend();
Json grid(int left, int right, int top, int bottom);
// Dragging and the wheel zoom along the horizontal axis.
Json zoom_x();

struct StackedSeries {
  std::string name, colour;  // an empty colour: the palette's next
  std::vector<double> values;
};
// Bars, one a category; `horizontal`: categories run down the page.
Json stacked_bars(const std::vector<std::string>& categories, const std::vector<StackedSeries>& series,
                  const std::string& unit, bool horizontal);
// Beside one another instead.
Json grouped_bars(const std::vector<std::string>& categories, const std::vector<StackedSeries>& series,
                  const std::string& unit, bool horizontal);

int height_of(const Json& bars);  // of a figure of upright bars, with room for their names

// Columns of a table; a number with so many decimals.
Json word_column(const std::string& name);
Json number_column(const std::string& name, const std::string& unit, int digits);

double rounded(double value);  // to seven digits: what nobody sees costs bytes

}  // namespace tandem::report
