// SPDX-License-Identifier: Apache-2.0
#include "dse/report/compare_page.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "dse/report/chart.h"

namespace tandem::report {

namespace {

std::vector<std::string> planners_of(const Json& rows) {
  std::vector<std::string> names;
  for (const Json& row : rows) names.push_back(row.at("planner"));
  return names;
}

// All planners of a comparison run at the same fidelity.
bool simulated(const Json& rows) { return !rows.empty() && was_simulated(rows.front()); }

std::size_t rows_height(const Json& rows) { return 96 + 42 * rows.size(); }

Json latency_figure(const Json& rows) {
  std::vector<StackedSeries> series = {{simulated(rows) ? "simulated" : "closed form", "", {}}};
  if (simulated(rows)) series.push_back({"predicted", "", {}});
  for (const Json& row : rows) {
    series[0].values.push_back(row.at("latency_ms"));
    if (simulated(rows)) series[1].values.push_back(row.at("predicted_latency_ms"));
  }
  return {{"id", "latency"},
          {"title", "Latency of an image"},
          {"text", simulated(rows) ? "Simulated, and as the planner's closed form had expected."
                                   : "Of the closed form; nothing was simulated."},
          {"height", rows_height(rows)},
          {"extra", {{"unit", "ms"}}},
          {"option", grouped_bars(planners_of(rows), series, "ms", true)}};
}

Json energy_of_planners(const Json& rows) {
  std::set<std::string> parts;
  for (const Json& row : rows) {
    for (const auto& [name, energy] : row.at("energy_parts_mj").items()) parts.insert(name);
  }
  std::vector<StackedSeries> series;
  for (const std::string& part : parts) {
    StackedSeries own{part, "", {}};
    for (const Json& row : rows) own.values.push_back(row.at("energy_parts_mj").value(part, 0.0));
    series.push_back(own);
  }
  return {{"id", "energy"},
          {"title", "Energy of an image"},
          {"text", "By component."},
          {"height", rows_height(rows)},
          {"extra", {{"unit", "mJ"}, {"sum", true}}},
          {"option", stacked_bars(planners_of(rows), series, "mJ", true)}};
}

// Shares of the run, over all tracks of a kind.
Json account_option(const Json& rows, const std::string& kind) {
  std::vector<StackedSeries> series;
  for (std::size_t reason = 0; reason < spec::kReasons; ++reason) {
    const auto own = static_cast<spec::Reason>(reason);
    const bool memory = kind == "dram";
    if (own == spec::Reason::latency && !memory) continue;
    series.push_back({spec::kReasonNames[reason], colour_of(own), {}});
  }
  for (const Json& row : rows) {
    std::map<std::string, double> sum;
    double all = 0;
    for (const Json& track : row.at("tracks")) {
      if (track.at("kind") != kind) continue;
      for (const auto& [reason, time] : track.at("account_us").items()) {
        sum[reason] += time.get<double>();
        all += time.get<double>();
      }
    }
    for (StackedSeries& own : series) own.values.push_back(all > 0 ? 100 * sum[own.name] / all : 0);
  }
  Json option = stacked_bars(planners_of(rows), series, "% of the run", true);
  option["xAxis"]["max"] = 100;
  return option;
}

Json accounts_figure(const Json& rows) {
  Json variants = Json::array();
  std::set<std::string> kinds;
  for (const Json& row : rows) {
    for (const Json& track : row.at("tracks")) kinds.insert(track.at("kind").get<std::string>());
  }
  for (const std::string kind : {"core", "accelerator", "dram"}) {
    if (kinds.contains(kind))
      variants.push_back({{"name", kind == "core" ? "cores" : kind}, {"option", account_option(rows, kind)}});
  }
  return {{"id", "accounts"},
          {"title", "Where the time goes"},
          {"text", "Of the cores in use, of the accelerators, of the DRAM's data bus."},
          {"height", rows_height(rows)},
          {"extra", {{"unit", "%"}}},
          {"variants", variants}};
}

Json trade_figure(const Json& rows) {
  Json series = Json::array();
  for (const Json& row : rows) {
    series.push_back(
        {{"name", row.at("planner")},
         {"type", "scatter"},
         {"symbolSize", 16},
         {"data", Json::array({Json::array({rounded(row.at("latency_ms")), rounded(row.at("energy_mj")),
                                            rounded(row.at("throughput_images_per_s"))})})}});
  }
  Json option;
  option["tooltip"] = tooltip_of_point();
  option["legend"] = legend();
  option["grid"] = grid(60, 24, 34, 46);
  option["xAxis"] = value_axis("latency, ms");
  option["yAxis"] = value_axis("energy, mJ");
  option["yAxis"]["nameGap"] = 40;
  option["series"] = series;
  return {{"id", "trade"},
          {"title", "Energy against latency"},
          {"text", "Left and low is better."},
          {"height", rows_height(rows)},
          {"extra", {{"columns", {"latency ms", "energy mJ", "images/s"}}}},
          {"option", option}};
}

Json layers_figure(const Json& rows) {
  std::vector<std::string> names;
  std::map<std::string, std::size_t> at;
  for (const Json& row : rows) {
    for (const Json& layer : row.at("layers")) {
      if (layer.at("image") != 0 || layer.at("resource_channels").empty()) continue;
      if (at.emplace(layer.at("name"), names.size()).second) names.push_back(layer.at("name"));
    }
  }
  std::vector<StackedSeries> series;
  for (const Json& row : rows) {
    StackedSeries own{row.at("planner"), "", std::vector<double>(names.size(), 0)};
    for (const Json& layer : row.at("layers")) {
      const auto found = at.find(layer.at("name"));
      if (layer.at("image") == 0 && found != at.end())
        own.values[found->second] = layer.at("end_us").get<double>() - layer.at("start_us").get<double>();
    }
    series.push_back(own);
  }
  const Json option = grouped_bars(names, series, "us", false);
  return {{"id", "layers"},  {"title", "Time of each layer"}, {"text", "Of the first image."},
          {"wide", true},    {"height", height_of(option)},   {"extra", {{"unit", "us"}}},
          {"option", option}};
}

std::string output_of(const Json& row) {
  if (row.at("output_sha256").is_null()) return "not computed";
  return row.at("output_sha256") == row.at("reference_sha256") ? "exact" : "differs";
}

Json table(const Json& rows) {
  Json values = Json::array();
  for (const Json& row : rows) {
    const Json& speedup = row.at("speedup_vs_accelerator_only");
    const Json& saved = row.at("energy_reduction_percent");
    Json own = {row.at("planner"), rounded(row.at("latency_ms"))};
    if (simulated(rows)) own.push_back(rounded(row.at("predicted_latency_ms")));
    for (const Json& value :
         {Json(rounded(row.at("throughput_images_per_s"))), Json(rounded(row.at("energy_mj"))),
          Json(rounded(100 * row.at("accelerator").at("utilization").get<double>())),
          speedup.is_number() ? Json(rounded(speedup)) : speedup,
          saved.is_number() ? Json(rounded(saved)) : saved, Json(output_of(row))})
      own.push_back(value);
    values.push_back(own);
  }
  Json columns = {word_column("planner"), number_column("latency", "ms", 3)};
  if (simulated(rows)) columns.push_back(number_column("model", "ms", 3));
  for (const Json& column : {number_column("throughput", "images/s", 2), number_column("energy", "mJ", 2),
                             number_column("array used", "%", 1), number_column("speed-up", "", 3),
                             number_column("saved", "%", 1), word_column("output")})
    columns.push_back(column);
  return {{"id", "table"},
          {"title", "Planners"},
          {"text", "Speed-up and saved energy are against accelerator-only, where it is one of them."},
          {"wide", true},
          {"columns", columns},
          {"example", 1},
          {"values", values}};
}

}  // namespace

Page compare_page(const Json& comparison) {
  const Json& rows = comparison.at("rows");
  Page page;
  page.command = comparison.value("command", "tandem compare");
  const Json* fastest = nullptr;
  const Json* thriftiest = nullptr;
  for (const Json& row : rows) {
    if (fastest == nullptr || row.at("latency_ms") < (*fastest).at("latency_ms")) fastest = &row;
    if (thriftiest == nullptr || row.at("energy_mj") < (*thriftiest).at("energy_mj")) thriftiest = &row;
  }
  if (fastest == nullptr) return page;
  page.title =
      fmt::format("{} planners for {} on {}", rows.size(), (*fastest).at("network").get<std::string>(),
                  (*fastest).at("platform").get<std::string>());
  page.subtitle = fmt::format("{}, {} image{}", (*fastest).at("precision").get<std::string>(),
                              (*fastest).at("images").get<int>(), (*fastest).at("images") == 1 ? "" : "s");
  page.facts = {
      {"fastest", (*fastest).at("planner"), "", ""},
      {"its latency", fmt::format("{:.3f}", (*fastest).at("latency_ms").get<double>()), "ms", ""},
      {"least energy", (*thriftiest).at("planner"), "", ""},
      {"its energy", fmt::format("{:.2f}", (*thriftiest).at("energy_mj").get<double>()), "mJ", ""},
  };
  if (!simulated(rows)) page.sentences.emplace_back(kNothingSimulated);
  for (const Json& row : rows) {
    const double latency = row.at("latency_ms"), predicted = row.at("predicted_latency_ms");
    std::string sentence =
        fmt::format("{}: {:.3f} ms, {:.2f} mJ an image", row.at("planner").get<std::string>(), latency,
                    row.at("energy_mj").get<double>());
    if (row.at("speedup_vs_accelerator_only").is_number() && row.at("planner") != "accelerator-only")
      sentence += fmt::format("; {:.3f} times as fast as accelerator-only",
                              row.at("speedup_vs_accelerator_only").get<double>());
    if (predicted > 0 && simulated(rows))
      sentence += fmt::format("; predicted {:+.1f} %", 100 * (predicted / latency - 1));
    page.sentences.push_back(sentence + ".");
  }
  page.figures = {latency_figure(rows), energy_of_planners(rows)};
  const Json accounts = accounts_figure(rows);
  if (!accounts["variants"].empty())
    page.figures.push_back(accounts);
  else
    page.absent.emplace_back("where the time goes");
  page.why_absent = "at fidelity analytic nothing was simulated";
  page.figures.push_back(trade_figure(rows));
  page.figures.push_back(layers_figure(rows));
  page.figures.push_back(table(rows));
  return page;
}

}  // namespace tandem::report
