// SPDX-License-Identifier: Apache-2.0
// A period no pipeline can beat, whatever the graph, with the prices that prove it. Give every unit of a type
// a price. A stage on group g with period P works at most price(g) * P; all stages together at most
// P * (price of the machine); and a layer cannot cost less than its cheapest group charges:
//     P >= sum over layers of min over g of price(g) * time(g, layer)  /  price of the machine.
// A second bound is the longest layer on the group that is fastest for it.
#pragma once

#include <cstdint>
#include <vector>

#include "dse/pipeline/cost_table.h"

namespace tandem::pipeline {

struct Bound {
  std::int64_t period = 0;
  std::vector<int> prices;  // by type; empty: the longest layer is the reason
};

std::int64_t priced_bound(const CostTable& table, const std::vector<int>& prices);
Bound lower_bound(const CostTable& table);  // the best prices a descent finds

// Every layer on the group that is best for it, hand-overs left out: no plan has less latency or own energy.
std::int64_t least_latency_sum(const CostTable& table);
std::int64_t least_energy_sum(const CostTable& table);

}  // namespace tandem::pipeline
