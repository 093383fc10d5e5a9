// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/stream_window.h"

#include <algorithm>

#include "sim/kernel/bus_master.h"

namespace tandem::sim {
namespace {

constexpr std::int64_t kWhole = std::int64_t{1} << 30;

std::int64_t part_of(std::int64_t bytes, std::int64_t most) { return bytes * kWhole / most; }

}  // namespace

bool StreamWindow::take(BusMaster& port, std::int64_t bytes, std::int64_t most) {
  const bool its_turn = waiting_.empty() || waiting_.front() == &port;
  if (its_turn && (used_ == 0 || used_ + part_of(bytes, most) <= kWhole)) {
    if (!waiting_.empty()) waiting_.pop_front();
    used_ += part_of(bytes, most);
    return true;
  }
  if (std::find(waiting_.begin(), waiting_.end(), &port) == waiting_.end()) waiting_.push_back(&port);
  return false;
}

void StreamWindow::release(std::int64_t bytes, std::int64_t most) {
  used_ -= part_of(bytes, most);
  for (std::size_t i = waiting_.size(); i > 0 && !waiting_.empty(); --i) {
    BusMaster* const next = waiting_.front();
    next->resume();
    if (!waiting_.empty() && waiting_.front() == next) return;
  }
}

}  // namespace tandem::sim
