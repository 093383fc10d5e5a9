// SPDX-License-Identifier: Apache-2.0
// What a terminal can be told about the commands: examples below --help, a manual page, completion for bash.
// The last two are made from the commands' own descriptions, so that they cannot be out of date.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tandem::cli {

void add_examples(CLI::App& app);  // to its commands

std::string man_page(const CLI::App& app);
std::string bash_completion(const CLI::App& app);

}  // namespace tandem::cli
