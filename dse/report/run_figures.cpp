// SPDX-License-Identifier: Apache-2.0
#include "dse/report/run_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "dse/report/chart.h"
#include "dse/report/page.h"

namespace tandem::report {

namespace {

bool has_work(const Json& layer) { return !layer.at("resource_channels").empty(); }
double time_of(const Json& layer) {
  return layer.at("end_us").get<double>() - layer.at("start_us").get<double>();
}

// "a53x4" of master "a53", "accelerator0" of itself.
bool belongs(const std::string& resource, const std::string& master) {
  return resource == master ||
         (resource.starts_with(master + "x") &&
          resource.find_first_not_of("0123456789", master.size() + 1) == std::string::npos);
}

// "#3b7dd8" as what shows the ground through it; the legend takes the colour as it is, and no opacity.
std::string tint(const std::string& colour, double opacity) {
  const int rgb = std::stoi(colour.substr(1), nullptr, 16);
  return fmt::format("rgba({}, {}, {}, {})", rgb >> 16, rgb >> 8 & 255, rgb & 255, opacity);
}

struct Part {
  std::string layer, resource;
  double gmacs = 0, bytes = 0, seconds = 0;
};

std::vector<Part> parts_of(const Json& result, const Json& detail, const std::string& master,
                           std::size_t column) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < result.at("layers").size(); ++i) {
    const Json& layer = result.at("layers").at(i);
    if (layer.at("image") != 0 || layer.at("macs").get<double>() <= 0) continue;
    double all = 0;
    for (const auto& [resource, channels] : layer.at("resource_channels").items())
      all += channels.get<double>();
    for (const auto& [resource, channels] : layer.at("resource_channels").items()) {
      if (!belongs(resource, master)) continue;
      Part part{layer.at("name"), resource,
                layer.at("macs").get<double>() * channels.get<double>() / all * 1e-9,
                detail.at("layer_bytes").at(i)[column].get<double>(),
                layer.at("busy_us").at(resource).get<double>() * 1e-6};
      if (part.gmacs > 0 && part.bytes > 0 && part.seconds > 0) parts.push_back(part);
    }
  }
  return parts;
}

}  // namespace

Json energy_figure(const Json& result) {
  std::vector<std::pair<double, std::string>> parts;
  for (const auto& [name, energy] : result.at("energy_parts_mj").items())
    parts.emplace_back(energy.get<double>(), name);
  std::sort(parts.rbegin(), parts.rend());
  std::vector<std::string> names;
  StackedSeries series{"energy", "#2f9e6e", {}};
  for (const auto& [energy, name] : parts) {
    names.push_back(name);
    series.values.push_back(energy);
  }
  Json option = stacked_bars(names, {series}, "mJ an image", true);
  option.erase("legend");
  option["grid"] = grid(120, 60, 8, 46);
  option["series"][0]["label"] = {
      {"show", true}, {"position", "right"}, {"formatter", "@call:label"}, {"color", "inherit"}};
  return {{"id", "energy"},
          {"title", "Energy by component"},
          {"text", fmt::format("{:.2f} mJ an image together.", result.at("energy_mj").get<double>())},
          {"height", 100 + 30 * names.size()},
          {"extra", {{"unit", "mJ"}}},
          {"option", option}};
}

Json channels_figure(const Json& result) {
  std::set<std::string> resources;
  std::vector<std::string> names;
  for (const Json& layer : result.at("layers")) {
    if (layer.at("image") != 0 || !has_work(layer)) continue;
    names.push_back(layer.at("name"));
    for (const auto& [resource, channels] : layer.at("resource_channels").items()) resources.insert(resource);
  }
  std::vector<StackedSeries> series;
  for (const std::string& resource : resources) {
    StackedSeries own{resource, "", {}};
    for (const Json& layer : result.at("layers")) {
      if (layer.at("image") != 0 || !has_work(layer)) continue;
      double all = 0;
      for (const auto& [name, channels] : layer.at("resource_channels").items())
        all += channels.get<double>();
      own.values.push_back(100 * layer.at("resource_channels").value(resource, 0.0) / all);
    }
    series.push_back(own);
  }
  Json option = stacked_bars(names, series, "% of the output channels", false);
  option["yAxis"]["max"] = 100;
  return {{"id", "channels"},
          {"title", "Who computes which part of a layer"},
          {"text", "Share of a layer's output channels."},
          {"wide", true},
          {"height", height_of(option)},
          {"extra", {{"unit", "%"}}},
          {"option", option}};
}

