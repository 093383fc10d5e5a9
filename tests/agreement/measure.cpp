// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/measure.h"

#include <algorithm>
#include <array>
#include <deque>
#include <stdexcept>

#include "models/regs/accelerator_registers.h"

namespace tandem::rtl_test {

namespace regs = tandem::regs::accelerator;
using accelerator::Step;

namespace {

constexpr std::int64_t kDoorbellCycles = 3;

}  // namespace

std::int64_t play(const std::vector<Step>& steps, const Timing& memory) {
  std::vector<std::int64_t> done(steps.size());
  std::array<std::int64_t, 3> engine_free{};
  std::array<std::int64_t, 3> next_issue{};
  std::array<std::int64_t, 3> bus_free{};
  std::array<std::deque<std::int64_t>, 3> in_flight;
  std::int64_t end = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const auto engine = static_cast<std::size_t>(step.engine);
    std::int64_t begin = engine_free[engine];
    for (const std::int32_t before : step.after)
      begin = std::max(begin, done[static_cast<std::size_t>(before)]);
    done[i] = begin + step.cycles.raw();
    const bool write = step.engine == Step::Engine::write;
    std::deque<std::int64_t>& flying = in_flight[engine];
    for (const accelerator::Burst& burst : step.bursts) {
      std::int64_t issue = std::max(begin, next_issue[engine]);
      if (flying.size() == static_cast<std::size_t>(accelerator::kMaxOutstandingReads)) {
        issue = std::max(issue, flying.front());
        flying.pop_front();
      }
      next_issue[engine] = issue + 1;
      const std::int64_t beats = burst.bytes / 16;
      const std::int64_t first = std::max(issue + (write ? 1 : memory.read_latency), bus_free[engine]);
      bus_free[engine] = first + beats;
      const std::int64_t answered = first + beats + (write ? memory.write_latency : 0);
      flying.push_back(answered);
      done[i] = std::max(done[i], answered);
    }
    engine_free[engine] = step.bursts.empty() ? done[i] : next_issue[engine];
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
