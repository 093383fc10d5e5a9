// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/threads.h"

#include <map>

namespace tandem::lowering {

void count_threads(const spec::Platform& platform, std::vector<ProgramItem>& items) {
  std::map<network::LayerId, int> threads;
  for (ProgramItem& item : items) {
    item.first_thread = threads[item.layer];
    threads[item.layer] += item.resource.cores;
  }
  for (ProgramItem& item : items) {
    item.threads = threads[item.layer];
    if (item.resource.cores > 0 && item.threads > 1) {
      item.launch = platform.clusters[static_cast<std::size_t>(item.resource.cluster)].kernel_launch;
    }
  }
}

}  // namespace tandem::lowering
