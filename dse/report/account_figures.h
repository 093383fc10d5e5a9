// SPDX-License-Identifier: Apache-2.0
// Figures of where time goes: by layer, by resource, over time.
#pragma once

#include "dse/report/result_json.h"

namespace tandem::report {

Json gantt_figure(const Json& result, const Json& detail);
Json layer_account_figure(const Json& result);
Json track_account_figure(const Json& result);

}  // namespace tandem::report
