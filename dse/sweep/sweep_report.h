// SPDX-License-Identifier: Apache-2.0
// A finished sweep as text and as JSON; neither holds anything of this machine or hour.
#pragma once

#include <string>

#include "dse/report/result_json.h"
#include "dse/sweep/conduct.h"

namespace tandem::sweep {

std::string before_text(const Sweep& sweep);  // the space, its size, a sample of its points
std::string sweep_text(const Sweep& sweep, const SweepResult& result);
report::Json sweep_json(const Sweep& sweep, const SweepResult& result);

}  // namespace tandem::sweep
