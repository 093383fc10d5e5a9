// SPDX-License-Identifier: Apache-2.0
// `tandem plan`: a schedule without simulating it, from a run file, from measured times, or from both.
#include <fmt/format.h>

#include <fstream>
#include <optional>

#include "dse/pipeline/cost_csv.h"
#include "dse/plan/kernels.h"
#include "dse/plan/lower_bound.h"
#include "dse/plan/pipeline_planner.h"
#include "dse/report/plan_report.h"
#include "dse/report/result_json.h"
#include "dse/report/table.h"
#include "models/core/error.h"
#include "sim/cli/commands.h"
#include "sim/cli/session.h"

namespace tandem::cli {

using report::Json;

namespace {

void write_text(const std::string& path, const std::string& text, const char* option) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw InputError({path, 0, 0}, option, "cannot be written");
}

Json refinement_json(const std::vector<plan::RefinementRound>& rounds) {
  Json json = Json::array();
  for (const plan::RefinementRound& round : rounds) {
    json.push_back({{"pipeline", round.notation},
                    {"planned_ms", to_milliseconds(round.planned)},
                    {"simulated_ms", to_milliseconds(round.measured)},
                    {"stage_error_percent", round.stage_error_percent},
                    {"throughput_error_percent", round.throughput_error_percent()},
                    {"simulated_before", round.known}});
  }
  return json;
}

std::string refinement_text(const std::vector<plan::RefinementRound>& rounds) {
  report::Table table({{"round"},
                       {"pipeline", report::Table::Align::left},
                       {"planned [ms]"},
                       {"simulated [ms]"},
                       {"stages off [%]"},
                       {"throughput off [%]"}});
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    const plan::RefinementRound& round = rounds[i];
    table.row({std::to_string(i + 1), round.notation, fmt::format("{:.3f}", to_milliseconds(round.planned)),
               fmt::format("{:.3f}", to_milliseconds(round.measured)),
               fmt::format("{:.2f}", round.stage_error_percent),
               fmt::format("{:+.2f}", round.throughput_error_percent())});
  }
  return table.text();
}

void show_pipeline(const PlanArguments& arguments, const pipeline::CostTable& table,
                   const pipeline::Solution& solution, spec::Planner planner,
                   const std::vector<plan::RefinementRound>& rounds = {}) {
  if (!arguments.certificate.empty())
    write_text(arguments.certificate, solution.certificate, "--certificate");
  if (arguments.run.json) {
    Json json = report::pipeline_json(table, solution, to_string(planner));
    if (!rounds.empty()) json["refinement"] = refinement_json(rounds);
    fmt::print("{}\n", report::text_of(json, 2));
    return;
  }
  fmt::print("{}", report::pipeline_text(table, solution, to_string(planner)));
  if (!rounds.empty()) fmt::print("\n{}", refinement_text(rounds));
}

int plan_table(const PlanArguments& arguments) {
  const spec::Planner planner =
      arguments.planner.empty() ? spec::Planner::exact : spec::planner_from(arguments.planner, "--planner");
  if (!plan::plans_pipelines(planner)) {
    throw InputError({"--planner", 0, 0}, "",
                     fmt::format("\"{}\" needs a run file; a cost table alone is for pipeit, exact, joint",
                                 arguments.planner));
  }
  if (!arguments.save.empty())
    throw InputError({"--save", 0, 0}, "",
                     "needs a run file: a cost table has no shapes to make work items of");
  if (arguments.refine > 0)
    throw InputError({"--refine", 0, 0}, "", "needs a run file: a cost table alone cannot be simulated");
  if (!arguments.run.assignments.empty())
    throw InputError({"--set", 0, 0}, "", "changes a run file, and none is given");
  const pipeline::CostTable table = pipeline::read_cost_csv(arguments.costs, arguments.network);
  const spec::Objective objective = arguments.objective.empty()
                                        ? spec::Objective::throughput
                                        : spec::objective_from(arguments.objective, "--objective");
  if (objective == spec::Objective::edp) {
    throw InputError({"--objective", 0, 0}, "",
                     "is edp, which is cosched's; pipelines have latency, throughput or energy");
  }
  const pipeline::Goal goal = goal_of(objective, arguments.min_throughput);
  show_pipeline(arguments, table, plan::solve_table(planner, table, goal, arguments.costs, arguments.front),
                planner);
  return 0;
}

