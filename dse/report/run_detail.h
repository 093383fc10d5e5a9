// SPDX-License-Identifier: Apache-2.0
// What a page of a run needs beyond its result: the blocks of its Gantt chart, memory traffic over time and
// by layer, what the machine could do at most, the command. `tandem run --out` writes it as detail.json.
#pragma once

#include <string>
#include <vector>

#include "dse/report/result_json.h"

namespace tandem::report {

struct Roof {
  std::string name;  // as bus master: a cluster, an accelerator
  double gmacs_per_s = 0;
};

struct Machine {
  std::vector<Roof> roofs;
  double memory_gbytes_per_s = 0;  // of the DRAM's data bus
};

Json run_detail(const spec::RunResult& result, const Machine& machine, const std::string& command);

}  // namespace tandem::report
