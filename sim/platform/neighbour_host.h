// SPDX-License-Identifier: Apache-2.0
// The host of a network that runs beside the one that is measured: it takes its cores, and its share of bus
// and memory, image after image. Nobody reads its results, so none are computed.
#pragma once

#include "sim/components/core_host.h"
#include "sim/kernel/systemc.h"
#include "sim/platform/core_use.h"

namespace tandem::sim {

class NeighbourHost : public CoreHost {
 public:
  explicit NeighbourHost(CoreUse& use) : use_(use) {}

  void image_begin() override {}
  void image_end() override {}
  void layer_begin(std::uint32_t) override {}
  void layer_end(std::uint32_t) override {}
  void share_done(std::uint32_t, std::uint32_t) override {}
  void accelerator_started(std::uint32_t, std::uint32_t) override {}
  void stage_done(std::uint32_t, Picoseconds) override {}
  void span(const CoreSpan& span) override { use_.span(span); }
  void point_changed(int cluster, std::size_t point) override { use_.point_changed(cluster, point, now()); }

 private:
  CoreUse& use_;
};

}  // namespace tandem::sim
