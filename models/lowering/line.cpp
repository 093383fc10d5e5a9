// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/line.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "models/core/error.h"

namespace tandem::lowering {

namespace {

void choose_cores(Line& line, Program& program) {
  for (std::size_t stage = 0; stage < line.stages.size(); ++stage) {
    std::vector<std::size_t>& own = line.cores.emplace_back();
    for (const StageCores& group : line.stages[stage].groups) {
      for (int thread = 0; thread < group.cores; ++thread) {
        own.push_back(program.cores.size());
        program.cores.push_back({group.cluster, group.first + thread, 0, 0, static_cast<int>(stage), thread});
      }
    }
  }
}

void count_hosts(std::size_t accelerators, Program& program) {
  std::set<std::pair<int, int>> starts;  // accelerator, stage
  for (const ProgramItem& item : program.items) {
    if (item.resource.accelerator >= 0)
      starts.insert({item.resource.accelerator, program.stage_of[static_cast<std::size_t>(item.layer)]});
  }
  program.hosts_of_units.assign(accelerators, 0);
  for (const auto& [unit, stage] : starts) ++program.hosts_of_units[static_cast<std::size_t>(unit)];
}

// A cluster's clock belongs to a stage that has the cluster for itself.
void check_points(const network::Network& network, const spec::Platform& platform,
                  const std::vector<ResolvedChange>& changes, const Program& program) {
  std::vector<Problem> problems;
  for (const ResolvedChange& change : changes) {
    const int own = program.stage_of[static_cast<std::size_t>(change.layer)];
    for (const CoreProgram& core : program.cores) {
      if (core.cluster != change.cluster || core.stage == own) continue;
      problems.push_back(
          {{"schedule", 0, 0},
           "operating_point",
           fmt::format("at \"{}\" of stage[{}], but cores of {} work for stage[{}] too",
                       network.layer(change.layer).name, own,
                       platform.clusters[static_cast<std::size_t>(core.cluster)].name, core.stage)});
      break;
    }
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

// Stages on one cluster work at the same time: each puts aside what its kernels do in memory of its own.
void give_workspaces(const Line& line, Program& program, const TakeMemory& take) {
  struct Own {
    int workspace, first_core;
  };
  std::map<std::pair<int, int>, Own> of;  // stage, cluster
  std::set<int> taken;
  for (std::size_t stage = 0; stage < line.stages.size(); ++stage) {
    for (const StageCores& group : line.stages[stage].groups) {
      Own& own = of[{static_cast<int>(stage), group.cluster}];
      own = {group.cluster, group.first};
      if (taken.insert(group.cluster).second) continue;
      own.workspace = static_cast<int>(program.placement.workspaces.size());
      Workspace workspace = program.placement.workspaces[static_cast<std::size_t>(group.cluster)];
      workspace.inputs.address = take(workspace.inputs.bytes, kPage);
      workspace.results.address = take(workspace.results.bytes, kPage);
      program.placement.workspaces.push_back(workspace);
    }
  }
  for (ProgramItem& item : program.items) {
    if (item.resource.cluster < 0) continue;
    const Own& own = of.at({program.stage_of[static_cast<std::size_t>(item.layer)], item.resource.cluster});
    item.workspace = own.workspace;
    item.first_core = own.first_core;
  }
}

}  // namespace

Line make_line(const spec::Schedule& schedule, const network::Model& model, const spec::Platform& platform,
               const std::vector<LayerRole>& roles, const std::vector<ResolvedChange>& changes,
               Program& program, const TakeMemory& take) {
  Line line;
  line.stages = resolve_stages(schedule, model, platform, roles, program.items);
  program.stages = static_cast<int>(line.stages.size());
  program.stage_of = stages_of_layers(line.stages, *model.network);
  choose_cores(line, program);
  count_hosts(platform.accelerators.size(), program);
  give_workspaces(line, program, take);
  if (program.stages == 1) return line;
  check_points(*model.network, platform, changes, program);
  Copies copies = make_copies(*model.network, program.placement, program.stage_of, program.stages,
                              schedule.queue_depth, [&](std::int64_t bytes) { return take(bytes, kPage); });
  program.copies = std::move(copies.placements);
  line.hand_overs = std::move(copies.hand_overs);
  for (int stage = 0; stage < program.stages; ++stage)
    line.counters.push_back(take(network::kCacheLineBytes, network::kCacheLineBytes));
  return line;
}

}  // namespace tandem::lowering
