// SPDX-License-Identifier: Apache-2.0
// One run: what to simulate, with which planner, at which fidelity. Read from configs/runs/NAME.toml and
// --set.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/accelerator/array.h"
#include "models/core/error.h"
#include "models/core/quantity.h"
#include "models/spec/fault.h"
#include "models/spec/schedule.h"

namespace tandem::spec {

enum class Planner { accelerator_only, cpu_only, cosched, oracle, kernel_parallel, pipeit, exact, joint };
enum class Objective { latency, throughput, energy, edp };
enum class CpuFidelity { tile, analytic };
enum class AcceleratorFidelity { model, rtl, analytic };

// A network that runs on its own cores as long as the run does, over and over.
struct Beside {
  std::string network;
  Place network_place;
  std::vector<std::string> cores;
};

// How cosched may divide a layer; the defaults are the published way.
struct Division {
  bool share_rows = false;    // the accelerator may take some rows of what its channels leave
  bool all_clusters = false;  // all core groups may work beside it, not only the first
};

// results/quantum shows what it costs and what finer ones find.
inline constexpr Bytes kQuantum{16 * 1024};

// What the latency model of cosched knows beyond the published one (models/latency/layer_timing.h).
struct Extensions {
  bool contention = true, thread_start = true, cold_inputs = true, wait_policy = true;
};

struct Run {
  std::string file;
  std::string platform, network;
  std::vector<std::string> platform_changes,
      network_changes;                  // "dram.type=...", from --set platform.dram.type=
  Place platform_place, network_place;  // where the file (or --set) names them, for messages
  int images = 1;
  bool int8 = true;
  std::optional<accelerator::Array> array;  // replaces the platform's
  Planner planner = Planner::cosched;
  std::string schedule_file;           // non-empty: no planner, this schedule
  std::optional<Objective> objective;  // absent: throughput for planners of pipelines, else latency
  double min_throughput = 0;           // images a second a pipeline must make; 0: any
  std::optional<WaitPolicy> wait;      // absent: interrupt, or what the schedule's file says
  int refine = 0;                      // rounds in which a pipeline is run and planned again; 0: none
  Division division;
  Extensions extensions;
  std::string model_file;          // cosched decides by this published latency model; empty: by our own
  std::vector<std::string> cores;  // "a53x4"; empty: all
  std::vector<Beside> beside;
  std::map<std::string, Hertz> frequency;  // by cluster name; absent: the highest point
  CpuFidelity cpu = CpuFidelity::tile;
  AcceleratorFidelity accelerator = AcceleratorFidelity::rtl;
  bool tensors = true;       // computed and checked; times do not depend on it
  Bytes quantum = kQuantum;  // what a core moves of a kernel's data before it computes and others have a turn
  std::uint64_t seed = 1;
  std::vector<Fault> faults;
  Picoseconds time_limit{0};            // of simulated time; 0: none but deadlock detection
  std::map<std::string, Place> places;  // of keys that are judged only with the platform: "schedule.cores"
};

Run read_run(const std::string& path, const std::vector<std::string>& assignments);

const char* to_string(Planner planner);
Planner planner_from(const std::string& name,
                     const std::string& where);  // throws InputError naming the allowed
const std::vector<std::string>& planner_names();
const std::vector<std::string>& objective_names();
const std::vector<std::string>& extension_names();                            // in the order of Extensions
Objective objective_from(const std::string& name, const std::string& where);  // likewise
const char* to_string(CpuFidelity fidelity);
const char* to_string(AcceleratorFidelity fidelity);

}  // namespace tandem::spec
