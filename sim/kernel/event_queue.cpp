// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/event_queue.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"

namespace tandem::sim {

EventQueue::EventQueue(const sc_core::sc_module_name& name) : sc_module(name) {
  heap_.reserve(1024);
  SC_METHOD(run_due);
  sensitive << due_;
  dont_initialize();
}

void EventQueue::at(Picoseconds when, Action action, void* object, std::uint64_t argument) {
  const Picoseconds time = now();
  if (when < time)
    throw SimulationError(
        fmt::format("{}: call at {} ps asked for at {} ps", name(), when.raw(), time.raw()));
  heap_.push_back({when, next_order_++, action, object, argument});
  std::push_heap(heap_.begin(), heap_.end(), Later{});
  // A running wheel looks at the heap again by itself; an earlier notification of the event stays.
  if (!running_ && heap_.front().order == next_order_ - 1) due_.notify(to_sc_time(when - time));
}

void EventQueue::run_due() {
  const Picoseconds time = now();
  running_ = true;
  while (!heap_.empty() && heap_.front().when <= time) {
    std::pop_heap(heap_.begin(), heap_.end(), Later{});
    const Entry entry = heap_.back();
    heap_.pop_back();
    ++calls_;
    entry.action(entry.object, entry.argument);
  }
  running_ = false;
  if (!heap_.empty()) due_.notify(to_sc_time(heap_.front().when - time));
}

}  // namespace tandem::sim
