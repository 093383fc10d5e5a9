// SPDX-License-Identifier: Apache-2.0
#include "sim/components/interrupt_controller.h"

#include <utility>

namespace tandem::sim {

InterruptController::InterruptController(const sc_core::sc_module_name& name, EventQueue& queue,
                                         std::size_t lines, Picoseconds latency)
    : sc_module(name), queue_(queue), latency_(latency), lines_(lines) {}

void InterruptController::set(std::size_t line, bool level) {
  if (lines_.at(line).level == level) return;
  lines_[line].level = level;
  if (level && lost_ && lost_(line)) return;
  queue_.at<&InterruptController::deliver>(now() + latency_, *this, line * 2 + (level ? 1 : 0));
}

std::function<void(bool)> InterruptController::line_setter(std::size_t line) {
  return [this, line](bool level) { set(line, level); };
}

bool InterruptController::pending(std::size_t line) const { return lines_.at(line).seen; }

const sc_core::sc_event& InterruptController::raised(std::size_t line) const {
  return lines_.at(line).raised;
}

void InterruptController::on_raised(std::size_t line, std::function<void()> listener) {
  lines_.at(line).listeners.push_back(std::move(listener));
}

void InterruptController::deliver(std::uint64_t line_and_level) {
  Line& line = lines_[line_and_level / 2];
  line.seen = line_and_level % 2 != 0;
  if (!line.seen) return;
  ++interrupts_;
  notify_now(line.raised);
  for (const auto& listener : line.listeners) listener();
}

}  // namespace tandem::sim
