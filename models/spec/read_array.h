// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "models/accelerator/array.h"
#include "models/toml/reader.h"

namespace tandem::spec {

// The required key's "8x32" as an array; after a problem the default one.
accelerator::Array read_array(const toml_reader::Table& table, const std::string& key);

}  // namespace tandem::spec
