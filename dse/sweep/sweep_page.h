// SPDX-License-Identifier: Apache-2.0
// The page of a sweep: which design is best, and what matters.
#pragma once

#include <string>

#include "dse/report/page.h"
#include "dse/sweep/stored_sweep.h"

namespace tandem::sweep {

report::Page sweep_page(const StoredSweep& stored, const std::string& command);

}  // namespace tandem::sweep
