// SPDX-License-Identifier: Apache-2.0
#include "dse/pipeline/ideals.h"

#include <bit>
#include <set>

namespace tandem::pipeline {

namespace {

void set_bit(std::vector<std::uint64_t>& mask, int bit) {
  mask[static_cast<std::size_t>(bit / 64)] |= std::uint64_t{1} << (bit % 64);
}

bool get_bit(const std::vector<std::uint64_t>& mask, int bit) {
  return (mask[static_cast<std::size_t>(bit / 64)] >> (bit % 64) & 1U) != 0;
}

}  // namespace

Ideals::Ideals(const CostTable& table, std::size_t limit)
    : words_(table.layers.size() / 64 + 1), readers_(table.layers.size()) {
  for (int layer = 0; layer < table.size(); ++layer) {
    for (const int input : table.inputs[static_cast<std::size_t>(layer)])
      readers_[static_cast<std::size_t>(input)].push_back(layer);
  }
  if (table.is_chain() || !enumerate(table, limit)) {
    complete_ = table.is_chain();
    take_prefixes(table);
  }
  open_.resize(static_cast<std::size_t>(count_));
  for (int ideal = 0; ideal < count_; ++ideal) {
    for (int layer = 0; layer < table.size(); ++layer) {
      if (has(ideal, layer) && read_between(layer, ideal, count_ - 1))
        open_[static_cast<std::size_t>(ideal)].push_back(layer);
    }
  }
}

void Ideals::append(const Mask& mask) {
  masks_.insert(masks_.end(), mask.begin(), mask.end());
  ++count_;
}

void Ideals::take_prefixes(const CostTable& table) {
  masks_.clear();
  count_ = 0;
  Mask mask(words_);
  append(mask);
  for (int layer = 0; layer < table.size(); ++layer) {
    set_bit(mask, layer);
    append(mask);
  }
}

// Level by level, a level being all ideals of as many layers. False when there are more than the limit.
bool Ideals::enumerate(const CostTable& table, std::size_t limit) {
  std::set<Mask> level = {Mask(words_)};
  for (int layers = 0; !level.empty(); ++layers) {
    std::set<Mask> next;
    for (const Mask& mask : level) {
      append(mask);
      if (static_cast<std::size_t>(count_) > limit) return false;
      for (int layer = 0; layer < table.size(); ++layer) {
        if (get_bit(mask, layer)) continue;
        bool ready = true;
        for (const int input : table.inputs[static_cast<std::size_t>(layer)]) {
          ready = ready && get_bit(mask, input);
        }
        if (!ready) continue;
        Mask larger = mask;
        set_bit(larger, layer);
        next.insert(std::move(larger));
      }
      if (next.size() > limit) return false;
    }
    level = std::move(next);
  }
  return true;
}

bool Ideals::within(int small, int large) const {
  for (std::size_t i = 0; i < words_; ++i) {
    if ((*word(small, static_cast<int>(i)) & ~*word(large, static_cast<int>(i))) != 0) return false;
  }
  return true;
}

std::vector<int> Ideals::layers_between(int small, int large) const {
  std::vector<int> layers;
  for (std::size_t i = 0; i < words_; ++i) {
    std::uint64_t bits = *word(large, static_cast<int>(i)) & ~*word(small, static_cast<int>(i));
    for (; bits != 0; bits &= bits - 1) layers.push_back(static_cast<int>(i) * 64 + std::countr_zero(bits));
  }
  return layers;
}

bool Ideals::read_between(int layer, int small, int large) const {
  for (const int reader : readers_[static_cast<std::size_t>(layer)]) {
    if (has(large, reader) && !has(small, reader)) return true;
  }
  return false;
}

}  // namespace tandem::pipeline