Json prediction_figure(const Json& result) {
  Json points = Json::array();
  double least = 1e300, most = 0, sum = 0;
  for (const Json& layer : result.at("layers")) {
    const double time = time_of(layer), predicted = layer.at("predicted_us");
    if (layer.at("image") != 0 || time <= 0 || predicted <= 0) continue;
    const double error = 100 * (predicted / time - 1);
    points.push_back(
        {{"name", layer.at("name")}, {"value", {rounded(time), rounded(predicted), rounded(error)}}});
    least = std::min({least, time, predicted});
    most = std::max({most, time, predicted});
    sum += std::abs(error);
  }
  Json option;
  option["tooltip"] = tooltip_of_point();
  option["grid"] = grid(66, 24, 14, 46);
  option["xAxis"] = log_axis("simulated, us");
  option["yAxis"] = log_axis("predicted, us");
  option["yAxis"]["nameGap"] = 46;
  for (const char* end : {"showMinLabel", "showMaxLabel"})
    option["xAxis"]["axisLabel"][end] = option["yAxis"]["axisLabel"][end] = false;
  if (!points.empty()) {
    option["xAxis"]["min"] = option["yAxis"]["min"] = rounded(least * 0.8);
    option["xAxis"]["max"] = option["yAxis"]["max"] = rounded(most * 1.25);
  }
  option["series"] =
      Json::array({{{"name", "layers"},
                    {"type", "scatter"},
                    {"symbolSize", 9},
                    {"itemStyle", {{"opacity", 0.8}}},
                    {"data", points}},
                   {{"name", "equal"},
                    {"type", "line"},
                    {"silent", true},
                    {"symbol", "none"},
                    {"lineStyle", {{"type", "dashed"}, {"width", 1}, {"color", "#8a96a6"}}},
                    {"data", Json::array({Json::array({rounded(least * 0.8), rounded(least * 0.8)}),
                                          Json::array({rounded(most * 1.25), rounded(most * 1.25)})})}}});
  return {
      {"id", "prediction"},
      {"title", "Predicted against simulated"},
      {"text",
       fmt::format("A point a layer of the first image, {} in all; on the line both agree. Mean size of the "
                   "difference {:.1f} %.",
                   points.size(), points.empty() ? 0.0 : sum / static_cast<double>(points.size()))},
      {"height", 340},
      {"extra", {{"columns", {"simulated us", "predicted us", "difference %"}}}},
      {"option", option}};
}

Json roofline_figure(const Json& result, const Json& detail) {
  const double bandwidth = detail.at("memory_gbytes_per_s");
  Json series = Json::array();
  double least = 1e300, most = 0;
  std::vector<std::vector<Part>> parts;
  for (std::size_t i = 0; i < detail.at("roofs").size(); ++i) {
    parts.push_back(parts_of(result, detail, detail.at("roofs").at(i).at("name"), i));
    for (const Part& part : parts.back()) {
      least = std::min(least, part.gmacs * 1e9 / part.bytes);
      most = std::max(most, part.gmacs * 1e9 / part.bytes);
    }
  }
  least = most > 0 ? least / 2 : 0.1;
  most = most > 0 ? most * 2 : 100;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string name = detail.at("roofs").at(i).at("name"), colour = palette()[i % palette().size()];
    if (parts[i].empty()) continue;
    const double peak = detail.at("roofs").at(i).at("gmacs_per_s"), ridge = peak / bandwidth;
    Json roof = Json::array();
    if (least < ridge) roof.push_back({rounded(least), rounded(least * bandwidth)});
    if (least < ridge && ridge < most) roof.push_back({rounded(ridge), rounded(peak)});
    if (least >= ridge) roof.push_back({rounded(least), rounded(peak)});
    roof.push_back({rounded(most), rounded(std::min(peak, most * bandwidth))});
    series.push_back({{"name", name + " at most"},
                      {"type", "line"},
                      {"silent", true},
                      {"symbol", "none"},
                      {"lineStyle", {{"color", colour}, {"width", 2}}},
                      {"itemStyle", {{"color", colour}}},
                      {"data", roof}});
    Json points = Json::array();
    for (const Part& part : parts[i]) {
      const double intensity = part.gmacs * 1e9 / part.bytes, rate = part.gmacs / part.seconds;
      const double roof_here = std::min(peak, intensity * bandwidth);
      points.push_back({{"name", part.layer + " on " + part.resource},
                        {"value", {rounded(intensity), rounded(rate), rounded(100 * rate / roof_here)}}});
    }
    series.push_back({{"name", name},
                      {"type", "scatter"},
                      {"symbolSize", 8},
                      {"itemStyle", {{"color", colour}, {"opacity", 0.8}}},
                      {"data", points}});
  }
  Json option;
  option["tooltip"] = tooltip_of_point();
  option["legend"] = legend();
  option["grid"] = grid(66, 24, 34, 46);
  option["xAxis"] = log_axis("MACs a byte of memory traffic");
  option["yAxis"] = log_axis("GMAC/s");
  option["yAxis"]["nameGap"] = 46;
  option["series"] = series;
  return {
      {"id", "roofline"},
      {"title", "What limits each layer: roofline"},
      {"text",
       fmt::format(
           "A point a layer and resource of the first image. Slope: the DRAM's {:.2f} GB/s; flat: the "
           "kernels' "
           "rate on all cores, the array's on an accelerator. Winograd may pass the flat roof: it multiplies "
           "less often than a convolution has MACs.",
           bandwidth)},
      {"height", 380},
      {"extra", {{"columns", {"MACs a byte", "GMAC/s", "% of the roof"}}}},
      {"option", option}};
}

