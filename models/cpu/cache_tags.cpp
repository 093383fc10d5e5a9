// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/cache_tags.h"

#include <algorithm>
#include <cstring>

namespace tandem::cpu {

CacheTags::CacheTags(Bytes size, int ways)
    : ways_(static_cast<std::size_t>(ways)),
      set_mask_(static_cast<LineNumber>(size.raw() / 64 / ways) - 1),
      lines_((set_mask_ + 1) * ways_, kFree),
      contents_(lines_.size()),
      order_(lines_.size()) {
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint8_t>(i % ways_);
}

std::size_t CacheTags::way_of(LineNumber line, std::size_t first) const {
  const LineNumber* const set = lines_.data() + first;
  std::size_t way = 0;
  while (way < ways_ && set[way] != line) ++way;
  return way;
}

std::size_t CacheTags::rank_of(std::size_t way, std::size_t first) const {
  const std::uint8_t* const order = order_.data() + first;
  return static_cast<std::size_t>(
      static_cast<const std::uint8_t*>(std::memchr(order, static_cast<int>(way), ways_)) - order);
}

void CacheTags::move(std::size_t first, std::size_t from, std::size_t to) {
  std::uint8_t* const order = order_.data() + first;
  const std::uint8_t way = order[from];
  if (from > to) {
    std::memmove(order + to + 1, order + to, from - to);
  } else {
    std::memmove(order + from, order + from + 1, to - from);
  }
  order[to] = way;
}

CacheLine* CacheTags::find(LineNumber line) {
  const std::size_t first = first_of_set(line), way = way_of(line, first);
  if (way == ways_) return nullptr;
  if (order_[first] != way) move(first, rank_of(way, first), 0);
  return &contents_[first + way];
}

std::optional<CacheLine> CacheTags::insert(LineNumber line, std::uint32_t version, bool dirty) {
  const std::size_t first = first_of_set(line), place = first + order_[first + ways_ - 1];
  std::optional<CacheLine> victim;
  if (lines_[place] != kFree) victim = contents_[place];
  move(first, ways_ - 1, 0);
  lines_[place] = line;
  contents_[place] = {line, version, dirty};
  return victim;
}

std::optional<CacheLine> CacheTags::remove(LineNumber line) {
  const std::size_t first = first_of_set(line), way = way_of(line, first);
  if (way == ways_) return std::nullopt;
  lines_[first + way] = kFree;
  move(first, rank_of(way, first), ways_ - 1);
  return contents_[first + way];
}

}  // namespace tandem::cpu
