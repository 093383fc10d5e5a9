// SPDX-License-Identifier: Apache-2.0
// Whose a cache line is, where output rows of cores and of an accelerator that does not snoop meet inside it:
// the cores'. They compute the accelerator's pixels in it too, so that what they write back is whole and the
// same bytes the accelerator writes; in whatever order the two reach memory, it holds the right ones.
#pragma once

#include <vector>

#include "models/cpu/share.h"
#include "models/lowering/program.h"

namespace tandem::lowering {

// Sets `before` and `after` of all items of a network's layers.
void give_lines_to_cores(const network::Network& network, const spec::Platform& platform,
                         std::vector<ProgramItem>& items);

// The channels and pixels whose lines are the item's. Cores compute exactly these.
cpu::Share area_of(const ProgramItem& item, const network::Shape& output);

// The lines that both write, in one copy of the tensors; a line for each plane and meeting.
std::vector<AddressRange> lines_written_twice(const network::Network& network, const Placement& placement,
                                              const std::vector<ProgramItem>& items);

}  // namespace tandem::lowering
