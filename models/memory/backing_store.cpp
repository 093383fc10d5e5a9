// SPDX-License-Identifier: Apache-2.0
#include "models/memory/backing_store.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include "models/core/error.h"

namespace tandem::memory {

BackingStore::BackingStore(std::uint64_t bytes) : data_(nullptr), size_(bytes) {
  void* const mapping =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    throw SimulationError(
        fmt::format("cannot reserve {} MiB of host address space for a memory", bytes >> 20));
  madvise(mapping, bytes, MADV_HUGEPAGE);  // a wish: large networks touch hundreds of megabytes
  data_ = static_cast<std::uint8_t*>(mapping);
}

BackingStore::~BackingStore() { munmap(data_, size_); }

}  // namespace tandem::memory
