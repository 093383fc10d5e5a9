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
#include "models/cpu/share.h"
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
    Picoseconds delay{0};                              // of every burst, behind others at the memory
    std::optional<cpu::Kernel> kernel = std::nullopt;  // else the library's choice
    std::optional<Picoseconds> launch = std::nullopt;  // else the cluster's own, for several cores
    double window = 1;  // of the bytes in flight in a matrix-vector product: others compute it too
  };
  [[nodiscard]] CorePart core_part(network::LayerId layer, const lowering::Resource& cores,
                                   const cpu::Share& area, const Conditions& conditions) const;
  [[nodiscard]] CorePart core_part(network::LayerId layer, const lowering::Resource& cores,
                                   const cpu::Share& area) const {
    return core_part(layer, cores, area, Conditions());
  }
  [[nodiscard]] UnitPart unit_part(network::LayerId layer, const lowering::Resource& unit,
                                   const network::OutputRange& range,
                                   Picoseconds delay = Picoseconds(0)) const;
  // A core of the cluster reads or writes a device register.
  [[nodiscard]] Picoseconds register_access(int cluster) const;

  // From a cold load of a core to its data.
  [[nodiscard]] Picoseconds load_latency() const { return load_latency_; }

  // Streams, bytes a second: what is in flight in whole bursts of 256 bytes (shorter ones where not even one
  // fits), over the time to a load's data, then to the burst's last data through the port and one DRAM
  // channel, and means of what another row and a refresh cost. `delay` is the wait behind others' bursts, in
  // which a burst of one's own crosses the port.
  [[nodiscard]] double stream_rate(std::int64_t bytes_in_flight, Picoseconds delay = Picoseconds(0)) const;
  // The same of a stream whose window several cores or clusters share; `share` of it is this stream's.
  [[nodiscard]] double shared_stream_rate(std::int64_t bytes_in_flight, double share,
                                          Picoseconds delay = Picoseconds(0)) const;
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
  double hindrance_ = 0;  // seconds of a burst of a stream, by rows and refresh, in the mean
  double crossing_ = 0;   // seconds from a burst's first data to its last: the port or one channel decides
};

}  // namespace tandem::latency
