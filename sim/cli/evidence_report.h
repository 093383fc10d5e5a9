// SPDX-License-Identifier: Apache-2.0
// Evidence as a table for the terminal, as JSON, and as the page docs/validation.md.
#pragma once

#include <string>
#include <vector>

#include "dse/report/result_json.h"
#include "sim/cli/evidence.h"

namespace tandem::cli {

std::string evidence_text(const std::vector<Evidence>& rows);
report::Json evidence_json(const Evidence& row);
std::string evidence_page(const std::vector<Evidence>& rows);  // Markdown

}  // namespace tandem::cli
