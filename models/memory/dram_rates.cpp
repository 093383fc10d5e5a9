// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram_rates.h"

#include <algorithm>
#include <functional>

#include "models/core/random.h"

namespace tandem::memory {
namespace {

// One channel kept full with reads; the time from the first command to the last data.
Picoseconds serve(const DramSpec& dram, const SchedulerSpec& spec, int accesses,
                  const std::function<Run()>& next_run) {
  DramScheduler scheduler(dram, spec);
  Picoseconds time{0}, end{0};
  int left = accesses;
  Run waiting = next_run();
  while (left > 0 || !scheduler.empty()) {
    while (left > 0 && scheduler.has_room(waiting.access, waiting.accesses)) {
      waiting.arrival = time;
      scheduler.reserve(waiting.access, waiting.accesses);
      scheduler.push(waiting);
      left -= waiting.accesses;
      waiting = next_run();
    }
    if (const auto served = scheduler.step(time)) end = std::max(end, served->data.end);
    if (scheduler.next()) time = *scheduler.next();
  }
  return end;
}

double seconds(Picoseconds time) { return static_cast<double>(time.raw()) * 1e-12; }

}  // namespace

DramRates implied_rates(const DramSpec& dram) {
  const auto clocks = [&](Picoseconds time) { return dram.clock.time(dram.clock.cycles_covering(time)); };
  const DramTiming& timing = dram.timing;
  const Picoseconds burst = dram.burst_time();
  const Picoseconds lost = std::max(Picoseconds{0}, clocks(timing.rtp) - burst) + clocks(timing.rp_all) +
                           clocks(timing.rfc) + clocks(timing.rcd);
  const double usable = 1.0 - seconds(lost) / seconds(timing.refi);
  const Picoseconds row_cycle =
      std::max(clocks(timing.ras), clocks(timing.rcd) + clocks(timing.rtp)) + clocks(timing.rp);
  const Picoseconds distance =
      std::max({burst, clocks(timing.rrd), clocks(timing.faw) / 4, row_cycle / dram.banks});
  return {usable, usable * dram.channels / seconds(distance)};
}

DramRates simulated_rates(const DramSpec& dram, const SchedulerSpec& spec, int accesses, std::uint64_t seed) {
  const auto bytes =
      static_cast<std::uint64_t>(std::min({dram.interleave_bytes, dram.row_bytes, spec.run_bytes}));
  const int run = static_cast<int>(static_cast<std::int64_t>(bytes) / dram.access_bytes());
  std::uint64_t offset = 0;
  const Picoseconds stream = serve(dram, spec, accesses, [&] {
    Location at = locate(dram, offset);
    for (; at.channel != 0; at = locate(dram, offset)) offset += bytes;
    offset += bytes;
    return Run{0, Access::read, at.bank, at.row, run, {}};
  });
  Random random(seed);
  const Picoseconds rows = serve(dram, spec, accesses, [&] {
    const auto bank = static_cast<std::uint32_t>(random.below(static_cast<std::uint64_t>(dram.banks)));
    return Run{0, Access::read, Bank{bank}, Row{static_cast<std::int64_t>(random.below(1 << 15))}, 1, {}};
  });
  const double count = accesses;
  return {count * seconds(dram.burst_time()) / seconds(stream), count * dram.channels / seconds(rows)};
}

SchedulerSpec far_looking_queue(const DramSpec& dram) {
  SchedulerSpec scheduler;
  if (dram.groups > 1) {
    scheduler.read_queue = static_cast<int>(2 * dram.row_bytes / dram.access_bytes());
    scheduler.age_limit = dram.timing.refi;
  }
  return scheduler;
}

}  // namespace tandem::memory
