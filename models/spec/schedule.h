// SPDX-License-Identifier: Apache-2.0
// Who does what: the only thing planners make and the simulator executes. Stages run as a pipeline; inside a
// stage the layers run one after the other, the items of one layer side by side.
#pragma once

#include <string>
#include <vector>

#include "models/core/quantity.h"

namespace tandem::spec {

inline constexpr int kScheduleFormat = 1;

// Output channels [k0, k1) and output rows [p0, p1) of one layer on one resource. The items of a layer cover
// its output exactly once.
struct WorkItem {
  std::string layer;
  std::string resource;  // a core group ("a53x4") or an accelerator's name ("accelerator0")
  int k0 = 0, k1 = 0, p0 = 0, p1 = 0;
  Picoseconds predicted{0};  // by the planner's model
  std::string kernel{};      // of a convolution on cores, "winograd-hybrid"; empty: the library chooses
  bool operator==(const WorkItem&) const = default;
};

// A stage works on one image after the other, on cores of its own; an accelerator may serve several stages.
struct Stage {
  std::string first_layer, last_layer;
  std::vector<std::string> resources;
  std::vector<std::string> layers = {};  // those with work; empty: from first_layer to last_layer
  bool operator==(const Stage&) const = default;
};

// How cores wait for accelerators and for each other.
enum class WaitPolicy {
  interrupt,  // asleep until the interrupt, or until the last core arrives
  polling,    // awake: STATUS is read over the bus every poll interval; a barrier is spun on
};
const char* to_string(WaitPolicy policy);
const std::vector<std::string>& wait_policy_names();

// From this layer on, to the image's end, the cluster runs at this operating point.
struct PointChange {
  std::string layer, cluster;
  Hertz frequency{0};
  bool operator==(const PointChange&) const = default;
};

struct Schedule {
  std::string network;
  std::string planner;
  WaitPolicy wait = WaitPolicy::interrupt;
  std::vector<Stage> stages;    // of two and more each works on another image
  int queue_depth = 2;          // images handed over and not yet done with, between neighbouring stages
  int images_in_flight = 0;     // in all stages together; 0: as many as the queues let in
  std::vector<WorkItem> items;  // grouped by layer, layers in topological order
  std::vector<PointChange> points;
  Picoseconds predicted_latency{0};
  bool operator==(const Schedule&) const = default;
};

std::string write_schedule_toml(const Schedule& schedule);
Schedule read_schedule(const std::string& path);

}  // namespace tandem::spec
