// SPDX-License-Identifier: Apache-2.0
#include "dse/report/account_figures.h"

#include <algorithm>
#include <map>
#include <set>

#include "dse/report/chart.h"
#include "dse/report/page.h"

namespace tandem::report {

namespace {

constexpr std::size_t kLayerReasons[] = {0, 1, 2, 3, 5};  // without latency, which only memory has

// Layers by name in the order of their first image, with their rows of all images.
std::vector<std::pair<std::string, std::vector<const Json*>>> layers_of(const Json& result) {
  std::vector<std::pair<std::string, std::vector<const Json*>>> layers;
  std::map<std::string, std::size_t> at;
  for (const Json& layer : result.at("layers")) {
    const std::string name = layer.at("name");
    if (layer.at("account_us").empty()) continue;
    if (at.emplace(name, layers.size()).second) layers.push_back({name, {}});
    layers[at[name]].second.push_back(&layer);
  }
  return layers;
}

// 4 of "a53x4"; 1 of an accelerator.
double cores_in(const std::string& resource) {
  const std::size_t x = resource.rfind('x');
  const bool counts = x != std::string::npos && x + 1 < resource.size() && resource.size() - x <= 4 &&
                      resource.find_first_not_of("0123456789", x + 1) == std::string::npos;
  return counts ? std::stod(resource.substr(x + 1)) : 1;
}

// Whether the resource computed a part of the layer; of a layer that nobody computes all are as good.
bool takes_part(const Json& layer, const std::string& resource) {
  const Json& channels = layer.at("resource_channels");
  return channels.empty() || channels.contains(resource);
}

// Microseconds by reason, the mean over images and over the cores of `resource` (empty: over all that take
// part, by their cores).
std::map<std::string, double> mean_account(const std::vector<const Json*>& images,
                                           const std::string& resource) {
  std::map<std::string, double> mean;
  for (const Json* layer : images) {
    double weights = 0;
    std::map<std::string, double> sum;
    for (const auto& [name, account] : (*layer).at("account_us").items()) {
      if (resource.empty() ? !takes_part(*layer, name) : name != resource) continue;
      const double weight = cores_in(name);
      weights += weight;
      for (const auto& [reason, time] : account.items()) sum[reason] += weight * time.get<double>();
    }
    for (const auto& [reason, time] : sum)
      mean[reason] += weights > 0 ? time / weights / static_cast<double>(images.size()) : 0;
  }
  return mean;
}

Json account_option(const std::vector<std::pair<std::string, std::vector<const Json*>>>& layers,
                    const std::string& resource, bool percent) {
  std::vector<std::string> names;
  std::vector<StackedSeries> series;
  for (const std::size_t reason : kLayerReasons)
    series.push_back({spec::kReasonNames[reason], colour_of(static_cast<spec::Reason>(reason)), {}});
  for (const auto& [name, images] : layers) {
    std::map<std::string, double> mean = mean_account(images, resource);
    double all = 0;
    for (const auto& [reason, time] : mean) all += time;
    if (all <= 0) continue;
    names.push_back(name);
    for (StackedSeries& own : series)
      own.values.push_back(percent ? 100 * mean[own.name] / all : mean[own.name]);
  }
  Json option = stacked_bars(names, series, percent ? "% of the layer's time" : "us", false);
  if (percent) option["yAxis"]["max"] = 100;
  return option;
}

}  // namespace

Json layer_account_figure(const Json& result) {
  const auto layers = layers_of(result);
  std::set<std::string> resources;
  for (const auto& [name, images] : layers) {
    for (const auto& [resource, account] : (*images.front()).at("account_us").items())
      resources.insert(resource);
  }
  Json figure = {
      {"id", "layer_account"},
      {"title", "Where each layer's time goes"},
      {"text",
       "Mean over the images, and over the cores and accelerators that compute a part of the layer; those "
       "that "
       "only wait for it are left out, unless chosen on the right. Compute: kernels, array steps. Transfer: "
       "waiting for memory. Coherence: writing back and dropping cache lines. Synchronisation: barriers, "
       "registers, interrupts. Idle: nothing to do."},
      {"wide", true},
      {"extra", {{"unit", "us"}, {"sum", true}}},
      {"variants", Json::array()}};
  figure["variants"].push_back(
      {{"name", "all, microseconds"}, {"option", account_option(layers, "", false)}});
  figure["variants"].push_back({{"name", "all, percent"}, {"option", account_option(layers, "", true)}});
  figure["height"] = height_of(figure["variants"][0]["option"]);
  for (const std::string& resource : resources)
    figure["variants"].push_back(
        {{"name", resource + ", microseconds"}, {"option", account_option(layers, resource, false)}});
  return figure;
}

Json track_account_figure(const Json& result) {
  std::vector<std::string> names;
  std::vector<StackedSeries> series;
  for (std::size_t reason = 0; reason < spec::kReasons; ++reason)
    series.push_back({spec::kReasonNames[reason], colour_of(static_cast<spec::Reason>(reason)), {}});
  for (const Json& track : result.at("tracks")) {
    names.push_back(track.at("name"));
    double all = 0;
    for (const auto& [reason, time] : track.at("account_us").items()) all += time.get<double>();
    for (StackedSeries& own : series)
      own.values.push_back(all > 0 ? 100 * track.at("account_us").value(own.name, 0.0) / all : 0);
  }
  Json option = stacked_bars(names, series, "% of the run", true);
  option["xAxis"]["max"] = 100;
  return {{"id", "track_account"},
          {"title", "Where each resource's time goes"},
          {"text", "Latency: interconnect or DRAM have been asked, and nothing moves yet."},
          {"height", 90 + 26 * names.size()},
          {"extra", {{"unit", "%"}}},
          {"option", option}};
}

Json gantt_figure(const Json& result, const Json& detail) {
  std::vector<std::string> tracks;
  Json data = Json::array(), traffic = Json::array();
  for (const Json& track : detail.at("tracks")) {
    for (const Json& block : track.at("blocks")) {
      Json own = {tracks.size()};
      for (const Json& value : block) own.push_back(value);
      data.push_back(own);
    }
    const Json& kind = result.at("tracks").at(tracks.size()).at("kind");
    traffic.push_back(kind == "interconnect" || kind == "dram");
    tracks.push_back(track.at("name"));
  }
  // A layer keeps its colour through all images.
  std::map<std::string, std::size_t> colour;
  Json names = Json::array(), colours = Json::array();
  for (const Json& layer : result.at("layers")) {
    const std::string name = layer.at("name");
    const bool works = !layer.at("account_us").empty();
    if (works) colour.emplace(name, colour.size());
    names.push_back(name);
    colours.push_back(works ? colour[name] : 0);
  }
  double end = 0;
  for (const Json& block : data) end = std::max(end, block.at(2).get<double>());
  Json option;
  option["tooltip"] = {{"trigger", "item"}, {"formatter", "@call:ganttTip"}};
  option["grid"] = grid(130, 24, 10, 64);
  option["xAxis"] = value_axis("us since the run's start");
  option["xAxis"]["min"] = 0;
  option["xAxis"]["max"] = end;
  option["xAxis"]["axisLabel"]["showMaxLabel"] = false;
  option["yAxis"] = category_axis(tracks);
  option["yAxis"]["inverse"] = true;
  option["dataZoom"] = zoom_x();
  option["series"] = Json::array({{{"type", "custom"},
                                   {"name", "activity"},
                                   {"renderItem", "@call:gantt"},
                                   {"encode", {{"x", {1, 2}}, {"y", 0}}},
                                   {"data", data}}});
  return {
      {"id", "gantt"},
      {"title", "Who does what, when"},
      {"text",
       "A colour a layer; pale: waits for others. Interconnect and DRAM: the darker, the larger the part of "
       "the block in which transactions are under way, or the DRAM's data moves. Zoom with the wheel or the "
       "slider, drag to move; the full detail is in timeline.json, for Perfetto or speedscope."},
      {"wide", true},
      {"height", 100 + 30 * tracks.size()},
      {"extra",
       {{"tracks", tracks},
        {"traffic", traffic},
        {"layers", names},
        {"colours", colours},
        {"palette", palette()},
        {"memory", colour_of(spec::Reason::latency)},
        {"reasons", spec::kReasonNames}}},
      {"option", option}};
}

}  // namespace tandem::report
