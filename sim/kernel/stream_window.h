// SPDX-License-Identifier: Apache-2.0
// Reads of several ports that share what the memory gives such reads: each port alone may have a number of
// bytes in flight, and ports that read at once have parts of theirs that add up to one. The ports take turns,
// a read each.
#pragma once

#include <cstdint>
#include <deque>

namespace tandem::sim {

class BusMaster;

class StreamWindow {
 public:
  // A read of `port`, which alone may have `most` bytes in flight. When it is refused the port is called
  // (BusMaster::resume) once it may be its turn. The first read is always taken.
  [[nodiscard]] bool take(BusMaster& port, std::int64_t bytes, std::int64_t most);
  // A read that was taken is over.
  void release(std::int64_t bytes, std::int64_t most);

 private:
  std::int64_t used_ = 0;  // of kWhole
  std::deque<BusMaster*> waiting_;
};

}  // namespace tandem::sim
