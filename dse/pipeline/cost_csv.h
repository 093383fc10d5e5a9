// SPDX-License-Identifier: Apache-2.0
// Measured layer times as a CSV file: network,layer,core_type,cores,time_ms and, if known, energy_mj. Rows in
// any order; a layer stands where its first row stands, and each reads the one before it.
//
// A (type, count) that has no row is not available; one that lacks a layer, a doubled row, a time that is no
// number from 0 to a million ms, and cores that are no number from 1 to 64 are InputErrors with their line.
// Types named accelerator... are accelerators, of which a stage takes one.
#pragma once

#include <string>
#include <vector>

#include "dse/pipeline/cost_table.h"

namespace tandem::pipeline {

struct Allowed {  // what a row may name; empty `types`: anything
  std::vector<ResourceType> types;
  std::string machine;  // for messages
};

// `network`: of several in the file, the one to take; empty: the file's only one.
CostTable read_cost_csv(const std::string& path, const std::string& network, const Allowed& allowed = {});

}  // namespace tandem::pipeline
