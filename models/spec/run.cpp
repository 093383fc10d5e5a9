// SPDX-License-Identifier: Apache-2.0
#include "models/spec/run.h"

#include <algorithm>

#include "models/core/locate.h"
#include "models/spec/read_array.h"
#include "models/toml/reader.h"

namespace tandem::spec {

using toml_reader::Document;
using toml_reader::Table;

const std::vector<std::string>& planner_names() {
  static const std::vector<std::string> kNames = {"accelerator-only", "cpu-only", "cosched", "oracle",
                                                  "kernel-parallel",  "pipeit",   "exact",   "joint"};
  return kNames;
}

const std::vector<std::string>& objective_names() {
  static const std::vector<std::string> kNames = {"latency", "throughput", "energy", "edp"};
  return kNames;
}

const char* to_string(Planner planner) { return planner_names()[static_cast<std::size_t>(planner)].c_str(); }

namespace {

std::size_t index_from(const std::string& name, const std::vector<std::string>& names,
                       const std::string& where) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::string near = nearest_name(name, names);
  throw InputError({where, 0, 0}, "",
                   "\"" + name + "\" is unknown" + (near.empty() ? "" : ", did you mean \"" + near + "\"?") +
                       "; allowed is one of " + join(names));
}

}  // namespace

Planner planner_from(const std::string& name, const std::string& where) {
  return static_cast<Planner>(index_from(name, planner_names(), where));
}

const std::vector<std::string>& extension_names() {
  static const std::vector<std::string> names = {"contention", "thread_start", "cold_inputs", "wait_policy"};
  return names;
}

Objective objective_from(const std::string& name, const std::string& where) {
  return static_cast<Objective>(index_from(name, objective_names(), where));
}

namespace {

const std::vector<std::string> kCpuFidelities = {"tile", "analytic"};
const std::vector<std::string> kAcceleratorFidelities = {"model", "rtl", "analytic"};

Extensions read_extensions(const Table& table) {
  Extensions with{false, false, false, false};
  bool* const switches[] = {&with.contention, &with.thread_start, &with.cold_inputs, &with.wait_policy};
  const std::vector<std::string>& names = extension_names();
  for (const std::string& name : table.strings("extensions")) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      const std::string near = nearest_name(name, names);
      table.problem("extensions", "\"" + name + "\" is unknown; allowed is any of " + join(names) +
                                      (near.empty() ? "" : ", did you mean \"" + near + "\"?"));
    } else {
      *switches[found - names.begin()] = true;
    }
  }
  return with;
}

// The closed form knows no bus that a simulated part could hang on, so one analytic part makes the other so.
void read_fidelity(const Table& table, Run& run) {
  const bool cpu = table.has("cpu"), unit = table.has("accelerator");
  run.cpu = static_cast<CpuFidelity>(table.choice_or("cpu", 0, kCpuFidelities));
  run.accelerator =
      static_cast<AcceleratorFidelity>(table.choice_or("accelerator", 1, kAcceleratorFidelities));
  const bool cpu_analytic = run.cpu == CpuFidelity::analytic;
  const bool unit_analytic = run.accelerator == AcceleratorFidelity::analytic;
  if (cpu && unit && cpu_analytic != unit_analytic) {
    table.problem(cpu_analytic ? "accelerator" : "cpu",
                  std::string("is \"") + (cpu_analytic ? to_string(run.accelerator) : to_string(run.cpu)) +
                      "\" beside an analytic " + (cpu_analytic ? "cpu" : "accelerator") +
                      "; the closed form takes both or none");
  }
  run.tensors = table.boolean_or("tensors", true);
  run.quantum = table.size_or("quantum", kQuantum, Bytes(1024), Bytes(1 << 20));
  if (cpu_analytic) run.accelerator = AcceleratorFidelity::analytic;
  if (unit_analytic) run.cpu = CpuFidelity::analytic;
}

bool sets(const std::string& key, const std::vector<std::string>& assignments) {
  return std::any_of(assignments.begin(), assignments.end(),
                     [&](const std::string& one) { return one.starts_with(key + "="); });
}

}  // namespace

const char* to_string(CpuFidelity fidelity) {
  return kCpuFidelities[static_cast<std::size_t>(fidelity)].c_str();
}

