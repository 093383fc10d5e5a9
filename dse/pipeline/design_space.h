// SPDX-License-Identifier: Apache-2.0
// How many pipelines there are, for a chain cut into contiguous pieces. Doubles, because they soon leave 63
// bits; the sums are made in one order, so that the same table gives the same digits.
#pragma once

#include "dse/pipeline/cost_table.h"

namespace tandem::pipeline {

struct DesignSpace {
  // As the published scheme counts: the fastest type's stages first, every core used.
  double pipelines = 0;  // ways to form stages
  double points = 0;     // times the ways to cut the layers for them
  // Every order of stages, every group of the table (joint ones included), any cores left over.
  double all_points = 0;
};
DesignSpace design_space(const CostTable& table);

}  // namespace tandem::pipeline
