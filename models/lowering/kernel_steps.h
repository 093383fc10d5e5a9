// SPDX-License-Identifier: Apache-2.0
// A thread's share of a layer as the steps of its kernel: what each computes and which bytes it moves. Steps
// follow one another; a step streams its reads, fetches its weights, computes and writes.
#pragma once

#include <optional>
#include <vector>

#include "models/cpu/kernel.h"
#include "models/cpu/share.h"
#include "models/cpu/work.h"
#include "models/lowering/placement.h"
#include "models/network/kernels/layer_kernel.h"

namespace tandem::lowering {

struct KernelStep {
  cpu::Work work;
  std::vector<AddressRange> reads;  // activations, or what the step before left in the workspace
  std::vector<AddressRange> weights;
  bool weights_ahead = true;  // a sequential stream; else fetched when the kernel needs them
  std::vector<AddressRange> writes;
  bool scattered = false;     // writes pieces of lines here and there, as the tiles of a product are
  bool page_walks = false;    // every line of the weights in another page than the one before
  bool reads_shared = false;  // every thread reads the same: channels are dealt
  bool overlapped = false;    // computes while it reads: no sooner over than either
};

// Share of a work item as dealt to one of `threads` threads of a cluster, and the item's kernel: the
// library's choice, or the schedule's.
struct ThreadPart {
  int workspace = 0;  // index into Placement::workspaces: the cluster, where a cluster has one stage
  int threads = 1;
  cpu::Share item;  // of the whole work item
  cpu::Share share;
  std::optional<cpu::Kernel> kernel = std::nullopt;
};

// What each thread gets of a work item's area. Hybrid products deal channels, as the library does: their
// blocks of pixels, channels and products are one run, cut into as many pieces as there are threads.
std::vector<cpu::Share> thread_shares(const network::Model& model, const Placement& placement,
                                      const spec::CoreType& core, network::LayerId layer,
                                      const cpu::Share& item, int threads,
                                      std::optional<cpu::Kernel> kernel = std::nullopt);

std::vector<KernelStep> kernel_steps(const network::Model& model, const Placement& placement,
                                     const spec::CoreType& core, network::LayerId layer,
                                     const ThreadPart& part);

}  // namespace tandem::lowering
