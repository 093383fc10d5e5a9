// SPDX-License-Identifier: Apache-2.0
// The simulated machine: builds clusters, interconnect, DRAM and accelerators of a platform, loads a lowered
// program and runs it. One machine a process (SystemC elaborates once).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/lowering/program.h"
#include "models/network/model.h"
#include "models/spec/fault.h"
#include "models/spec/platform.h"
#include "models/spec/run.h"
#include "models/spec/run_result.h"
#include "models/spec/schedule.h"

namespace tandem::sim {

// Runs on its own cores, over and over, as long as the measured network runs.
struct Neighbour {
  network::Model model;
  spec::Schedule schedule;
};

struct MachineOptions {
  std::vector<Neighbour> beside;
  bool rtl = true;  // accelerators: the Verilated RTL, else the cycle model
  // Tensors are computed; without, the times are the same, a model of sizes is enough and there is no hash.
  bool values = true;
  Bytes quantum = spec::kQuantum;   // of a kernel's data, in which cores take turns
  bool skip_idle_cycles = true;     // the RTL's clock stops while it is idle
  Picoseconds time_limit{0};        // of simulated time; 0: none
  std::vector<spec::Fault> faults;  // done to the machine on purpose
  // Of the accelerators' RTL, as FST: of the first to `file`, of further ones to files beside it. Empty:
  // none.
  struct Waves {
    std::string file;
    Picoseconds from{0}, length{0};  // 0: to the end
  };
  Waves waves;
  bool timeline = false;                   // keep RunResult::timeline
  std::map<std::string, Hertz> frequency;  // by cluster; absent: the highest operating point
  // Called as the run goes on, with the layers finished of all.
  std::function<void(int done, int all)> progress;
  // For tests of the machine's own checks: changes the program after lowering.
  std::function<void(lowering::Program&)> tamper;
};

// Throws InputError when the schedule does not fit, SimulationError when the machine fails.
// `result.output_sha256` is over the output tensors of all images; reference_sha256 is left to the caller.
spec::RunResult simulate(const spec::Platform& platform, const network::Model& model,
                         const spec::Schedule& schedule, int images, const MachineOptions& options);

}  // namespace tandem::sim
