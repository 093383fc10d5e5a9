// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "dse/plan/kernels.h"
#include "dse/report/result_json.h"
#include "dse/report/run_detail.h"
#include "dse/report/text_report.h"
#include "dse/report/trace_json.h"
#include "models/core/error.h"
#include "models/memory/dram_spec.h"
#include "models/toml/units.h"
#include "sim/cli/children.h"
#include "sim/cli/commands.h"
#include "sim/cli/progress.h"
#include "sim/cli/session.h"
#include "sim/platform/gtkwave_save.h"
#include "sim/platform/make_accelerator.h"
#include "sim/platform/operating_points.h"

namespace tandem::cli {

namespace fs = std::filesystem;
using report::Json;

namespace {

void write_file(const fs::path& path, const std::string& option, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw InputError({path.string(), 0, 0}, option, "cannot be written");
}

void make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw InputError({folder, 0, 0}, "--out", "cannot be made: " + error.message());
}

// What the session's machine can do at most.
report::Machine machine_of(const Session& session) {
  report::Machine machine;
  for (const spec::Cluster& cluster : session.platform.clusters) {
    const spec::OperatingPoint point = sim::operating_point(session.platform, cluster, session.run.frequency);
    const double rate =
        session.run.int8 ? cluster.core.int8_macs_per_cycle : cluster.core.fp32_macs_per_cycle;
    machine.roofs.push_back(
        {cluster.name, rate * cluster.cores * static_cast<double>(point.frequency.raw()) * 1e-9});
  }
  for (const spec::Accelerator& unit : session.platform.accelerators) {
    machine.roofs.push_back(
        {unit.name, static_cast<double>(unit.array.macs()) * static_cast<double>(unit.clock.raw()) * 1e-9});
  }
  machine.memory_gbytes_per_s = memory::find_dram(session.platform.dram.type)->peak_bytes_per_second() * 1e-9;
  return machine;
}

void write_files(const RunArguments& arguments, const Session& session, const spec::RunResult& result,
                 const spec::Schedule& schedule) {
  const std::string& folder = arguments.out;
  make_folder(folder);
  const auto put = [&](const char* name, const std::string& text) {
    write_file(fs::path(folder) / name, "--out", text);
  };
  put("result.json", report::text_of(report::result_json(result), 2) + "\n");
  put("layers.csv", report::layers_csv(result));
  put("timeline.json", report::chrome_trace(result));
  put("schedule.toml", spec::write_schedule_toml(schedule));
  put("detail.json",
      report::text_of(report::run_detail(result, machine_of(session), arguments.command)) + "\n");
}

void check_output(const std::string& planner, const std::string& output, const std::string& reference) {
  if (output == reference) return;
  throw CheckError(
      fmt::format("{}: the simulated output {} is not the reference {}", planner, output, reference));
}

Picoseconds time_of(const std::string& option, const std::string& text) {
  if (text.empty()) return Picoseconds(0);
  const auto value = toml_reader::parse_quantity(text, toml_reader::kTimeUnits);
  if (!value || *value < 0 || *value > 1e15) {
    throw InputError({"tandem run", 0, 0}, option,
                     fmt::format("\"{}\" is no time up to 1000 s; give one as in \"20 us\"", text));
  }
  return Picoseconds(static_cast<std::int64_t>(*value));
}

sim::MachineOptions::Waves waves_of(const RunArguments& arguments, const Session& session) {
  if (arguments.waves.empty()) {
    if (!arguments.waves_from.empty() || !arguments.waves_for.empty())
      throw InputError({"tandem run", 0, 0}, "--waves-from", "needs --waves FILE.fst");
    return {};
  }
  if (session.platform.accelerators.empty() || session.analytic() ||
      session.run.accelerator != spec::AcceleratorFidelity::rtl) {
    throw InputError({"tandem run", 0, 0}, "--waves",
                     "needs a platform with an accelerator, at fidelity.accelerator = \"rtl\" and "
                     "fidelity.cpu = \"tile\"");
  }
  sim::MachineOptions::Waves waves{arguments.waves, time_of("--waves-from", arguments.waves_from),
                                   time_of("--waves-for", arguments.waves_for)};
  for (const spec::Accelerator& unit : session.platform.accelerators) {
    const std::string file = sim::waves_file(arguments.waves, unit.name);
    write_file(file + ".gtkw", "--waves", sim::gtkwave_save(file, waves.from));
  }
  return waves;
}

// What `compare` takes besides planners: all that fit the run, and core groups.
constexpr const char* kAll = "all";

bool is_planner(const std::string& name) {
  const std::vector<std::string>& names = spec::planner_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Before the run's file is read: what is no core group of any platform.
void check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::size_t x = name.rfind('x');
    const bool group = x != std::string::npos && x > 0 && x + 1 < name.size() &&
                       name.find_first_not_of("0123456789", x + 1) == std::string::npos;
    if (name == kAll || group) continue;
    try {
      spec::planner_from(name, "--planners");
    } catch (const InputError& error) {
      const Problem& problem = error.problems().front();
      throw InputError(problem.place, problem.key, problem.message + ", a group of cores as a53x4, or all");
    }
  }
}

