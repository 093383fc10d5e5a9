// SPDX-License-Identifier: Apache-2.0
// One line of UTF-8 text, as a terminal shows it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tandem {

// Bytes that move a cursor or end a line instead of showing something.
inline bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Columns it takes, a letter one each: bytes that go on with a letter are not counted.
inline std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace tandem
