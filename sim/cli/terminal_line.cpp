// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/terminal_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace tandem::cli {

std::string cut_to(const std::string& text, int width) {
  int characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool first_byte = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (first_byte && ++characters > width) return text.substr(0, i);
  }
  return text;
}

void draw_line(const std::string& line) {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  fmt::print(stderr, "\r\033[K{}", known ? cut_to(line, size.ws_col - 1) : line);
  std::fflush(stderr);
}

void clear_line() {
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

}  // namespace tandem::cli
