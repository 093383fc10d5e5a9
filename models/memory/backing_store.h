// SPDX-License-Identifier: Apache-2.0
// The bytes of a simulated memory: zero at first, contiguous, and only the touched pages cost host memory (an
// anonymous private mapping; a forked simulation gets its own copy).
#pragma once

#include <cstdint>
#include <span>

namespace tandem::memory {

class BackingStore {
 public:
  explicit BackingStore(std::uint64_t bytes);  // SimulationError when the host refuses
  ~BackingStore();
  BackingStore(const BackingStore&) = delete;
  BackingStore& operator=(const BackingStore&) = delete;

  [[nodiscard]] std::span<std::uint8_t> bytes() const { return {data_, size_}; }

 private:
  std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace tandem::memory
