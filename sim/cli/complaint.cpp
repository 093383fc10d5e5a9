// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/complaint.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>

#include "models/core/text.h"

namespace tandem::cli {

namespace {

constexpr std::size_t kWidth = 100;

// Line `number` of a file, from 1; nothing when it has none, or is no file.
std::optional<std::string> line_of(const std::string& path, int number) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  for (int i = 0; i < number; ++i) {
    if (!std::getline(file, line)) return std::nullopt;
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

// A terminal must not obey what a file holds.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

// Of a long line the part around the caret. A column counts characters, each of which UTF-8 writes as one
// byte that is no continuation.
std::string excerpt(const std::string& line, int column, bool colour) {
  std::size_t at = 0;
  for (int left = column - 1; at < line.size() && left > 0; ++at) {
    const bool last_byte = at + 1 == line.size() || (static_cast<unsigned char>(line[at + 1]) & 0xc0) != 0x80;
    left -= last_byte ? 1 : 0;
  }
  std::size_t begin = at > kWidth - 20 ? at - (kWidth - 20) : 0;
  while (begin > 0 && (static_cast<unsigned char>(line[begin]) & 0xc0) == 0x80) --begin;
  std::size_t end = std::min(line.size(), begin + kWidth);
  while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) ++end;
  const std::size_t width = columns_of(std::string_view(line).substr(begin, at - begin));
  return fmt::format("    {}\n    {:{}}{}\n", printable(line.substr(begin, end - begin)), "", width,
                     colour ? "\033[1;32m^\033[0m" : "^");
}

}  // namespace

bool wants_colour(int descriptor) {
  const char* off = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(descriptor) != 0 && (off == nullptr || *off == '\0') &&
         (terminal == nullptr || std::string(terminal) != "dumb");
}

std::string complaint(const InputError& error, bool colour) {
  std::string text;
  for (const Problem& problem : error.problems()) {
    if (colour) {
      const std::string place = to_string(problem.place);
      const std::string all = to_string(problem);
      text +=
          "\033[1m" + place + "\033[0m" + (all.starts_with(place) ? all.substr(place.size()) : all) + "\n";
    } else {
      text += to_string(problem) + "\n";
    }
    if (problem.place.line <= 0 || problem.place.column <= 0) continue;
    const auto line = line_of(problem.place.file, problem.place.line);
    // A column past the line's end is that of a file that has changed since, or of something else.
    if (line && problem.place.column <= static_cast<int>(line->size()) + 1)
      text += excerpt(*line, problem.place.column, colour);
  }
  return text;
}

}  // namespace tandem::cli
