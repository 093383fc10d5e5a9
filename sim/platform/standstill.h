// SPDX-License-Identifier: Apache-2.0
// Notices that a machine will never finish although its clock goes on: cores that poll, or an accelerator's
// RTL that waits for a bus answer, keep a simulation busy for ever. In a period nothing has moved when every
// core of the measured network was in a wait or had no answer from memory, no accelerator finished a burst,
// and no answer was on its way to anybody who asked before. That is the end when memory owes an answer for
// longer than a period, far beyond its latency, or an interrupt was up and no core saw it. Else an
// accelerator may be computing: 2^24 of its cycles are allowed, a word of every weight for a word of every
// input pixel in its buffers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/components/interconnect.h"
#include "sim/components/interrupt_controller.h"
#include "sim/components/tile_core.h"

namespace tandem::sim {

class Standstill {
 public:
  // `platform` names the masters and devices. All outlive it.
  Standstill(const spec::Platform& platform, const Interconnect& bus, const InterruptController& interrupts)
      : platform_(platform), bus_(bus), interrupts_(interrupts) {}
  void add(const TileCore& core) { cores_.push_back(&core); }

  static Picoseconds period(const spec::Platform& platform);

  // To be asked once a period: whether nothing will move any more.
  bool is_the_end();
  [[nodiscard]] Picoseconds since() const { return since_; }  // when it last had moved, to a period
  // "; a53_core0 waits for ...; accelerator0 waits since ... for an answer to its read of ..."
  [[nodiscard]] std::string who_waits() const;

 private:
  [[nodiscard]] std::int64_t moves() const;
  [[nodiscard]] bool something_is_lost() const;

  const spec::Platform& platform_;
  const Interconnect& bus_;
  const InterruptController& interrupts_;
  std::vector<const TileCore*> cores_;
  std::int64_t moves_ = -1;
  Picoseconds since_{0};
};

}  // namespace tandem::sim
