// SPDX-License-Identifier: Apache-2.0
// The line of a schedule's stages before its first command: who works in which stage, and in which memory.
#pragma once

#include <functional>
#include <vector>

#include "models/lowering/copies.h"
#include "models/lowering/operating_points.h"
#include "models/lowering/stages.h"

namespace tandem::lowering {

inline constexpr std::int64_t kPage = 4096;

using TakeMemory = std::function<std::uint64_t(std::int64_t bytes, std::int64_t alignment)>;

struct Line {
  std::vector<ResolvedStage> stages;
  std::vector<std::vector<std::size_t>> cores;  // by stage: indices into Program::cores, the host first
  std::vector<HandOver> hand_overs;             // none of a single stage
  std::vector<std::uint64_t> counters;          // by stage: where its images done are counted
};

// Fills in what `program`, which has its placement and items, knows of stages: cores, copies, workspaces,
// hosts. InputError where the stages do not fit, or change the clock of a cluster that others work on.
Line make_line(const spec::Schedule& schedule, const network::Model& model, const spec::Platform& platform,
               const std::vector<LayerRole>& roles, const std::vector<ResolvedChange>& changes,
               Program& program, const TakeMemory& take);

}  // namespace tandem::lowering
