// SPDX-License-Identifier: Apache-2.0
// One question to one planner, answered with everything a person is shown: the plan, how far it can be from
// the best, its certificate, and how many plans there were.
#pragma once

#include <string>
#include <vector>

#include "dse/pipeline/certificate.h"
#include "dse/pipeline/design_space.h"

namespace tandem::pipeline {

enum class Method { published, exact };

struct Solution {
  Answer answer;
  std::string notation;
  std::string certificate;
  DesignSpace space;
  int pipelines_tried = 0;  // by the published search
  int ideals = 0;           // that the exact planner looked at
  std::vector<Plan> front;  // fastest first; empty unless asked for
};

// The published search seeks throughput whatever the goal; its gap is to the best plan for the goal.
// Throws std::invalid_argument in words for the user: no plan meets the limit, energies are not known, the
// table is too large.
Solution solve(const CostTable& table, Method method, const Goal& goal, bool with_front = false);

// The same for a plan found elsewhere: how far it can be from the best.
Solution judged(const CostTable& table, const Goal& goal, Plan plan);

}  // namespace tandem::pipeline
