// SPDX-License-Identifier: Apache-2.0
// What a core tells the platform while it executes its program: the platform keeps time stamps, makes results
// real and holds the barriers. A core knows nothing else of the platform.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/core/quantity.h"
#include "models/lowering/command.h"

namespace tandem::sim {

// Of synchronisation and of hand-over a core sleeps, of polling it is awake. The hand-over of a kernel to
// threads belongs to the work on a layer, as an accelerator's reading of its job does; the other waits do
// not.
enum class Activity { compute, memory, maintenance, handover, synchronisation, control, polling };

// One span of one core's time.
struct CoreSpan {
  int cluster = 0, core = 0;
  std::uint32_t layer = 0;
  Activity activity = Activity::compute;
  std::size_t point = 0;  // index into the cluster's operating points
  Picoseconds begin{0}, end{0};
};

class CoreHost {
 public:
  virtual ~CoreHost() = default;
  virtual void image_begin() = 0;
  virtual void image_end() = 0;
  virtual void layer_begin(std::uint32_t layer) = 0;
  virtual void layer_end(std::uint32_t layer) = 0;
  // One of `shares` shares of an item is done; with the last one the item's bytes become real.
  virtual void share_done(std::uint32_t item, std::uint32_t shares) = 0;
  virtual void accelerator_started(std::uint32_t unit, std::uint32_t layer) = 0;
  // A stage of a pipeline counted an image that has kept it since `begin`.
  virtual void stage_done(std::uint32_t stage, Picoseconds begin) = 0;
  virtual void span(const CoreSpan& span) = 0;
  // A core of the cluster changed to operating point `point` (index); every core in use says so.
  virtual void point_changed(int cluster, std::size_t point) = 0;
};

}  // namespace tandem::sim
