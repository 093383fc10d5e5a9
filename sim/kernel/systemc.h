// SPDX-License-Identifier: Apache-2.0
// The one way into SystemC and TLM-2.0. Simulated time is integer picoseconds on both sides: SystemC's
// default resolution is 1 ps, so a conversion is exact and costs nothing. No file may include this and a
// Verilated header.
#pragma once

#include <systemc>
#include <tlm>

#include "models/core/quantity.h"

namespace tandem::sim {

inline sc_core::sc_time to_sc_time(Picoseconds time) {
  return sc_core::sc_time::from_value(static_cast<sc_core::sc_time::value_type>(time.raw()));
}
inline Picoseconds to_picoseconds(const sc_core::sc_time& time) {
  return Picoseconds(static_cast<std::int64_t>(time.value()));
}

// How far the event queue has gone on by itself since SystemC last moved its time (event_queue.h). Processes
// only run while it is 0.
extern Picoseconds ahead_of_systemc;

// Asked for with every transaction: sc_time_stamp() would be a call into the library.
inline Picoseconds now() {
  return to_picoseconds(sc_core::sc_get_curr_simcontext()->time_stamp()) + ahead_of_systemc;
}
// Wakes who waits for the event, now; the only way to do so from a call of the event queue. Ahead of SystemC
// it notes the event, for SystemC to be told when it gets here: its own timed notifications keep no order.
void notify_now(sc_core::sc_event& event);
[[nodiscard]] bool has_noted_events();  // of now
void notify_noted_events();             // of now, with SystemC's time there too
// When SystemC has something to do next, what was noted included, or the run's limit; the largest of all
// times without any.
Picoseconds next_of_systemc();

// The first edge of the grid {0, period, 2*period, ...} at or after `time`; all clocks share the edge at 0.
constexpr Picoseconds align_up(Picoseconds time, Picoseconds period) {
  return Picoseconds(round_up(time.raw(), period.raw()));
}

// Call once, before the first sc_module: SystemC reports go to stderr, an error becomes an exception; with
// `warnings_are_errors` a warning too (the tests' choice).
void install_report_handler(bool warnings_are_errors = false);

// Runs until nothing is left to do, sc_stop(), or `limit` of simulated time from now on. Whatever a process
// throws comes out as SimulationError with its message. The simulation cannot be continued after an error.
void run_simulation(Picoseconds limit);

}  // namespace tandem::sim
