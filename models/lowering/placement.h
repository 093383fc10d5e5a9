// SPDX-License-Identifier: Apache-2.0
// Where every tensor, weight and table of a run lies in simulated DRAM.
//
// Joins in place: the inputs of a concat are written straight into its channels, and flatten, reshape and
// dropout are another view of their input, wherever block alignment and quantisation allow; such layers
// need no work. Each tensor has its own range for the whole run.
#pragma once

#include <cstdint>
#include <vector>

#include "models/accelerator/array.h"
#include "models/network/layout.h"
#include "models/network/model.h"
#include "models/spec/platform.h"

namespace tandem::lowering {

struct AddressRange {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  bool operator==(const AddressRange&) const = default;
};

struct TensorPlacement {
  std::uint64_t address = 0;  // of the first plane
  network::BlockedLayout layout;
};

enum class LayerRole {
  input,     // the image
  in_place,  // its output is where its inputs already are
  compute,   // has work items
};

// One array's packed weights and quantisation records of a convolution, by group.
struct PackedWeights {
  std::vector<AddressRange> weights;  // one a group
  std::vector<AddressRange> quant;
};

struct LayerPlacement {
  LayerRole role = LayerRole::compute;
  TensorPlacement output;
  AddressRange weights;      // as they come, [K][C/groups][kh][kw]; empty without
  AddressRange transformed;  // where Winograd's kernel keeps them, fp32 [K][36][C/groups]; else empty
  std::vector<PackedWeights> packed;  // by accelerator; empty where it cannot run the layer
};

// Scratch memory of a stage's kernels on a cluster, for the largest layer. Only caches and bus see it: no
// value is kept.
struct Workspace {
  AddressRange inputs;   // im2col's matrix, or Winograd's transformed input
  AddressRange results;  // Winograd's products
};

struct Placement {
  std::vector<LayerPlacement> layers;
  std::vector<Workspace> workspaces;  // by cluster; after those, of further stages
  std::uint64_t end = 0;              // first free address
  int block = 8;                      // channels a plane
};

// Channels a plane of a platform's tensors: what all its accelerators share, 8 without any.
// Throws InputError when two accelerators differ.
int channel_block(const spec::Platform& platform);

bool is_view(network::LayerKind kind);  // flatten, reshape, dropout
// A view can stand for its input when nobody needs the bytes in another order: the shape is the same, or
// every reader takes the elements as one flat row.
bool view_is_free(const network::Network& network, network::LayerId view);

// Which layers are in place; independent of addresses.
std::vector<LayerRole> layer_roles(const network::Model& model, int block, bool concat_copies = false);
std::vector<LayerRole> layer_roles(const network::Model& model, const spec::Platform& platform);

// Throws InputError when the memory is too small, with the numbers.
Placement place(const network::Model& model, const spec::Platform& platform);

}  // namespace tandem::lowering
