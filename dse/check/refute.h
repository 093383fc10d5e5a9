// SPDX-License-Identifier: Apache-2.0
// The ways to see that nothing is better than the claimed bound. Each returns what is wrong, or "".
#pragma once

#include <string>

#include "dse/check/statement.h"

namespace tandem::check {

inline constexpr std::size_t kMostSets = 20000;        // that a search looks at before it gives up
inline constexpr std::size_t kMostUsages = 4'000'000;  // of a machine, more than a planner searches

// The list is closed: no stage shorter than the bound leads out of it, and it does not hold the whole chain.
std::string wrong_reach(const Statement& statement);
// The priced work of all layers over the price of the machine.
std::string wrong_prices(const Statement& statement);
// Some layer alone takes that long wherever it runs.
std::string wrong_longest_layer(const Statement& statement);
// Every layer where it takes least, without any hand-over.
std::string wrong_sum(const Statement& statement);
// Walks through all sets of layers that can be done, keeping every way that could still beat the bound.
std::string wrong_by_search(const Statement& statement);

}  // namespace tandem::check
