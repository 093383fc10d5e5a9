// SPDX-License-Identifier: Apache-2.0
// Fidelity `analytic`: a schedule's result by the closed form alone, without simulation. Microseconds instead
// of seconds, for sweeps over very many points.
//
// The layers of a stage follow one another; the items of a layer run side by side and end at a barrier, as in
// LayerTiming (layer_timing.h). A pipeline of stages takes the sum of its stages for an image and its slowest
// stage for each further one.
//
// Ignored, besides what LatencyModel ignores: what stages take from each other, tensors (the result has no
// output hash), rows that DRAM closes before their end. results/analytic holds it against the tile level.
#pragma once

#include <map>
#include <string>

#include "models/network/model.h"
#include "models/spec/platform.h"
#include "models/spec/run_result.h"
#include "models/spec/schedule.h"

namespace tandem::latency {

// `model` may be one of sizes only. Throws InputError when the schedule does not fit.
spec::RunResult analytic_run(const spec::Platform& platform, const network::Model& model,
                             const spec::Schedule& schedule, int images,
                             const std::map<std::string, Hertz>& frequency);

}  // namespace tandem::latency
