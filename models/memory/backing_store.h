// SPDX-License-Identifier: Apache-2.0
// The bytes of a simulated memory: zero at first, contiguous, and only what is asked for costs host memory:
// all of it is reserved (an anonymous private mapping; a forked simulation gets its own copy), but becomes
// the process's piece by piece, so a limit of what it may use does not count the rest.
#pragma once

#include <cstdint>
#include <vector>

namespace tandem::memory {

class BackingStore {
 public:
  explicit BackingStore(std::uint64_t bytes);  // SimulationError when the host refuses
  ~BackingStore();
  BackingStore(const BackingStore&) = delete;
  BackingStore& operator=(const BackingStore&) = delete;

  // Bytes [offset, offset + bytes), which lie inside; at the same place every time. std::bad_alloc when the
  // process may not have them.
  [[nodiscard]] std::uint8_t* at(std::uint64_t offset, std::uint64_t bytes) {
    if (bytes == 0) return data_ + offset;
    const std::uint64_t last = (offset + bytes - 1) / kPiece;
    for (std::uint64_t piece = offset / kPiece; piece <= last; ++piece) {
      if (!open_[piece]) open(piece);
    }
    return data_ + offset;
  }

 private:
  static constexpr std::uint64_t kPiece = std::uint64_t{16} << 20;  // whole huge pages
  void open(std::uint64_t piece);

  std::uint8_t* data_;
  std::uint64_t size_;
  std::vector<bool> open_;  // by piece: may be read and written
};

}  // namespace tandem::memory
