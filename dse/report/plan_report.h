// SPDX-License-Identifier: Apache-2.0
// A planned pipeline as the JSON of the command line's contract, and as a person reads it.
#pragma once

#include <string>

#include "dse/pipeline/solve.h"
#include "dse/report/result_json.h"

namespace tandem::report {

Json pipeline_json(const pipeline::CostTable& table, const pipeline::Solution& solution,
                   const std::string& planner);
std::string pipeline_text(const pipeline::CostTable& table, const pipeline::Solution& solution,
                          const std::string& planner);

}  // namespace tandem::report
