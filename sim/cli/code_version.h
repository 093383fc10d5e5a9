// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tandem::cli {

// Of the sources that determine results (models, planners, simulator, RTL): part of what a sweep's point is.
// Made at every build by cmake/CodeVersion.cmake; the same for every compiler.
const char* code_version();

}  // namespace tandem::cli
