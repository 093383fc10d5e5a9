// SPDX-License-Identifier: Apache-2.0
// Which layers an accelerator can run, and as which jobs.
#pragma once

#include <string>
#include <vector>

#include "models/accelerator/job.h"
#include "models/network/kernels/layer_kernel.h"
#include "models/network/model.h"

namespace tandem::lowering {

// One group of a convolution as the array sees it; a fully connected layer is a convolution whose kernel
// covers its input, taken before any flatten. Small channel groups (depthwise) are all one group in grouped
// form.
struct GroupShape {
  accelerator::Form form = accelerator::Form::dense;
  int groups = 1;
  int channels_per_group = 0;               // grouped form
  int in_channels = 0, in_h = 0, in_w = 0;  // of one group
  int out_channels = 0, out_h = 0, out_w = 0;
  int kernel_h = 1, kernel_w = 1;
  network::Window window;

  [[nodiscard]] accelerator::WeightShape weights() const {
    return {out_channels, form == accelerator::Form::grouped ? channels_per_group : in_channels, kernel_h,
            kernel_w, form};
  }
};

// An image of few channels lies in blocks of 4, so that the first layer folds.
bool is_folded_image(const network::Layer& layer, const accelerator::Array& array);

GroupShape group_shape(const network::Network& network, network::LayerId layer,
                       const accelerator::Array& array);

// "" when the array can run the layer, else why not, with numbers.
std::string offload_refusal(const network::Model& model, network::LayerId layer,
                            const accelerator::Array& array);

// The jobs for output channels [range.k0, range.k1) and rows [range.p0, range.p1): one a group touched,
// tiled, all but the addresses filled in. Channel ranges begin and end on multiples of Tm inside a group, or
// at its end.
std::vector<accelerator::ConvJob> jobs_without_addresses(const network::Model& model, network::LayerId layer,
                                                         const network::OutputRange& range,
                                                         const accelerator::Array& array);

}  // namespace tandem::lowering
