// SPDX-License-Identifier: Apache-2.0
#include "models/memory/backing_store.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "models/core/error.h"

namespace tandem::memory {

BackingStore::BackingStore(std::uint64_t bytes)
    : data_(nullptr), size_(bytes), open_((bytes + kPiece - 1) / kPiece) {
  void* const mapping = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    throw SimulationError(
        fmt::format("cannot reserve {} MiB of host address space for a memory", bytes >> 20));
  madvise(mapping, bytes, MADV_HUGEPAGE);  // a wish: large networks touch hundreds of megabytes
  data_ = static_cast<std::uint8_t*>(mapping);
}

void BackingStore::open(std::uint64_t piece) {
  const std::uint64_t begin = piece * kPiece;
  if (mprotect(data_ + begin, std::min(kPiece, size_ - begin), PROT_READ | PROT_WRITE) != 0)
    throw std::bad_alloc();
  open_[piece] = true;
}

BackingStore::~BackingStore() { munmap(data_, size_); }

}  // namespace tandem::memory