Json bandwidth_figure(const Json& result, const Json& detail) {
  const Json& over = detail.at("over_time");
  const double window = over.at("window_us");
  Json series = Json::array();
  const auto add = [&](const std::string& name, const std::string& colour, const Json& values) {
    Json data = Json::array();
    for (std::size_t i = 0; i < values.size(); ++i)
      data.push_back({rounded(window * static_cast<double>(i)), values[i]});
    series.push_back({{"name", name},
                      {"type", "line"},
                      {"step", "end"},
                      {"symbol", "none"},
                      {"stack", "all"},
                      {"lineStyle", {{"width", 0}}},
                      {"areaStyle", {{"opacity", 1}, {"color", colour}}},
                      {"itemStyle", {{"color", colour}}},
                      {"data", data}});
  };
  for (std::size_t i = 0; i < over.at("masters").size(); ++i) {
    const std::string name = over.at("masters").at(i), colour = palette()[i % palette().size()];
    add(name + " reads", tint(colour, 0.9), over.at("read_gbytes_per_s").at(i));
    add(name + " writes", tint(colour, 0.45), over.at("write_gbytes_per_s").at(i));
  }
  Json option;
  option["tooltip"] = {{"trigger", "axis"}, {"formatter", "@call:axisTip"}};
  option["legend"] = legend();
  option["grid"] = grid(56, 24, 34, 64);
  option["xAxis"] = value_axis("us since the run's start");
  option["xAxis"]["min"] = 0;
  option["xAxis"]["max"] = rounded(window * static_cast<double>(over.at("transactions").size()));
  option["yAxis"] = value_axis("GB/s");
  option["yAxis"]["nameGap"] = 38;
  option["dataZoom"] = zoom_x();
  option["series"] = series;
  return {{"id", "bandwidth"},
          {"title", "Memory traffic over time"},
          {"text",
           fmt::format(
               "Means over {} us; {:.3f} GB/s over the whole run, {:.2f} GB/s at most on the DRAM's pins.",
               window, result.at("memory").at("bandwidth_gbytes_per_s").get<double>(),
               detail.at("memory_gbytes_per_s").get<double>())},
          {"wide", true},
          {"height", 380},
          {"extra", {{"unit", "GB/s"}, {"sum", true}, {"axisUnit", "us"}}},
          {"option", option}};
}

Json layers_table(const Json& result) {
  const bool simulated = was_simulated(result);
  Json values = Json::array();
  for (const Json& layer : result.at("layers")) {
    if (!has_work(layer)) continue;
    std::string split;
    for (const auto& [resource, channels] : layer.at("resource_channels").items())
      split += fmt::format("{}{}: {}", split.empty() ? "" : ", ", resource, channels.get<int>());
    const double time = time_of(layer), predicted = layer.at("predicted_us");
    Json row = {layer.at("name"),
                layer.at("kind"),
                layer.at("image"),
                rounded(layer.at("macs").get<double>() * 1e-6),
                split,
                rounded(layer.at("start_us")),
                rounded(time),
                rounded(layer.at("idle_percent"))};
    if (simulated) {
      row.push_back(rounded(predicted));
      row.push_back(predicted > 0 && time > 0 ? Json(rounded(100 * (predicted / time - 1))) : Json(nullptr));
    }
    values.push_back(row);
  }
  Json columns = {word_column("layer"),           word_column("kind"),
                  number_column("image", "", 0),  number_column("MACs", "M", 3),
                  word_column("channels"),        number_column("start", "us", 2),
                  number_column("time", "us", 2), number_column("idle", "%", 1)};
  if (simulated) {
    columns.push_back(number_column("model", "us", 2));
    columns.push_back(number_column("difference", "%", 2));
  }
  return {
      {"id", "layers"},
      {"title", "Layers"},
      {"text", "Click a column to sort by it. Channels: how many output channels each resource computed."},
      {"wide", true},
      {"columns", columns},
      {"example", 6},
      {"values", values}};
}

}  // namespace tandem::report
