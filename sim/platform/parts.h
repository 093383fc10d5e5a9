// SPDX-License-Identifier: Apache-2.0
// What a platform file says about its bus and its memory, as the components want it.
#pragma once

#include <vector>

#include "models/cpu/coherent_caches.h"
#include "models/spec/platform.h"
#include "sim/components/dram_controller.h"
#include "sim/components/interconnect.h"
#include "sim/kernel/bus_request.h"

namespace tandem::sim {

// InputError when the platform names a memory that is unknown.
DramControllerSpec dram_spec(const spec::Platform& platform);

// Masters: clusters, then accelerators. Targets: DRAM, then the accelerators' registers.
InterconnectSpec interconnect_spec(const spec::Platform& platform);

// The port through which a cluster's L2 misses leave; those of matrix-vector products share the window.
BusMasterSpec cluster_port_spec(const spec::Platform& platform, std::size_t cluster,
                                StreamWindow* window = nullptr);

std::vector<cpu::CoherentCaches::ClusterSpec> cache_specs(const spec::Platform& platform);

}  // namespace tandem::sim
