// SPDX-License-Identifier: Apache-2.0
// The page of a comparison: planners side by side.
#pragma once

#include "dse/report/page.h"

namespace tandem::report {

// `comparison`: {command, rows: results as result_json() makes them, with speed-up and saved energy}.
Page compare_page(const Json& comparison);

}  // namespace tandem::report
