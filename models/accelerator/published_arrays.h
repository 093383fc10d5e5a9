// SPDX-License-Identifier: Apache-2.0
// Layers of two published accelerators as loops of their arrays, and what was published of them. The tables
// lie in configs/published; its README names the papers.
#pragma once

#include <string>
#include <vector>

#include "models/accelerator/array_loops.h"

namespace tandem::accelerator {

struct PublishedLayer {
  std::string network, layer;
  LoopShape shape;
  ArrayLoops array;
  double cycles = 0;  // published: modelled by the authors, or measured
  bool compute_bound =
      false;  // told by the shape alone; else memory or gathering decides, and the form is short
  std::string bound_by;
  [[nodiscard]] double error_percent() const {
    return 100 * (static_cast<double>(loop_cycles(shape, array).raw()) / cycles - 1);
  }
};

// AlexNet on 64 x 7 multipliers: the authors' own cycle model, a group of channels.
std::vector<PublishedLayer> zhang2015_layers();
// Convolutions and fully connected layers measured on 32 output channels x 32 output pixels. Of the array two
// constants were fitted to these rows: cycles to fill a tile and a layer.
std::vector<PublishedLayer> m32p32_layers();

}  // namespace tandem::accelerator
