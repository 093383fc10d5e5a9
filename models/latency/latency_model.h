// SPDX-License-Identifier: Apache-2.0
// Closed-form time of a layer's parts on each resource of a platform: what planners decide by. Built from the
// same kernel cycle model and accelerator tile loop as the simulator, with memory reduced to a latency and a
// rate. Ignored: contention between the sides of a layer, what a cache still holds from the layer before.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "models/accelerator/cycle_model.h"
#include "models/cpu/kernel.h"
#include "models/latency/core_part.h"
#include "models/lowering/placement.h"
#include "models/lowering/resources.h"
#include "models/network/kernels/layer_kernel.h"
#include "models/network/model.h"
#include "models/spec/platform.h"

namespace tandem::latency {

class LatencyModel {
 public:
  LatencyModel(const network::Model& model, const spec::Platform& platform,
               const std::map<std::string, Hertz>& frequency);

  // One resource computing one range of a layer, alone, without synchronisation. `range` must fit the
  // resource.
  [[nodiscard]] Picoseconds compute(network::LayerId layer, const lowering::Resource& resource,
                                    const network::OutputRange& range) const;

  // The same with what energy is counted from.
  struct Conditions {
    double cold = 0;                                   // share of the inputs that no cache holds
    Picoseconds delay{0};                              // of every access to memory, by what others do there
    std::optional<cpu::Kernel> kernel = std::nullopt;  // else the library's choice
    std::optional<Picoseconds> launch = std::nullopt;  // else the cluster's own, for several cores
    double window = 1;  // of the bytes in flight in a matrix-vector product: others compute it too
  };
  [[nodiscard]] CorePart core_part(network::LayerId layer, const lowering::Resource& cores,
                                   const network::OutputRange& range, const Conditions& conditions) const;
  [[nodiscard]] CorePart core_part(network::LayerId layer, const lowering::Resource& cores,
                                   const network::OutputRange& range) const {
    return core_part(layer, cores, range, Conditions());
  }
  [[nodiscard]] UnitPart unit_part(network::LayerId layer, const lowering::Resource& unit,
                                   const network::OutputRange& range,
                                   Picoseconds delay = Picoseconds(0)) const;
  // A core of the cluster reads or writes a device register.
  [[nodiscard]] Picoseconds register_access(int cluster) const;

  // From a cold load of a core to its data, and the rate of a core's sequential stream, bytes a second.
  [[nodiscard]] Picoseconds load_latency() const { return load_latency_; }
  [[nodiscard]] double stream_rate(std::int64_t bytes_in_flight, Picoseconds delay = Picoseconds(0)) const;
  [[nodiscard]] Picoseconds command_fetch() const;  // of the four commands a core fetches at once
  [[nodiscard]] Clock clock_of(int cluster) const;
  [[nodiscard]] const lowering::Placement& placement() const { return placement_; }

 private:
  [[nodiscard]] accelerator::MemoryTiming timing_of(const spec::Accelerator& unit,
                                                    Picoseconds delay = Picoseconds(0)) const;

  const network::Model& model_;
  const spec::Platform& platform_;
  std::map<std::string, Hertz> frequency_;
  lowering::Placement placement_;
  Picoseconds load_latency_{0};
  double peak_bytes_per_second_ = 0;
};

}  // namespace tandem::latency
