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
  push({when, next_order_++, action, object, argument});
}

void EventQueue::push(const Entry& entry) {
  const Picoseconds time = now();
  if (entry.when < time)
    throw SimulationError(
        fmt::format("{}: call at {} ps asked for at {} ps", name(), entry.when.raw(), time.raw()));
  heap_.push_back(entry);
  std::push_heap(heap_.begin(), heap_.end(), Later{});
  // A running wheel looks at the heap again by itself; an earlier notification of the event stays.
  if (!running_ && heap_.front().order == entry.order) due_.notify(to_sc_time(entry.when - time));
}

void EventQueue::run_due() {
  const Picoseconds time = now();
  // Processes woken at the same time go first, whatever the order in which SystemC wakes us up. Only once:
  // what follows is in delta cycles, whose order is given, and another queue may wait for us likewise.
  if (deferred_at_ != time && sc_core::sc_pending_activity_at_current_time()) {
    deferred_at_ = time;
    due_.notify(sc_core::SC_ZERO_TIME);
    return;
  }
  running_ = true;
  notify_noted_events();
  for (;;) {
    while (!heap_.empty() && heap_.front().when <= now()) {
      std::pop_heap(heap_.begin(), heap_.end(), Later{});
      const Entry entry = heap_.back();
      heap_.pop_back();
      ++calls_;
      entry.action(entry.object, entry.argument);
    }
    if (now() >= watch_due_) {
      watch_due_ = now() + watch_period_;
      watch_.action(watch_.object);
    }
    for (const Listener& listener : settled_) listener.action(listener.object);
    // On to the next time without a trip through SystemC, unless a process may run before or at it.
    if (heap_.empty() || heap_.front().when >= next_of_systemc()) break;
    ahead_of_systemc = heap_.front().when - time;
  }
  running_ = false;
  latest_ = now();
  const Picoseconds next = has_noted_events() ? now() : this->next();
  ahead_of_systemc = Picoseconds{0};
  if (next != kNever) due_.notify(to_sc_time(next - time));
}

}  // namespace tandem::sim
