// SPDX-License-Identifier: Apache-2.0
// Collects level interrupt lines and tells the cores. Modelled: the level of each line and a delay from line
// to core. Ignored: priorities, masking and the register interface of a real GIC; a source is silenced at its
// own registers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/core/quantity.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim {

class InterruptController : public sc_core::sc_module {
 public:
  InterruptController(const sc_core::sc_module_name& name, EventQueue& queue, std::size_t lines,
                      Picoseconds latency);

  void set(std::size_t line, bool level);  // by the source; its listener form is line_setter()
  [[nodiscard]] std::function<void(bool)> line_setter(std::size_t line);

  [[nodiscard]] bool pending(std::size_t line) const;  // as a core sees it, after the delay
  // Notified (SystemC event) and called back when a line becomes pending.
  [[nodiscard]] const sc_core::sc_event& raised(std::size_t line) const;
  void on_raised(std::size_t line, std::function<void()> listener);  // any number of listeners, in this order

  // Whether a source holds its line up and no core gets to know.
  [[nodiscard]] bool unseen(std::size_t line) const { return lines_.at(line).level && !lines_.at(line).seen; }
  // Asked at every rising edge; true: it is lost. For faults.
  void lose(std::function<bool(std::size_t line)> lost) { lost_ = std::move(lost); }

  [[nodiscard]] std::int64_t interrupts() const { return interrupts_; }  // rising edges so far

 private:
  struct Line {
    bool level = false;
    bool seen = false;
    sc_core::sc_event raised;
    std::vector<std::function<void()>> listeners;
  };

  void deliver(std::uint64_t line_and_level);

  EventQueue& queue_;
  Picoseconds latency_;
  std::vector<Line> lines_;
  std::function<bool(std::size_t)> lost_;
  std::int64_t interrupts_ = 0;
};

}  // namespace tandem::sim