Json single_stage_json(const spec::Schedule& schedule, std::optional<Picoseconds> bound) {
  Json json;
  json["network"] = schedule.network;
  json["planner"] = schedule.planner;
  json["bottleneck_ms"] = to_milliseconds(schedule.predicted_latency);
  json["latency_ms"] = to_milliseconds(schedule.predicted_latency);
  json["lower_bound_ms"] = nullptr;
  json["gap_percent"] = nullptr;
  if (bound && bound->raw() > 0) {
    json["lower_bound_ms"] = to_milliseconds(*bound);
    json["gap_percent"] = 100.0 * static_cast<double>((schedule.predicted_latency - *bound).raw()) /
                          static_cast<double>(bound->raw());
  }
  json["stages"] = Json::array();
  for (const spec::Stage& stage : schedule.stages) {
    json["stages"].push_back({{"resources", stage.resources},
                              {"first_layer", stage.first_layer},
                              {"last_layer", stage.last_layer},
                              {"time_ms", to_milliseconds(schedule.predicted_latency)}});
  }
  return json;
}

}  // namespace

int plan_command(const PlanArguments& arguments) {
  if (arguments.run.run_file.empty()) {
    if (arguments.costs.empty())
      throw InputError({"tandem plan", 0, 0}, "", "needs a run file, or --costs, or both");
    return plan_table(arguments);
  }
  if (!arguments.network.empty()) {
    throw InputError({"--network", 0, 0}, "",
                     "chooses from a table without a run file; a run file names its own (--set network=...)");
  }
  std::vector<std::string> assignments = arguments.run.assignments;
  if (!arguments.objective.empty()) assignments.push_back("schedule.objective=" + arguments.objective);
  if (arguments.min_throughput > 0)
    assignments.push_back(fmt::format("schedule.min_throughput={:f}", arguments.min_throughput));
  if (arguments.refine > 0) assignments.push_back(fmt::format("schedule.refine={}", arguments.refine));
  const Session session = open_session(arguments.run.run_file, assignments);
  const spec::Planner planner =
      arguments.planner.empty() ? session.run.planner : spec::planner_from(arguments.planner, "--planner");
  const bool from_file = arguments.planner.empty() && !session.run.schedule_file.empty();
  if (!from_file && plan::plans_pipelines(planner)) {
    check_objective(session.run, planner);
    std::vector<plan::RefinementRound> rounds;
    plan::PipelinePlan answer;
    if (session.run.refine > 0) {
      if (arguments.front)
        throw InputError({"--front", 0, 0}, "", "is of planned times; leave out --refine, or --front");
      plan::Refinement refined = plan::refine_pipeline(planner, session.problem(), arguments.costs,
                                                       session.run.refine, measure_pipelines(session));
      answer = std::move(refined.plan);
      rounds = std::move(refined.rounds);
    } else {
      answer = plan::plan_pipeline(planner, session.problem(), arguments.costs, arguments.front);
    }
    plan::name_kernels(answer.schedule, session.problem());
    answer.schedule.wait = session.run.wait.value_or(answer.schedule.wait);
    if (!arguments.save.empty())
      write_text(arguments.save, spec::write_schedule_toml(answer.schedule), "--save");
    show_pipeline(arguments, answer.table, answer.solution, planner, rounds);
    return 0;
  }
  for (const auto& [given, option] :
       {std::pair(!arguments.costs.empty(), "--costs"),
        std::pair(!arguments.certificate.empty(), "--certificate"), std::pair(arguments.front, "--front"),
        std::pair(arguments.min_throughput > 0, "--min-throughput"),
        std::pair(arguments.refine > 0, "--refine")}) {
    if (given) throw InputError({option, 0, 0}, "", "is for the planners pipeit, exact and joint");
  }
  const spec::Schedule schedule =
      arguments.planner.empty() ? schedule_for(session) : schedule_for(session, planner);
  if (!arguments.save.empty()) write_text(arguments.save, spec::write_schedule_toml(schedule), "--save");
  if (!arguments.run.json) {
    fmt::print("{}", spec::write_schedule_toml(schedule));
    return 0;
  }
  // A schedule of a file may be divided in any way, the published model times otherwise.
  std::optional<Picoseconds> bound;
  if (!from_file && !session.published) bound = plan::lower_bound(planner, session.problem());
  fmt::print("{}\n", report::text_of(single_stage_json(schedule, bound), 2));
  return 0;
}

}  // namespace tandem::cli
