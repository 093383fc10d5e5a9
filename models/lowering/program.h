// SPDX-License-Identifier: Apache-2.0
// Lowering: the one step that turns a Schedule into what the machine executes - command lists for the cores
// and job descriptors for the accelerators, in simulated memory, with the synchronisation and cache
// maintenance that make the sharing of tensors correct.
//
// Protocol of a layer: the stage's host core (the first of its first group) starts the accelerators; the
// cores drop cached lines of input parts that an accelerator wrote, then compute their shares, then write
// back what an accelerator will read; the host waits for the accelerators' interrupts; a barrier of the
// stage's cores ends the layer.
//
// Protocol of a pipeline: a stage's host waits until the stage before is done with the image and the stages
// that read what this one writes have left its copy of the tensors; when all its layers are done it counts
// the image.
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
  int threads = 0;                                   // that work on the layer, over all its items
  int first_thread = 0;                              // of them, this item's
  Picoseconds launch{0};                             // to hand a kernel to all threads, if it is several
  int first_core = 0;                                // of its cluster, of items on cores
  int workspace = 0;                                 // index into Placement::workspaces, of items on cores
  std::optional<cpu::Kernel> kernel = std::nullopt;  // the schedule's choice; else the library's
  // Pixels beside its rows that lie in cache lines of its own, or inside them in lines of others (negative).
  std::int64_t before = 0, after = 0;
};

struct CoreProgram {
  int cluster = 0, core = 0;
  std::uint64_t address = 0;  // of the first command
  std::size_t commands = 0;
  int stage = 0;
  int thread = 0;  // of the stage's cores in this cluster
};

struct Program {
  Placement placement;            // of the first image, and of every image where there is one stage
  std::vector<Placement> copies;  // further ones, where tensors exist several times
  std::vector<ProgramItem> items;
  std::vector<CoreProgram> cores;  // the cores in use, by stage; the first of a stage is its host
  int stages = 1;
  std::vector<int> stage_of;                // by layer
  std::vector<int> hosts_of_units;          // by accelerator: how many stages start it
  std::vector<AddressRange> written_twice;  // lines of which cores and an accelerator write the same bytes
  std::vector<Segment> segments;
  std::uint64_t memory_end = 0;  // first address that nothing uses

  // Images take turns.
  [[nodiscard]] std::uint32_t copy_of(int image) const {
    return static_cast<std::uint32_t>(static_cast<std::size_t>(image) % (copies.size() + 1));
  }
  [[nodiscard]] const Placement& placement_of(std::uint32_t copy) const {
    return copy == 0 ? placement : copies[copy - 1];
  }
};

// Throws InputError naming the item when the schedule does not fit network and platform: unknown layer or
// resource, a layer not covered exactly, a range the accelerator cannot take.
Program lower(const spec::Schedule& schedule, const network::Model& model, const spec::Platform& platform,
              int images);

}  // namespace tandem::lowering
