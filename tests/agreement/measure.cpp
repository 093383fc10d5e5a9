// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/measure.h"

#include <algorithm>
#include <array>
#include <deque>
#include <stdexcept>

#include "models/accelerator/bursts.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::rtl_test {

namespace regs = tandem::regs::accelerator;
using accelerator::Step;

namespace {

constexpr std::int64_t kDoorbellCycles = 3;

}  // namespace

std::int64_t play(const std::vector<Step>& steps, const Timing& memory) {
  struct Engine {
    std::int64_t free = 0;      // it begins no sooner
    std::int64_t bus_free = 0;  // its data channel
    std::deque<std::int64_t> in_flight;
  };
  std::array<Engine, 3> engines;
  std::vector<std::int64_t> done(steps.size()), sent(steps.size());
  std::int64_t end = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    Engine& own = engines[static_cast<std::size_t>(step.engine)];
    std::int64_t begin = 0;
    for (const std::int32_t before : step.after)
      begin = std::max(begin, done[static_cast<std::size_t>(before)]);
    for (const std::int32_t before : step.after_sent)
      begin = std::max(begin, sent[static_cast<std::size_t>(before)]);
    begin = std::max(begin + step.delay.raw(), own.free);
    done[i] = begin + step.cycles.raw();
    own.free = done[i];
    for (const accelerator::Burst& burst : step.bursts) {
      std::int64_t issue = std::max(begin, own.free);
      const auto limit = step.engine == Step::Engine::write ? accelerator::kMaxOutstandingWrites
                                                            : accelerator::kMaxOutstandingReads;
      if (own.in_flight.size() == static_cast<std::size_t>(limit)) {
        issue = std::max(issue, own.in_flight.front() + 1);
        own.in_flight.pop_front();
      }
      const std::int64_t beats = accelerator::beats_of(burst.address, burst.bytes);
      std::int64_t answered = 0;
      if (step.engine == Step::Engine::write) {
        own.free = sent[i] = issue + beats;
        answered = sent[i] + memory.write_latency;
      } else {
        own.free = issue + 1;
        own.bus_free = std::max(issue + memory.read_latency, own.bus_free) + beats;
        answered = own.bus_free;
      }
      own.in_flight.push_back(answered);
      done[i] = std::max(done[i], answered);
    }
    end = std::max(end, done[i]);
  }
  return end;
}

Measured measure(const Variant& variant, const accelerator::ConvJob& job, const Timing& timing) {
  Memory memory(0x40000000, std::size_t{48} << 20);
  Random random(1);
  std::uint64_t offset = 0;
  const PlacedJob placed = place(job, variant.array, memory, offset, random);
  Bench bench(variant, memory, timing, 1);
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  bench.ring(placed.descriptor);
  if (!bench.wait_for_interrupt(1'000'000'000)) throw std::runtime_error("no interrupt: " + describe(job));
  if (!bench.violations().empty()) throw std::runtime_error(bench.violations().front());
  const auto counter = [&](std::uint32_t offset_of_low_word) {
    return static_cast<std::int64_t>(bench.read_counter(offset_of_low_word));
  };
  Measured measured;
  measured.rtl = counter(regs::kCyclesBusyLoOffset);
  measured.mac_active = counter(regs::kMacActiveLoOffset);
  measured.stall_feature = counter(regs::kStallFeatureLoOffset);
  measured.stall_weight = counter(regs::kStallWeightLoOffset);
  measured.stall_output = counter(regs::kStallOutputLoOffset);
  // The walk starts behind the descriptor's fetch: 8 beats behind the latency, and the doorbell's registers.
  measured.walk =
      timing.read_latency + 8 + kDoorbellCycles + play(accelerator::walk(placed.job, variant.array), timing);
  accelerator::MemoryTiming memory_timing;
  memory_timing.read_latency = timing.read_latency;
  memory_timing.write_latency = timing.write_latency;
  measured.analytic = accelerator::analytic_cycles(placed.job, variant.array, memory_timing).raw();
  return measured;
}

double error_percent(std::int64_t model, std::int64_t rtl) {
  return 100.0 * static_cast<double>(model - rtl) / static_cast<double>(rtl);
}

}  // namespace tandem::rtl_test
