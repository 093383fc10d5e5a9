// SPDX-License-Identifier: Apache-2.0
// The commands of `tandem`. Each prints its answer on stdout and returns the exit code 0 or 1; wrong input
// and failed simulations leave as InputError and SimulationError.
#pragma once

#include <string>
#include <vector>

namespace tandem::cli {

struct RunArguments {
  std::string run_file;
  std::vector<std::string> assignments;  // key=value
  std::string out;                       // folder; empty: none
  std::string trace;                     // timeline to write as Chrome trace JSON; empty: none
  std::string waves;                     // FST file for the accelerators' RTL; empty: none
  std::string waves_from, waves_for;     // times; empty: the start, to the end
  std::string command;                   // as it was typed, for pages
  bool json = false;
};

struct SweepArguments {
  std::string sweep_file;
  std::string store;         // empty: NAME.db in the working folder
  int jobs = 0;              // 0: as many as there are cores
  std::string on = "local";  // or "slurm"
  int tasks = 16;            // of a Slurm array
  std::string shard;         // a list of jobs to compute, and nothing else
  bool dry = false;          // only show the space
  bool json = false;
};

int run_command(const RunArguments& arguments);
int compare_command(const RunArguments& arguments, const std::vector<std::string>& planners);

struct PlanArguments {
  RunArguments run;     // its run file may be missing when `costs` is given
  std::string planner;  // instead of the run file's
  std::string objective;
  double min_throughput = 0;  // images a second; 0: any
  std::string costs;          // CSV of layer times
  std::string network;        // which of several in it
  std::string certificate;    // files to write; empty: none
  std::string save;
  bool front = false;  // throughput against energy
  int refine = 0;      // rounds of simulating a pipeline and planning again
};
int plan_command(const PlanArguments& arguments);

int describe_command(const std::string& what, const std::string& name, bool json);
int import_command(const std::string& model, const std::string& out);
// Fits the core types of a platform to measured times of network parts, in so many rounds of simulation.
int calibrate_command(const std::string& platform, const std::string& measured, const std::string& parts,
                      int rounds, const std::string& csv);
// Fits the published latency model of a platform to layers simulated on it, and writes it. `array`: instead
// of the platform's; empty: none.
int calibrate_model_command(const std::string& platform, const std::string& array, bool rtl,
                            const std::string& out);
// Fits Pipe-it's performance model to layers of networks simulated on one core of the platform, holds it
// against networks it was not fitted to, and writes what it predicts of them as a cost table.
int calibrate_stages_command(const std::string& platform, const std::vector<std::string>& networks,
                             const std::string& precision, const std::string& out);
// Runs every run file of the golden suites and holds it against <golden>/<suite>/<run>.json; `update` writes
// those. The suites of evidence.h are held against what others measured, RTL and closed forms.
int validate_command(const std::vector<std::string>& suites, const std::string& golden, bool update,
                     bool json, const std::string& page);

// Computes the points a sweep asks for that its store does not know, and answers. 1 when a point's output was
// not its reference, or all points failed.
int sweep_command(const SweepArguments& arguments);
int export_command(const std::string& store, const std::string& out);

struct ReportArguments {
  std::string source;  // folder of run --out or compare --out, a result as JSON, or a store
  std::string out = "report.html";
  std::string sweep;  // which of a store's; empty: its only one
};
int report_command(const ReportArguments& arguments);

}  // namespace tandem::cli