// Each cluster alone, then the planners; without the oracle, which takes long.
std::vector<std::string> with_all(const Session& session, const std::vector<std::string>& asked) {
  std::vector<std::string> names;
  for (const std::string& name : asked) {
    if (name != kAll) {
      names.push_back(name);
      continue;
    }
    const std::vector<std::string> groups = session.problem().core_groups;
    names.insert(names.end(), groups.begin(), groups.end());
    std::vector<spec::Planner> planners = {spec::Planner::pipeit, spec::Planner::exact};
    if (groups.size() > 1)  // else they are the group itself
      planners.insert(planners.begin(), {spec::Planner::cpu_only, spec::Planner::kernel_parallel});
    for (const spec::Planner planner : planners) names.emplace_back(to_string(planner));
    if (session.platform.accelerators.empty() || !session.run.int8) continue;
    for (const spec::Planner planner :
         {spec::Planner::accelerator_only, spec::Planner::cosched, spec::Planner::joint})
      names.emplace_back(to_string(planner));
  }
  return names;
}

spec::Schedule schedule_of_contender(const Session& session, const std::string& name) {
  if (is_planner(name)) return schedule_for(session, spec::planner_from(name, "--planners"));
  plan::Problem problem = session.problem();
  problem.core_groups = plan::allowed_core_groups(session.platform, {name}, "--planners");
  spec::Schedule schedule = plan::plan_cpu_only(problem);
  plan::name_kernels(schedule, problem);
  schedule.planner = name;
  schedule.wait = session.run.wait.value_or(schedule.wait);
  return schedule;
}

}  // namespace

int run_command(const RunArguments& arguments) {
  Session session = open_session(arguments.run_file, arguments.assignments);
  session.waves = waves_of(arguments, session);
  const spec::Schedule schedule = schedule_for(session);
  const bool timeline = !arguments.out.empty() || !arguments.trace.empty();
  const spec::RunResult result = simulate(session, schedule, true, timeline);
  if (!arguments.trace.empty()) write_file(arguments.trace, "--trace", report::chrome_trace(result));
  if (!arguments.out.empty()) write_files(arguments, session, result, schedule);
  fmt::print("{}", arguments.json ? report::text_of(report::result_json(result), 2) + "\n"
                                  : report::run_text(result));
  if (session.has_tensors()) check_output(result.planner, result.output_sha256, result.reference_sha256);
  return 0;
}

int compare_command(const RunArguments& arguments, const std::vector<std::string>& planners) {
  check_names(planners);
  const Session session = open_session(arguments.run_file, arguments.assignments);
  std::vector<spec::Schedule> schedules;
  for (const std::string& name : with_all(session, planners))
    schedules.push_back(schedule_of_contender(session, name));

  const int count = static_cast<int>(schedules.size());
  std::vector<std::string> texts;
  {
    Progress progress("simulating planners");
    // Two at once: as many as the smallest machine has cores; the times reported are simulated ones.
    texts = run_in_children(
        count, 2,
        [&](int i) {
          return report::text_of(
              report::result_json(simulate(session, schedules[static_cast<std::size_t>(i)], false)));
        },
        [&](int done) { progress.step(done, count); });
  }
  Json comparison;
  comparison["rows"] = Json::array();
  for (const std::string& text : texts) comparison["rows"].push_back(Json::parse(text));
  const Json* base = nullptr;
  for (const Json& row : comparison["rows"]) {
    if (row["planner"] == "accelerator-only") base = &row;
  }
  const double base_latency = base != nullptr ? (*base)["latency_ms"].get<double>() : 0;
  const double base_energy = base != nullptr ? (*base)["energy_mj"].get<double>() : 0;
  for (Json& row : comparison["rows"]) {
    row["speedup_vs_accelerator_only"] = nullptr;
    row["energy_reduction_percent"] = nullptr;
    if (base_latency > 0) row["speedup_vs_accelerator_only"] = base_latency / row["latency_ms"].get<double>();
    if (base_energy > 0) {
      row["energy_reduction_percent"] = 100.0 * (1.0 - row["energy_mj"].get<double>() / base_energy);
    }
  }
  if (!arguments.out.empty()) {
    make_folder(arguments.out);
    Json kept = comparison;
    kept["command"] = arguments.command;
    write_file(fs::path(arguments.out) / "comparison.json", "--out", report::text_of(kept, 2) + "\n");
  }
  fmt::print("{}", arguments.json ? report::text_of(comparison, 2) + "\n" : report::compare_text(comparison));
  if (!session.has_tensors()) return 0;
  for (const Json& row : comparison["rows"])
    check_output(row["planner"], row["output_sha256"], row["reference_sha256"]);
  return 0;
}

}  // namespace tandem::cli
