// SPDX-License-Identifier: Apache-2.0
// The published search (Wang et al., "High-Throughput CNN Inference on Embedded ARM big.LITTLE Multi-Core
// Processors", IEEE TCAD 2020, arXiv 1908.11450), in our words: begin with one core a stage, the fastest type
// first, and all layers in the first stage; move layers between neighbouring stages until no move balances
// them better; merge neighbours of the same type, rebalancing, as long as that raises throughput. Stages that
// end up without layers are dropped. Where a type has no time for one core, its smallest count begins.
// Layers are taken in topological order. Accelerators are not used.
#pragma once

#include <vector>

#include "dse/pipeline/cost_table.h"

namespace tandem::pipeline {

struct PipeitAnswer {
  Plan plan;
  int pipelines_tried = 0;  // configurations it balanced
};
// Throws std::invalid_argument when the table has no group of cores of one type alone.
PipeitAnswer pipeit(const CostTable& table);

// Core types by the core time the whole network takes on the fewest cores they have in the table, fastest
// first: "big" is the first, "LITTLE" the second.
std::vector<int> types_by_speed(const CostTable& table);

// "B4-s2-s2": a letter and a number a stage; with more than two core types, their names.
std::string notation(const CostTable& table, const Plan& plan);

}  // namespace tandem::pipeline
