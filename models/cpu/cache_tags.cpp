// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/cache_tags.h"

#include <algorithm>

namespace tandem::cpu {

CacheTags::CacheTags(Bytes size, int ways)
    : ways_(static_cast<std::size_t>(ways)),
      set_mask_(static_cast<LineNumber>(size.raw() / 64 / ways) - 1),
      lines_((set_mask_ + 1) * ways_, kFree),
      last_use_(lines_.size(), 0),
      contents_(lines_.size()) {}

std::size_t CacheTags::way_of(LineNumber line, std::size_t first) const {
  const LineNumber* const set = lines_.data() + first;
  std::size_t way = 0;
  while (way < ways_ && set[way] != line) ++way;
  return way;
}

CacheLine* CacheTags::find(LineNumber line) {
  const std::size_t first = first_of_set(line), way = way_of(line, first);
  if (way == ways_) return nullptr;
  last_use_[first + way] = ++uses_;
  return &contents_[first + way];
}

std::optional<CacheLine> CacheTags::insert(LineNumber line, std::uint32_t version, bool dirty) {
  // A free place was used least recently of all.
  const std::size_t first = first_of_set(line);
  const auto uses = last_use_.begin() + static_cast<std::ptrdiff_t>(first);
  const std::size_t place =
      first +
      static_cast<std::size_t>(std::min_element(uses, uses + static_cast<std::ptrdiff_t>(ways_)) - uses);
  std::optional<CacheLine> victim;
  if (lines_[place] != kFree) victim = contents_[place];
  lines_[place] = line;
  last_use_[place] = ++uses_;
  contents_[place] = {line, version, dirty};
  return victim;
}

std::optional<CacheLine> CacheTags::remove(LineNumber line) {
  const std::size_t first = first_of_set(line), way = way_of(line, first);
  if (way == ways_) return std::nullopt;
  lines_[first + way] = kFree;
  last_use_[first + way] = 0;
  return contents_[first + way];
}

}  // namespace tandem::cpu
