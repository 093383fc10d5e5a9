// SPDX-License-Identifier: Apache-2.0
// Planners: from a network, a platform and a latency model to a Schedule.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dse/pipeline/certificate.h"
#include "dse/plan/measured.h"
#include "models/latency/layer_timing.h"
#include "models/latency/published_model.h"
#include "models/network/model.h"
#include "models/spec/platform.h"
#include "models/spec/run.h"
#include "models/spec/schedule.h"

namespace tandem::plan {

// What a planner may use.
struct Problem {
  const network::Model& model;
  const spec::Platform& platform;
  std::vector<std::string> core_groups;  // "a53x4"; never empty
  std::map<std::string, Hertz> frequency;
  std::string where;                                     // the run file, for messages
  pipeline::Goal goal = {};                              // of the planners of pipelines
  spec::Division division = {};                          // of a layer, by cosched
  spec::Objective objective = spec::Objective::latency;  // of cosched: latency, energy or edp
  spec::WaitPolicy wait = spec::WaitPolicy::interrupt;
  latency::Extensions extensions = {};                 // of the latency model
  const latency::PublishedModel* published = nullptr;  // cosched decides by this one instead
};

// The core groups a run allows: its list, else all cores of every cluster. InputError naming what exists.
std::vector<std::string> allowed_core_groups(const spec::Platform& platform,
                                             const std::vector<std::string>& asked, const std::string& where);

// Simulates one image under each schedule.
enum class Effort {
  search,  // the fast stand-ins: fidelity `model`
  final,   // the fidelity of the run
};
using Measure = std::function<std::vector<Measured>(const std::vector<spec::Schedule>&, Effort)>;

// `measure` is asked by the oracle only. Throws InputError when the platform lacks what the planner needs.
spec::Schedule make_schedule(spec::Planner planner, const Problem& problem, const Measure& measure);

// One file a planner:
spec::Schedule plan_accelerator_only(const Problem& problem);  // what it cannot run goes to the cores
spec::Schedule plan_cpu_only(
    const Problem& problem);  // rows shared by the groups in proportion to their rate
// As many rows to every thread of all groups, fast or slow: the scheme that Pipe-it is measured against.
spec::Schedule plan_kernel_parallel(const Problem& problem);
spec::Schedule plan_cosched(const Problem& problem);  // per layer the split of least predicted time
spec::Schedule plan_oracle(const Problem& problem,
                           const Measure& measure);  // per layer the split of least simulated time

}  // namespace tandem::plan
