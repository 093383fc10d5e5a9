// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/cache_tags.h"

#include <algorithm>

namespace tandem::cpu {

CacheTags::CacheTags(Bytes size, int ways)
    : ways_(static_cast<std::size_t>(ways)),
      set_mask_(static_cast<LineNumber>(size.raw() / 64 / ways) - 1),
      slots_((set_mask_ + 1) * ways_) {}

CacheTags::Slot* CacheTags::set_of(LineNumber line) { return slots_.data() + (line & set_mask_) * ways_; }

CacheLine* CacheTags::find(LineNumber line) {
  Slot* set = set_of(line);
  for (std::size_t way = 0; way < ways_; ++way) {
    if (set[way].valid && set[way].content.line == line) {
      std::rotate(set, set + way, set + way + 1);
      return &set[0].content;
    }
  }
  return nullptr;
}

std::optional<CacheLine> CacheTags::insert(LineNumber line, std::uint32_t version, bool dirty) {
  Slot* set = set_of(line);
  std::size_t way = 0;
  while (way + 1 < ways_ && set[way].valid) ++way;  // the first free slot, else the least recently used
  std::optional<CacheLine> victim;
  if (set[way].valid) victim = set[way].content;
  set[way] = {{line, version, dirty}, true};
  std::rotate(set, set + way, set + way + 1);
  return victim;
}

std::optional<CacheLine> CacheTags::remove(LineNumber line) {
  Slot* set = set_of(line);
  for (std::size_t way = 0; way < ways_; ++way) {
    if (!set[way].valid || set[way].content.line != line) continue;
    const CacheLine content = set[way].content;
    set[way].valid = false;
    std::rotate(set + way, set + way + 1, set + ways_);  // free slots stay behind the valid ones
    return content;
  }
  return std::nullopt;
}

}  // namespace tandem::cpu
