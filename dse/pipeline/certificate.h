// SPDX-License-Identifier: Apache-2.0
// A plan's certificate: the whole problem, the stages, what is claimed of them, and why nothing better
// exists. `tandem-check` (dse/check, which shares no code with this) reads it and believes none of it.
//
// A text of lines, in this order; numbers are picoseconds, picojoules and milliwatts:
//     tandem-certificate 1
//     network NAME
//     background MILLIWATTS
//     type COUNT core|accelerator NAME                 one a type of resource
//     layer INPUTS INPUT... NAME                       one a layer, inputs by number
//     group USAGE...                                   one a group, by type; then four lines of it:
//     hand_over TIME POWER
//     time TIME...                                     by layer
//     take_in TIME...                                  by layer, or nothing
//     energy ENERGY...                                 by layer, or nothing
//     objective throughput|latency|energy
//     limit TIME|none                                  no stage may be above it
//     stage GROUP LAYER...                             one a stage
//     period TIME
//     latency TIME
//     energy_of_image ENERGY                           0 where not known
//     refutation reach|search|prices|layer|sum         why nothing better exists, or nothing below the bound
//     reach USAGE... LAYERS                            "reach": with at most this many resources and stages
//                                                      shorter than the period, no more layers can be done
//     prices PRICE...                                  "prices": by type, see bound.h
//     bound TIME|ENERGY                                no plan is better; the claimed value, if exact
//     end
#pragma once

#include <optional>
#include <string>

#include "dse/pipeline/cost_table.h"
#include "dse/pipeline/exact.h"

namespace tandem::pipeline {

enum class Objective { throughput, latency, energy };
const char* to_string(Objective objective);

struct Goal {
  Objective objective = Objective::throughput;
  std::optional<std::int64_t> limit;  // no stage above it: a floor under the throughput
};

struct Answer {
  Goal goal;
  Plan plan;
  std::int64_t bound = 0;  // of what the goal makes small: period, latency or energy
  bool proved = false;     // nothing better exists
  [[nodiscard]] std::int64_t value() const;
};

std::string certificate(const CostTable& table, const Exact& exact, const Answer& answer);

}  // namespace tandem::pipeline
