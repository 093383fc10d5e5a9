// SPDX-License-Identifier: Apache-2.0
// The cost table of a network on a platform: what pipeline planners decide by.
//
// Layers are those with work; one reads another where it reads its bytes, joins in place seen through. A
// stage may have any number of one cluster's cores, within the groups the run allows; a joint stage has an
// accelerator beside them, and one joint stage has the whole machine, which is co-scheduling. What a layer
// takes there is cosched's timing of it (stage_times.h). A hand-over costs two waits (a token to take, one to
// give back) and the tensor's way through the memory at the rate its new cores stream it, where reading it is
// not already in the layer's time; a tensor that a stage of the same cluster may still hold in its cache is
// charged likewise.
//
// Energy is what the platform takes in the layer's time beyond what it takes when nothing runs.
#pragma once

#include <string>

#include "dse/pipeline/cost_csv.h"
#include "dse/pipeline/cost_table.h"
#include "dse/plan/planner.h"

namespace tandem::plan {

enum class StageResources { cores, cores_and_accelerator };

pipeline::CostTable pipeline_costs(const Problem& problem, StageResources resources);

// The run's layers and graph with the times of a CSV file. InputError when the file's layers are not those of
// the network that have work (others may be there too), or name resources the platform or the run has not.
pipeline::CostTable measured_costs(const Problem& problem, const std::string& csv);

}  // namespace tandem::plan
