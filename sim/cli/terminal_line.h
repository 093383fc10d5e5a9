// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tandem::cli {

// Draws `line` over the last one on stderr, cut to what the terminal is wide: a line that wraps leaves a
// trail.
void draw_line(const std::string& line);
void clear_line();

// At most `width` characters of UTF-8 text.
std::string cut_to(const std::string& text, int width);

}  // namespace tandem::cli
