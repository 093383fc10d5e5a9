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
  static const std::vector<std::string> kNames = {"accelerator-only", "cpu-only", "cosched", "oracle"};
  return kNames;
}

const char* to_string(Planner planner) { return planner_names()[static_cast<std::size_t>(planner)].c_str(); }

Planner planner_from(const std::string& name, const std::string& where) {
  const auto& names = planner_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Planner>(found - names.begin());
  const std::string near = nearest_name(name, names);
  throw InputError({where, 0, 0}, "",
                   "\"" + name + "\" is unknown" + (near.empty() ? "" : ", did you mean \"" + near + "\"?") +
                       "; allowed is one of " + join(names));
}

const char* to_string(AcceleratorFidelity fidelity) {
  return fidelity == AcceleratorFidelity::rtl ? "rtl" : "model";
}

Run read_run(const std::string& path, const std::vector<std::string>& assignments) {
  Run run;
  run.file = path;
  Document document = Document::parse_file(resolve_config("runs", path));
  for (const std::string& assignment : assignments) document.set(assignment);
  const Table root = document.root();
  run.platform = root.string("platform");
  run.network = root.string("network");
  run.platform_place = root.place("platform");
  run.network_place = root.place("network");
  run.images = static_cast<int>(root.integer_or("images", 1, 1, 100000));
  run.int8 = root.choice_or("precision", 0, {"int8", "fp32"}) == 0;
  run.seed = static_cast<std::uint64_t>(root.integer_or("seed", 1, 0, INT64_MAX));
  run.time_limit = root.time_or("time_limit", Picoseconds(0), Picoseconds(0), Picoseconds(INT64_MAX));
  if (root.has("accelerator")) run.array = read_array(root, "accelerator");
  if (const auto schedule = root.table_if("schedule")) {
    if (schedule->has("file")) {
      run.schedule_file = schedule->string("file");
      if (schedule->has("planner"))
        schedule->problem("planner", "stands beside \"file\"; give one of the two");
    } else {
      run.planner = static_cast<Planner>(schedule->choice("planner", planner_names()));
    }
    schedule->choice_or("objective", 0, {"latency"});
    if (schedule->has("wait"))
      run.wait = static_cast<WaitPolicy>(schedule->choice("wait", wait_policy_names()));
    run.cores = schedule->strings("cores");
  }
  for (const Table& table : root.tables("beside")) {
    run.beside.push_back({table.string("network"), table.place("network"), table.strings("cores")});
    if (run.beside.back().cores.empty())
      table.problem("cores", "is missing; say which cores the network runs on");
  }
  if (const auto frequency = root.table_if("frequency")) {
    for (const std::string& cluster : frequency->keys()) {
      run.frequency[cluster] = frequency->frequency(cluster, Hertz(1'000'000), Hertz(10'000'000'000));
    }
  }
  if (const auto fidelity = root.table_if("fidelity")) {
    fidelity->choice_or("cpu", 0, {"tile"});
    run.accelerator = fidelity->choice_or("accelerator", 1, {"model", "rtl"}) == 1
                          ? AcceleratorFidelity::rtl
                          : AcceleratorFidelity::model;
  }
  document.finish();
  return run;
}

}  // namespace tandem::spec
