// SPDX-License-Identifier: Apache-2.0
// A run's memory traffic cut into equal windows of time.
#pragma once

#include <string>
#include <vector>

#include "models/spec/run_result.h"

namespace tandem::report {

struct OverTime {
  Picoseconds window{0};
  std::vector<std::string> masters;
  std::vector<std::vector<double>> read_gbytes_per_s, write_gbytes_per_s;  // by master, by window
  std::vector<double> transactions;                                        // under way, mean of the window
};

// At most about `windows` of them, of a round length; none without a timeline. A transaction's bytes are
// spread evenly from its request to its last beat.
OverTime over_time(const spec::RunResult& result, int windows);

}  // namespace tandem::report
