// SPDX-License-Identifier: Apache-2.0
// Whether a statement is true. Each function returns what is wrong with it, or "".
//
//   problem      makes sense: lists as long as they must be, inputs before their readers
//   answer       every layer in one stage, after what it reads; no resource used twice; the claimed period,
//                latency and energy are those of the stages; no stage above the limit
//   optimality   nothing is better than the bound, by what the certificate offers or by a search of its own
#pragma once

#include <string>

#include "dse/check/statement.h"

namespace tandem::check {

std::string wrong_problem(const Statement& statement);
std::string wrong_answer(const Statement& statement);      // of a problem that makes sense
std::string wrong_optimality(const Statement& statement);  // of an answer that holds
std::string wrong(const Statement& statement);             // the first of the three

// Whether the claimed value is the bound: proved best, and not only that near to it.
bool is_exact(const Statement& statement);

}  // namespace tandem::check
