// SPDX-License-Identifier: Apache-2.0
// The threads of a layer, over all its items on cores.
#pragma once

#include <vector>

#include "models/lowering/program.h"

namespace tandem::lowering {

// Numbers the threads of each layer in the order of its items. Several threads are handed each kernel, at the
// cost of their cluster, however many they are; a single thread is handed none.
void count_threads(const spec::Platform& platform, std::vector<ProgramItem>& items);

}  // namespace tandem::lowering
