// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/systemc.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "models/core/error.h"

namespace tandem::sim {

Picoseconds ahead_of_systemc{0};

namespace {

constexpr Picoseconds kNever{std::numeric_limits<std::int64_t>::max()};
Picoseconds run_end = kNever;  // of the run_simulation() under way

struct NotedEvent {
  Picoseconds when;
  sc_core::sc_event* event;
};
std::vector<NotedEvent> noted_events;  // in order of their times, for each queue

bool warnings_throw = false;  // SystemC's handler is a bare function: its one setting has to live here

void handle_report(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
  if (actions == sc_core::SC_DO_NOTHING) return;
  const sc_core::sc_severity severity = report.get_severity();
  // The kernel reports an exception that leaves a process through here and expects an sc_report to be thrown.
  if (severity >= sc_core::SC_ERROR || (severity == sc_core::SC_WARNING && warnings_throw)) throw report;
  const char* kind = severity == sc_core::SC_WARNING ? "warning" : "info";
  std::fprintf(stderr, "systemc: %s: %s: %s\n", kind, report.get_msg_type(), report.get_msg());
}

std::string message_of(const sc_core::sc_report& report) {
  const std::string text = report.get_msg() != nullptr ? report.get_msg() : "";
  const std::string type = report.get_msg_type() != nullptr ? report.get_msg_type() : "";
  // An exception of ours carries its whole story; SystemC's own errors need their kind and place.
  if (type == sc_core::SC_ID_SIMULATION_UNCAUGHT_EXCEPTION_) return text;
  const std::string process = report.get_process_name() != nullptr ? report.get_process_name() : "";
  return type + (text.empty() ? "" : ": " + text) + (process.empty() ? "" : " (in " + process + ")");
}

}  // namespace

void install_report_handler(bool warnings_are_errors) {
  warnings_throw = warnings_are_errors;
  sc_core::sc_report_handler::set_handler(handle_report);
  // Normal here: a run that has nothing (more) to do, and a platform that ends its own run.
  sc_core::sc_report_handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_, sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
}

void notify_now(sc_core::sc_event& event) {
  if (ahead_of_systemc == Picoseconds{0}) {
    event.notify(sc_core::SC_ZERO_TIME);
  } else {
    noted_events.push_back({now(), &event});
  }
}

bool has_noted_events() {
  return std::any_of(noted_events.begin(), noted_events.end(),
                     [](const NotedEvent& noted) { return noted.when == now(); });
}

void notify_noted_events() {
  for (const NotedEvent& noted : noted_events) {
    if (noted.when == now()) noted.event->notify(sc_core::SC_ZERO_TIME);
  }
  std::erase_if(noted_events, [](const NotedEvent& noted) { return noted.when == now(); });
}

Picoseconds next_of_systemc() {
  const sc_core::sc_time left = sc_core::sc_time_to_pending_activity();
  const Picoseconds stamp = now() - ahead_of_systemc;
  // With nothing pending it is as long as SystemC can say, longer than Picoseconds can.
  const bool none = left.value() > static_cast<sc_core::sc_time::value_type>((kNever - stamp).raw());
  Picoseconds next = std::min(run_end, none ? kNever : stamp + to_picoseconds(left));
  for (const NotedEvent& noted : noted_events) next = std::min(next, noted.when);
  return next;
}

void run_simulation(Picoseconds limit) {
  const Picoseconds begin = now();
  run_end = limit < kNever - begin ? begin + limit : kNever;
  try {
    sc_core::sc_start(to_sc_time(limit), sc_core::SC_EXIT_ON_STARVATION);
  } catch (const sc_core::sc_report& report) {
    throw SimulationError(message_of(report));
  }
}

}  // namespace tandem::sim
