// SPDX-License-Identifier: Apache-2.0
#include "models/spec/read_array.h"

namespace tandem::spec {

accelerator::Array read_array(const toml_reader::Table& table, const std::string& key) {
  if (!table.has(key)) {
    table.string(key);  // says that it is missing
    return {};
  }
  const std::string no_string = "\n";  // what is no string has been reported as such
  const std::string text = table.string_or(key, no_string);
  if (text == no_string) return {};
  const accelerator::Array array = accelerator::parse_array(text);
  if (array.tm != 0) return array;
  table.problem(key, "\"" + text + "\" is no array; allowed is " + accelerator::kAllowedArrays);
  return {};
}

}  // namespace tandem::spec
