// SPDX-License-Identifier: Apache-2.0
// Whether a certificate speaks of the cost table a person has: a reading of the CSV of its own.
#pragma once

#include <iosfwd>
#include <string>

#include "dse/check/statement.h"

namespace tandem::check {

// What differs, or "", of a statement in which nothing is wrong (verify.h). Rows of other networks are passed
// over; times may differ by the picosecond of rounding.
std::string differs_from_table(const Statement& statement, std::istream& csv);

}  // namespace tandem::check
