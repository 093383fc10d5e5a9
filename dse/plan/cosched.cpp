// SPDX-License-Identifier: Apache-2.0
// Co-scheduling after Kim, Kong and Munir (IEEE Access 2020): each convolution's output channels are split
// between accelerator and cores so that both finish together, by a closed-form latency model, in steps of the
// array.
#include "dse/plan/builder.h"

namespace tandem::plan {

spec::Schedule plan_cosched(const Problem& problem) {
  ScheduleBuilder builder(problem, "cosched");
  for (const network::LayerId layer : builder.layers()) {
    const std::vector<int> points = builder.split_points(layer);
    int best = points.front();
    if (builder.accelerator()) {
      Picoseconds least = builder.latency().split_layer(layer, *builder.accelerator(), builder.cores(), best);
      for (const int split : points) {
        const Picoseconds time =
            builder.latency().split_layer(layer, *builder.accelerator(), builder.cores(), split);
        if (time < least) {
          least = time;
          best = split;
        }
      }
    }
    builder.add_split(layer, best);
  }
  return builder.finish();
}

}  // namespace tandem::plan
