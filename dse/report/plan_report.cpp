// SPDX-License-Identifier: Apache-2.0
#include "dse/report/plan_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dse/report/table.h"

namespace tandem::report {

using pipeline::CostTable;
using pipeline::Objective;
using pipeline::Plan;
using pipeline::Solution;
using pipeline::Stage;

namespace {

// Cost tables count in whole picoseconds and picojoules.
double milliseconds(std::int64_t picoseconds) { return to_milliseconds(Picoseconds(picoseconds)); }
double millijoules(std::int64_t picojoules) {
  return to_millijoules(Picojoules(static_cast<double>(picojoules)));
}

double throughput(const Plan& plan) { return plan.period > 0 ? 1e12 / static_cast<double>(plan.period) : 0; }

// How far above the bound the answer is; 0 for one that is proved, whatever the bound.
double gap_percent(const pipeline::Answer& answer) {
  if (answer.proved || answer.bound <= 0) return 0;
  return 100.0 * static_cast<double>(answer.value() - answer.bound) / static_cast<double>(answer.bound);
}

std::string bound_text(const pipeline::Answer& answer) {
  const std::string verdict =
      answer.proved ? "no pipeline is better" : fmt::format("gap {:.2f} %", gap_percent(answer));
  if (answer.goal.objective == Objective::energy)
    return fmt::format("energy at least {:.3f} mJ: {}\n", millijoules(answer.bound), verdict);
  return fmt::format("{} at least {:.3f} ms: {}\n",
                     answer.goal.objective == Objective::throughput ? "bottleneck" : "latency",
                     milliseconds(answer.bound), verdict);
}

std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, "+")); }

const std::string& name_of(const CostTable& table, int layer) {
  return table.layers[static_cast<std::size_t>(layer)];
}

Json plan_json(const CostTable& table, const Plan& plan) {
  Json json;
  json["bottleneck_ms"] = milliseconds(plan.period);
  json["latency_ms"] = milliseconds(plan.latency);
  json["throughput_images_per_s"] = throughput(plan);
  json["energy_mj"] = nullptr;
  if (table.knows_energy()) json["energy_mj"] = millijoules(plan.energy);
  return json;
}

Json stages_json(const CostTable& table, const Plan& plan) {
  Json stages = Json::array();
  for (const Stage& stage : plan.stages) {
    Json layers = Json::array();
    for (const int layer : stage.layers) layers.push_back(name_of(table, layer));
    stages.push_back({{"resources", pipeline::resource_names(table, table.group(stage.group))},
                      {"first_layer", name_of(table, stage.layers.front())},
                      {"last_layer", name_of(table, stage.layers.back())},
                      {"time_ms", milliseconds(stage.time)},
                      {"layers", std::move(layers)}});
  }
  return stages;
}

}  // namespace

Json pipeline_json(const CostTable& table, const Solution& solution, const std::string& planner) {
  const pipeline::Answer& answer = solution.answer;
  Json json;
  json["network"] = table.network;
  json["planner"] = planner;
  json["objective"] = pipeline::to_string(answer.goal.objective);
  json["pipeline"] = solution.notation;
  json.update(plan_json(table, answer.plan));
  json["lower_bound_ms"] = nullptr;
  json["lower_bound_mj"] = nullptr;
  if (answer.goal.objective == Objective::energy) {
    json["lower_bound_mj"] = millijoules(answer.bound);
  } else {
    json["lower_bound_ms"] = milliseconds(answer.bound);
  }
  json["gap_percent"] = gap_percent(answer);
  json["proved"] = answer.proved;
  json["stages"] = stages_json(table, answer.plan);
  json["design_space"] = {{"pipelines", solution.space.pipelines},
                          {"points", solution.space.points},
                          {"all_points", solution.space.all_points},
                          {"pipelines_tried", solution.pipelines_tried},
                          {"cuts", solution.ideals}};
  if (!solution.front.empty()) {
    json["front"] = Json::array();
    for (const Plan& plan : solution.front) {
      Json point = plan_json(table, plan);
      point["stages"] = stages_json(table, plan);
      json["front"].push_back(std::move(point));
    }
  }
  json["certificate"] = solution.certificate;
  return json;
}

std::string pipeline_text(const CostTable& table, const Solution& solution, const std::string& planner) {
  const pipeline::Answer& answer = solution.answer;
  const Plan& plan = answer.plan;
  std::string text = fmt::format("{} by {}: {}\n\n", table.network, planner, solution.notation);
  Table stages({{"stage"},
                {"resources", Table::Align::left},
                {"first layer", Table::Align::left},
                {"last layer", Table::Align::left},
                {"layers"},
                {"time [ms]"},
                {"busy [%]"}});
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const Stage& stage = plan.stages[i];
    const double busy =
        plan.period > 0 ? 100.0 * static_cast<double>(stage.time) / static_cast<double>(plan.period) : 100;
    stages.row({std::to_string(i + 1), joined(pipeline::resource_names(table, table.group(stage.group))),
                name_of(table, stage.layers.front()), name_of(table, stage.layers.back()),
                std::to_string(stage.layers.size()), fmt::format("{:.3f}", milliseconds(stage.time)),
                fmt::format("{:.1f}", busy)});
  }
  text += stages.text();
  text += fmt::format("\nbottleneck {:.3f} ms, {:.2f} images/s, latency {:.3f} ms\n",
                      milliseconds(plan.period), throughput(plan), milliseconds(plan.latency));
  if (table.knows_energy()) text += fmt::format("energy {:.3f} mJ an image\n", millijoules(plan.energy));
  text += bound_text(answer);
  text += fmt::format("{:.10g} pipelines, {:.10g} ways to cut the layers for them; in every order {:.4g}\n",
                      solution.space.pipelines, solution.space.points, solution.space.all_points);
  if (solution.pipelines_tried > 0) text += fmt::format("{} pipelines tried\n", solution.pipelines_tried);
  if (!solution.front.empty()) {
    Table front({{"bottleneck [ms]"}, {"images/s"}, {"energy [mJ]"}, {"latency [ms]"}, {"stages"}});
    for (const Plan& point : solution.front) {
      front.row({fmt::format("{:.3f}", milliseconds(point.period)), fmt::format("{:.2f}", throughput(point)),
                 fmt::format("{:.3f}", millijoules(point.energy)),
                 fmt::format("{:.3f}", milliseconds(point.latency)), std::to_string(point.stages.size())});
    }
    text += "\n";
    text += front.text();
  }
  return text;
}

}  // namespace tandem::report
