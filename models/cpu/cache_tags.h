// SPDX-License-Identifier: Apache-2.0
// The tags of one cache: set associative, least recently used, 64-byte lines, dirty bits. No bytes: those
// live in DRAM alone. Each line keeps the memory version it was filled with, for the stale-data checker.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/core/quantity.h"

namespace tandem::cpu {

using LineNumber = std::uint64_t;  // address / 64

struct CacheLine {
  LineNumber line = 0;
  std::uint32_t version = 0;
  bool dirty = false;
};

class CacheTags {
 public:
  // size / ways / 64 must be a power of two; up to 256 ways.
  CacheTags(Bytes size, int ways);

  // The line if present, made most recently used; null else. Valid until the next call.
  CacheLine* find(LineNumber line);

  // Puts a line in that is not present; returns the line it pushed out, if any.
  std::optional<CacheLine> insert(LineNumber line, std::uint32_t version, bool dirty);

  // Takes a line out; returns it as it was, if it was present.
  std::optional<CacheLine> remove(LineNumber line);

  [[nodiscard]] std::int64_t capacity_lines() const { return static_cast<std::int64_t>(lines_.size()); }

 private:
  static constexpr LineNumber kFree = ~LineNumber{0};
  [[nodiscard]] std::size_t first_of_set(LineNumber line) const { return (line & set_mask_) * ways_; }
  // Of its set, or ways_.
  [[nodiscard]] std::size_t way_of(LineNumber line, std::size_t first) const;
  // Where a way stands in its set's order.
  [[nodiscard]] std::size_t rank_of(std::size_t way, std::size_t first) const;
  void move(std::size_t first, std::size_t from, std::size_t to);  // of the order, ranks

  std::size_t ways_;
  LineNumber set_mask_;
  // By set and way. Lines stand twice: all of a set's next to each other, to be found fast.
  std::vector<LineNumber> lines_;
  std::vector<CacheLine> contents_;
  std::vector<std::uint8_t> order_;  // by set: its ways, last used first, free ones at the end
};

}  // namespace tandem::cpu
