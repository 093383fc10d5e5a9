// SPDX-License-Identifier: Apache-2.0
// What people read on the terminal.
#pragma once

#include <string>
#include <vector>

#include "dse/report/result_json.h"
#include "models/network/graph.h"
#include "models/spec/platform.h"
#include "models/spec/run_result.h"

namespace tandem::report {

std::string run_text(const spec::RunResult& result);  // per layer who did what and when, then totals
std::string compare_text(const Json& comparison);     // one row a planner
std::string network_text(const network::Network& network);
std::string platform_text(const spec::Platform& platform);
Json platform_json(const spec::Platform& platform);

}  // namespace tandem::report
