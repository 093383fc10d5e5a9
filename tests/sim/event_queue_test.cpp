// SPDX-License-Identifier: Apache-2.0
// The order of what happens at one time, and looking ahead.
#include "sim/kernel/event_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace tandem::sim {
namespace {

constexpr Picoseconds kSoon{1'000}, kLater{5'000};

struct Log {
  explicit Log(EventQueue& its_queue) : queue(its_queue) {}
  void note(std::uint64_t letter) { text += static_cast<char>(letter); }
  void settled() { text += queue.next() == EventQueue::kNever ? "|" : "/"; }
  void at(Picoseconds when, char letter) {
    queue.at<&Log::note>(when, *this, static_cast<std::uint64_t>(letter));
  }
  void first_at(Picoseconds when, char letter) {
    queue.first_at<&Log::note>(when, *this, static_cast<std::uint64_t>(letter));
  }
  EventQueue& queue;
  std::string text;
};

TEST(EventQueueOrder, CallsOfOneTimeKeepTheOrderOfAsking) {
  EventQueue queue("queue");
  Log log(queue);
  log.at(kSoon, 'a');
  log.at(kLater, 'c');
  log.at(kSoon, 'b');
  run_simulation(kLater * 2);
  EXPECT_EQ(log.text, "abc");
}

TEST(EventQueueOrder, FirstCallsComeFirstWheneverAskedFor) {
  EventQueue queue("queue");
  Log log(queue);
  log.first_at(kLater, '1');
  log.at(kLater, 'a');
  log.first_at(kLater, '2');
  log.at(kSoon, '0');
  run_simulation(kLater * 2);
  EXPECT_EQ(log.text, "012a");
}

TEST(EventQueueOrder, SettledIsCalledAfterTheCallsOfATimeWithTheNextTimeKnown) {
  EventQueue queue("queue");
  Log log(queue);
  queue.when_settled<&Log::settled>(log);
  EXPECT_EQ(queue.next(), EventQueue::kNever);
  log.at(kSoon, 'a');
  log.at(kSoon, 'b');
  log.at(kLater, 'c');
  EXPECT_EQ(queue.next(), kSoon);
  run_simulation(kLater * 2);
  EXPECT_EQ(log.text, "ab/c|");
}

class Sleeper : public sc_core::sc_module {
 public:
  Sleeper(const sc_core::sc_module_name& name, Log& log) : sc_module(name), log_(log) { SC_THREAD(run); }

 private:
  SC_HAS_PROCESS(Sleeper);
  void run() {
    wait(to_sc_time(kSoon));
    log_.text += 'p';
    log_.at(kSoon, 'n');
    wait(to_sc_time(kLater - kSoon));
    log_.text += 'p';
  }
  Log& log_;
};

// Whichever of the two told SystemC first.
TEST(EventQueueOrder, ProcessesOfATimeComeBeforeItsCalls) {
  EventQueue queue("queue");
  Log log(queue);
  log.at(kSoon, 'a');
  log.at(kLater, 'b');
  Sleeper sleeper("sleeper", log);
  run_simulation(kLater * 2);
  EXPECT_EQ(log.text, "panpb");
}

}  // namespace
}  // namespace tandem::sim
