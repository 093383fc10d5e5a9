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
inline Picoseconds now() { return to_picoseconds(sc_core::sc_time_stamp()); }

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
