// SPDX-License-Identifier: Apache-2.0
// The simulation's wheel of timed calls: a binary heap ordered by (time, order of asking) behind a single
// SystemC event. It goes on from time to time by itself as long as no SystemC process is due; the calls see
// the wheel's time as now(), and wake processes with notify_now(). One a simulation, handed to every
// component; several times cheaper than an sc_event a call, no allocation in steady state, and a fixed order
// among calls at the same time.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "sim/kernel/systemc.h"

namespace tandem::sim {

class EventQueue : public sc_core::sc_module {
 public:
  using Action = void (*)(void* object, std::uint64_t argument);

  explicit EventQueue(const sc_core::sc_module_name& name);

  // Calls action(object, argument) at `when`, which must not lie in the past.
  void at(Picoseconds when, Action action, void* object, std::uint64_t argument = 0);
  // queue.at<&Bank::open>(when, bank, row) calls bank.open(row).
  template <auto Method, class T>
  void at(Picoseconds when, T& object, std::uint64_t argument = 0) {
    at(
        when, [](void* self, std::uint64_t value) { (static_cast<T*>(self)->*Method)(value); }, &object,
        argument);
  }

  // The same, before all calls at that time that were asked for with at(): for who asks ahead of time by more
  // or less, which must not change anybody's order.
  template <auto Method, class T>
  void first_at(Picoseconds when, T& object, std::uint64_t argument = 0) {
    push({when, next_first_++,
          [](void* self, std::uint64_t value) { (static_cast<T*>(self)->*Method)(value); }, &object,
          argument});
  }

  // Calls object.Method() whenever all calls of one time have been made and the next time is known: for who
  // can work ahead up to next(). What it asks for then is taken into account before the wheel waits.
  template <auto Method, class T>
  void when_settled(T& object) {
    settled_.push_back({[](void* self) { (static_cast<T*>(self)->*Method)(); }, &object});
  }

  // Calls object.Method() once the wheel has come `period` further, and again and again, but only while there
  // are calls of others: it is none itself, keeps nothing going and changes nobody's order.
  template <auto Method, class T>
  void watch(Picoseconds period, T& object) {
    watch_ = {[](void* self) { (static_cast<T*>(self)->*Method)(); }, &object};
    watch_period_ = period;
    watch_due_ = now() + period;
  }

  [[nodiscard]] std::uint64_t calls() const { return calls_; }  // made so far
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  // When the next call is due; kNever without any.
  [[nodiscard]] Picoseconds next() const { return heap_.empty() ? kNever : heap_.front().when; }
  // Of the last call made; now() of a simulation that has nothing more to do lies behind it.
  [[nodiscard]] Picoseconds latest() const { return latest_; }
  static constexpr Picoseconds kNever{std::numeric_limits<std::int64_t>::max()};

 private:
  struct Entry {
    Picoseconds when;
    std::uint64_t order;
    Action action;
    void* object;
    std::uint64_t argument;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.when != b.when ? a.when > b.when : a.order > b.order;
    }
  };

  SC_HAS_PROCESS(EventQueue);
  void push(const Entry& entry);
  void run_due();

  sc_core::sc_event due_;
  std::vector<Entry> heap_;
  struct Listener {
    void (*action)(void* object);
    void* object;
  };
  std::vector<Listener> settled_;
  Listener watch_{};
  Picoseconds watch_period_{0}, watch_due_ = kNever;
  std::uint64_t next_first_ = 0;
  std::uint64_t next_order_ = std::uint64_t{1} << 63;
  std::uint64_t calls_ = 0;
  bool running_ = false;
  Picoseconds latest_{0};
  Picoseconds deferred_at_{-1};
};

}  // namespace tandem::sim