const char* to_string(AcceleratorFidelity fidelity) {
  return kAcceleratorFidelities[static_cast<std::size_t>(fidelity)].c_str();
}

Run read_run(const std::string& path, const std::vector<std::string>& assignments) {
  Run run;
  run.file = path;
  Document document = Document::parse_file(resolve_config("runs", path));
  for (const std::string& assignment : assignments) {
    // What stands behind "platform." and "network." belongs into the files they name.
    const std::size_t dot = assignment.find('.');
    const std::string head = assignment.substr(0, dot == std::string::npos ? 0 : dot);
    if (head != "platform" && head != "network") {
      document.set(assignment);
      continue;
    }
    const std::string rest = assignment.substr(dot + 1);
    if (rest.empty() || rest.front() == '=')
      throw InputError({"--set", 0, 0}, assignment, "is not of the form " + head + ".KEY=VALUE");
    (head == "platform" ? run.platform_changes : run.network_changes).push_back(rest);
  }
  const Table root = document.root();
  run.platform = root.path("platform");
  run.network = root.path("network");
  run.places["precision"] = root.place("precision");
  run.platform_place = root.place("platform");
  run.network_place = root.place("network");
  run.images = static_cast<int>(root.integer_or("images", 1, 1, 100000));
  run.int8 = root.choice_or("precision", 0, {"int8", "fp32"}) == 0;
  run.seed = static_cast<std::uint64_t>(root.integer_or("seed", 1, 0, INT64_MAX));
  run.time_limit = root.time_or("time_limit", Picoseconds(0), Picoseconds(0), Picoseconds(INT64_MAX));
  if (root.has("accelerator")) run.array = read_array(root, "accelerator");
  if (const auto schedule = root.table_if("schedule")) {
    const bool both = schedule->has("file") && schedule->has("planner");
    const bool file_set = sets("schedule.file", assignments),
               planner_set = sets("schedule.planner", assignments);
    if (both && file_set == planner_set)
      schedule->problem("planner", "stands beside \"file\"; give one of the two");
    // What is set replaces the other in the file.
    if (schedule->has("file") && !(both && planner_set)) {
      run.schedule_file = schedule->path("file");
    } else {
      run.planner = static_cast<Planner>(schedule->choice("planner", planner_names()));
    }
    if (schedule->has("objective"))
      run.objective = static_cast<Objective>(schedule->choice("objective", objective_names()));
    run.min_throughput = schedule->number_or("min_throughput", 0, 0, 1e6);
    run.refine = static_cast<int>(schedule->integer_or("refine", 0, 0, 100));
    if (schedule->has("wait"))
      run.wait = static_cast<WaitPolicy>(schedule->choice("wait", wait_policy_names()));
    run.division.share_rows = schedule->boolean_or("share_rows", false);
    run.division.all_clusters = schedule->boolean_or("all_clusters", false);
    if (schedule->has("model")) run.model_file = schedule->path("model");
    for (const char* key : {"cores", "min_throughput", "objective", "planner"}) {
      if (schedule->has(key)) run.places[std::string("schedule.") + key] = schedule->place(key);
    }
    if (schedule->has("extensions")) run.extensions = read_extensions(*schedule);
    run.cores = schedule->strings("cores");
  }
  for (const Table& table : root.tables("beside")) {
    run.beside.push_back({table.path("network"), table.place("network"), table.strings("cores")});
    if (run.beside.back().cores.empty())
      table.problem("cores", "is missing; say which cores the network runs on");
  }
  if (const auto frequency = root.table_if("frequency")) {
    for (const std::string& cluster : frequency->keys()) {
      run.frequency[cluster] = frequency->frequency(cluster, Hertz(1'000'000), Hertz(10'000'000'000));
      run.places["frequency." + cluster] = frequency->place(cluster);
    }
  }
  if (const auto fidelity = root.table_if("fidelity")) {
    read_fidelity(*fidelity, run);
  }
  for (const Table& table : root.tables("fault")) {
    run.faults.push_back(read_fault(table));
    if (run.cpu == CpuFidelity::analytic)
      table.problem("", "happens to a simulated machine, and fidelity analytic simulates none; use tile");
  }
  document.finish();
  return run;
}

}  // namespace tandem::spec
