// SPDX-License-Identifier: Apache-2.0
// Lowering: the one step that turns a Schedule into what the machine executes - command lists for the cores
// and job descriptors for the accelerators, in simulated memory, with the synchronisation and cache
// maintenance that make the sharing of tensors correct.
//
// Protocol of a layer: the host core (core 0 of the first group in use) starts the accelerators; the cores
// drop cached lines of input parts that an accelerator wrote, then compute their shares, then write back what
// an accelerator will read; the host waits for the accelerators' interrupts; a barrier of all cores ends the
// layer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/cpu/kernel.h"
#include "models/lowering/command.h"
#include "models/lowering/placement.h"
#include "models/lowering/resources.h"
#include "models/network/model.h"
#include "models/spec/platform.h"
#include "models/spec/schedule.h"

namespace tandem::lowering {

struct Segment {  // initial contents of memory
  std::uint64_t address = 0;
  std::vector<std::uint8_t> bytes;
};

struct ProgramItem {
  network::LayerId layer = 0;
  Resource resource;
  network::OutputRange range;
  Picoseconds predicted{0};
  int threads = 0;       // that work on the layer, over all its items
  int first_thread = 0;  // of them, this item's
  std::optional<cpu::Kernel> kernel = std::nullopt;  // the schedule's choice; else the library's
};

struct CoreProgram {
  int cluster = 0, core = 0;
  std::uint64_t address = 0;  // of the first command
  std::size_t commands = 0;
};

struct Program {
  Placement placement;
  std::vector<ProgramItem> items;
  std::vector<CoreProgram> cores;  // the cores in use; the first is the host
  std::vector<Segment> segments;
  std::uint64_t memory_end = 0;  // first address that nothing uses
};

// Throws InputError naming the item when the schedule does not fit network and platform: unknown layer or
// resource, a layer not covered exactly, a range the accelerator cannot take.
Program lower(const spec::Schedule& schedule, const network::Model& model, const spec::Platform& platform,
              int images);

}  // namespace tandem::lowering
