// SPDX-License-Identifier: Apache-2.0
// Until plan and platform agree: a pipeline is planned, run, and what its layers and stages took there
// replaces what the table said of them; then it is planned again. A layer not yet seen on a group is
// corrected as it was on other groups of the same types, or as those types' layers were in sum.
//
// It ends when the planned times are right, when a plan comes back that was run before (its times are then
// those measured), or after so many rounds. The answer is the plan that ran fastest, with the table that
// knows its times; when that is not the last one's, the table may promise more of another. A joint pipeline
// is held against what it joins, which runs too: the fastest plan of one stage and the fastest of cores
// alone.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dse/plan/pipeline_planner.h"

namespace tandem::plan {

struct PipelineTimes {
  std::vector<Picoseconds> layers;  // by layer id; 0 without work
  std::vector<Picoseconds> stages;  // that an image keeps each
  Picoseconds period{0};
};
using MeasurePipeline = std::function<PipelineTimes(const spec::Schedule&)>;

struct RefinementRound {
  std::string notation;
  Picoseconds planned{0}, measured{0};  // periods
  double stage_error_percent = 0;       // mean over the stages, without sign
  bool known = false;                   // the plan had run before

  [[nodiscard]] double throughput_error_percent() const {
    return 100.0 * (static_cast<double>(measured.raw()) / static_cast<double>(planned.raw()) - 1.0);
  }
};

struct Refinement {
  PipelinePlan plan;
  std::vector<RefinementRound> rounds;
};

inline constexpr double kStageErrorPercent = 5, kThroughputErrorPercent = 4;  // good enough

Refinement refine_pipeline(spec::Planner planner, const Problem& problem, const std::string& csv, int rounds,
                           const MeasurePipeline& measure);

}  // namespace tandem::plan
