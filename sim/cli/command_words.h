// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tandem::cli {

// As a shell takes it for one word: in quotes where it has to be.
std::string shell_word(const std::string& word);

}  // namespace tandem::cli
