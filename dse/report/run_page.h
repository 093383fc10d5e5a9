// SPDX-License-Identifier: Apache-2.0
// The page of a run: where the time went, who waited for whom, what limits it.
#pragma once

#include "dse/report/page.h"

namespace tandem::report {

// `result` as result_json() makes it, `detail` as run_detail() does; null: figures that need it are left out.
Page run_page(const Json& result, const Json& detail);

}  // namespace tandem::report
