// SPDX-License-Identifier: Apache-2.0
// How wrong input is shown: each problem in one line, file:line:column: key: what is wrong; below it the line
// of the file with a caret. Colours only on a terminal, and never when NO_COLOR is set.
#pragma once

#include <string>

#include "models/core/error.h"

namespace tandem::cli {

// Whether to write colours to this stream, 1 or 2.
bool wants_colour(int descriptor);

std::string complaint(const InputError& error, bool colour);

}  // namespace tandem::cli
