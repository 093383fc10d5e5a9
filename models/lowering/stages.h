// SPDX-License-Identifier: Apache-2.0
// The stages of a schedule with names resolved: which layers each works on, on which cores.
//
// Stages form a line. A schedule of no stage or one is one stage of all layers and of whatever cores its
// items name. Of two and more each has cores of its own: those of a cluster are dealt in the order of the
// stages. The first core of a stage's first group is its host, which also starts and awaits its accelerators,
// so a stage of accelerators alone is not possible; accelerators may serve several stages.
#pragma once

#include <vector>

#include "models/lowering/placement.h"
#include "models/lowering/program.h"

namespace tandem::lowering {

struct StageCores {
  int cluster = 0, first = 0, cores = 0;  // of the cluster, cores [first, first + cores)
};

struct ResolvedStage {
  std::vector<network::LayerId> layers;  // with work, ascending
  std::vector<StageCores> groups;        // one a cluster, as the schedule orders them
};

// InputError with everything that does not fit: names, layers in no stage or in two, a layer before one it
// reads, resources that are not there or not enough of them, items on resources of another stage.
std::vector<ResolvedStage> resolve_stages(const spec::Schedule& schedule, const network::Model& model,
                                          const spec::Platform& platform, const std::vector<LayerRole>& roles,
                                          const std::vector<ProgramItem>& items);

// By layer, the stage that makes it complete; layers in place are complete with their last writer, images
// with the first stage.
std::vector<int> stages_of_layers(const std::vector<ResolvedStage>& stages, const network::Network& network);

}  // namespace tandem::lowering
