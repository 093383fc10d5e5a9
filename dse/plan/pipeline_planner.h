// SPDX-License-Identifier: Apache-2.0
// Pipelines of a run: the cost table, the planner's answer, and the schedule it stands for.
#pragma once

#include <string>

#include "dse/pipeline/solve.h"
#include "dse/plan/planner.h"

namespace tandem::plan {

struct PipelinePlan {
  pipeline::CostTable table;
  pipeline::Solution solution;
  spec::Schedule schedule;
};

bool plans_pipelines(spec::Planner planner);  // pipeit, exact, joint

// The table a planner of pipelines decides by: measured times where `csv` names some, else the latency
// model's.
pipeline::CostTable costs_for(spec::Planner planner, const Problem& problem, const std::string& csv);

// A plan over such a table as a schedule.
spec::Schedule schedule_of(spec::Planner planner, const Problem& problem, const pipeline::CostTable& table,
                           const pipeline::Plan& plan);

// `csv`: measured times instead of the latency model's; empty: none. InputError when the goal cannot be met.
PipelinePlan plan_pipeline(spec::Planner planner, const Problem& problem, const std::string& csv = "",
                           bool with_front = false);

// The same question without a run: the table is the whole problem.
pipeline::Solution solve_table(spec::Planner planner, const pipeline::CostTable& table,
                               const pipeline::Goal& goal, const std::string& where, bool with_front);

}  // namespace tandem::plan
