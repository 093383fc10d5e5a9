// SPDX-License-Identifier: Apache-2.0
// What layers timed by the closed form ask of a platform's parts, and the activity that energy is counted
// from. Sums over layers; rows are taken as read to their end.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/energy/energy.h"
#include "models/latency/layer_timing.h"

namespace tandem::latency {

class ResourceUse {
 public:
  struct Unit {
    UnitPart part;
    std::int64_t macs = 0, conv_cycles = 0, conv_macs = 0;
  };

  ResourceUse(const spec::Platform& platform, const network::Model& model)
      : platform_(platform),
        model_(model),
        clusters_(platform.clusters.size()),
        units_(platform.accelerators.size()) {}

  // One layer's items under clusters at these frequencies. `host`: cluster of the core that waits for
  // accelerators.
  void add(const std::vector<lowering::ProgramItem>& items, const LayerTime& timed, spec::WaitPolicy wait,
           int host, const std::map<std::string, Hertz>& frequency);

  [[nodiscard]] const std::vector<Unit>& units() const { return units_; }
  [[nodiscard]] double read_bytes() const { return read_bytes_; }
  [[nodiscard]] double write_bytes() const { return write_bytes_; }

  // Of so many images that take `duration` in all, each `latency` (they may overlap).
  [[nodiscard]] energy::RunActivity activity(int images, Picoseconds duration, Picoseconds latency) const;

 private:
  struct Cluster {
    std::map<std::int64_t, energy::PointActivity> points;  // by frequency
    double l2_lines = 0;
  };
  energy::PointActivity& point_of(std::size_t cluster, const std::map<std::string, Hertz>& frequency);
  void add_unit(const lowering::ProgramItem& item, const UnitPart& part);

  const spec::Platform& platform_;
  const network::Model& model_;
  std::vector<Cluster> clusters_;
  std::vector<Unit> units_;
  double read_bytes_ = 0, write_bytes_ = 0;
};

}  // namespace tandem::latency
