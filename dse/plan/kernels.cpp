// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/kernels.h"

#include "models/cpu/kernel.h"

namespace tandem::plan {

void name_kernels(spec::Schedule& schedule, const Problem& problem) {
  const network::Network& network = *problem.model.network;
  std::map<std::string, network::LayerId> ids;
  for (network::LayerId id = 0; id < network.size(); ++id) ids[network.layer(id).name] = id;
  for (spec::WorkItem& item : schedule.items) {
    const auto cores = lowering::find_resource(problem.platform, item.resource);
    const network::LayerId id = ids.at(item.layer);
    if (!cores || cores->cluster < 0 || cpu::possible_kernels(network, id, problem.model.precision).empty()) {
      continue;
    }
    const spec::CoreType& core = problem.platform.clusters[static_cast<std::size_t>(cores->cluster)].core;
    item.kernel =
        cpu::to_string(cpu::choose_kernel(network, id, problem.model.precision, core, cores->cores));
  }
}

}  // namespace tandem::plan
