// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/parts.h"

#include "models/core/error.h"
#include "models/memory/dram_spec.h"

namespace tandem::sim {

DramControllerSpec dram_spec(const spec::Platform& platform) {
  const memory::DramSpec* part = memory::find_dram(platform.dram.type);
  if (part == nullptr) {
    throw InputError(
        {platform.file, 0, 0}, "dram.type",
        "\"" + platform.dram.type + "\" is unknown; allowed is one of " + join(memory::dram_names()));
  }
  DramControllerSpec spec;
  spec.dram = *part;
  spec.base = platform.dram.base;
  spec.size = static_cast<std::uint64_t>(platform.dram.size.raw());
  spec.request_latency = platform.dram.controller_latency / 2;
  spec.response_latency = platform.dram.controller_latency - spec.request_latency;
  return spec;
}

InterconnectSpec interconnect_spec(const spec::Platform& platform) {
  const Clock bus(platform.interconnect.clock);
  const auto width = static_cast<std::uint32_t>(platform.interconnect.width_bytes);
  const int outstanding = platform.interconnect.outstanding;
  InterconnectSpec spec;
  spec.clock = bus;
  spec.forward_latency = Cycles(platform.interconnect.request_cycles);
  spec.return_latency = Cycles(platform.interconnect.response_cycles);
  for (const spec::Cluster& cluster : platform.clusters) {
    spec.masters.push_back({cluster.name, bus, width, outstanding, outstanding, cluster.qos});
  }
  spec.targets.push_back({"dram", bus, width, 64, 64});
  spec.regions.push_back(
      {"dram", platform.dram.base, static_cast<std::uint64_t>(platform.dram.size.raw()), 0});
  for (const spec::Accelerator& unit : platform.accelerators) {
    const auto bytes = static_cast<std::uint32_t>(unit.array.bus_bytes);
    spec.masters.push_back({unit.name, Clock(unit.clock), bytes, outstanding, outstanding, unit.qos});
    spec.regions.push_back(
        {unit.name, unit.registers, 4096, static_cast<std::uint32_t>(spec.targets.size())});
    spec.targets.push_back({unit.name, Clock(unit.clock), 4, 1, 1});
  }
  return spec;
}

BusMasterSpec cluster_port_spec(const spec::Platform& platform, std::size_t cluster, StreamWindow* window) {
  const int outstanding = platform.interconnect.outstanding;
  return {outstanding, outstanding, 0, platform.clusters[cluster].reads_in_flight, window};
}

std::vector<cpu::CoherentCaches::ClusterSpec> cache_specs(const spec::Platform& platform) {
  std::vector<cpu::CoherentCaches::ClusterSpec> specs;
  for (const spec::Cluster& cluster : platform.clusters)
    specs.push_back({cluster.name, cluster.l2, cluster.l2_ways});
  return specs;
}

}  // namespace tandem::sim
