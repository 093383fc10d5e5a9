// SPDX-License-Identifier: Apache-2.0
// Of LayerTiming: what the parts of a layer take from each other at the memory.
#include <algorithm>
#include <cmath>
#include <limits>

#include "models/latency/layer_timing.h"
#include "models/latency/scaled.h"
#include "models/lowering/line_owners.h"

namespace tandem::latency {

// Clusters that read at once take turns, a burst each, so that all have as many bytes in flight of those that
// they share; when one has ended, the others have more.
void LayerTiming::share_window(network::LayerId layer, const std::vector<lowering::ProgramItem>& items,
                               std::vector<std::size_t> readers, LatencyModel::Conditions conditions,
                               LayerTime& into) const {
  const network::Shape output = model_.network->layer(layer).output;
  const auto inverse = [&](std::size_t i) {
    const auto cluster = static_cast<std::size_t>(items[i].resource.cluster);
    return 1.0 / static_cast<double>(platform_.clusters[cluster].gemv_in_flight);
  };
  std::vector<double> left(items.size(), 1.0);
  for (Picoseconds begin{0}; !readers.empty();) {
    double all = 0;
    for (const std::size_t i : readers) all += inverse(i);
    std::vector<CorePart> parts(items.size());
    double step = std::numeric_limits<double>::max();
    for (const std::size_t i : readers) {
      conditions.kernel = items[i].kernel;
      conditions.launch = items[i].launch;
      conditions.window = inverse(i) / all;
      parts[i] =
          latency_.core_part(layer, items[i].resource, lowering::area_of(items[i], output), conditions);
      step = std::min(step, left[i] * seconds(parts[i].time));
    }
    const Picoseconds end = begin + Picoseconds(std::llround(step * 1e12));
    for (const std::size_t i : readers) {
      left[i] -= step / seconds(parts[i].time);
      const Picoseconds later = end - into.parts[i].core.time;
      into.parts[i].busy = into.parts[i].core.time = end;
      into.parts[i].core.last_end += later;
      into.parts[i].core.stalled += later;
    }
    std::erase_if(readers, [&](std::size_t i) { return left[i] <= 1e-9; });
    begin = end;
  }
}

LayerTiming::Side LayerTiming::side_of(const std::vector<lowering::ProgramItem>& items,
                                       const LayerTime& times, bool units) const {
  Side side;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const PartTime& part = times.parts[i];
    if ((items[i].resource.accelerator >= 0) != units) continue;
    if (units) {
      side.time += part.busy;  // its jobs one after the other
      side.bytes += static_cast<double>(part.unit.read_bytes + part.unit.write_bytes);
    } else {
      side.time = std::max(side.time, part.busy);  // groups side by side
      side.bytes += part.core.read_bytes + part.core.write_bytes;
    }
  }
  return side;
}

void LayerTiming::contend(network::LayerId layer, const std::vector<lowering::ProgramItem>& items,
                          LayerTime& times) const {
  const Side unit = side_of(items, times, true), core = side_of(items, times, false);
  if (unit.time.raw() == 0 || core.time.raw() == 0) return;
  const auto asked = [&](const Side& one, const Side& other) {
    return one.bytes / seconds(one.time) + other.bytes / seconds(other.time);
  };
  if (asked(unit, core) <= sustained_) return;
  // The delay at which both together ask for what there is.
  Picoseconds low{0}, high = latency_.load_latency();
  LayerTime slowed = times, tried = times;  // by `high`, by what is tried
  const auto too_much = [&](Picoseconds delay) {
    time_parts(layer, items, delay, tried);
    return asked(side_of(items, tried, true), side_of(items, tried, false)) > sustained_;
  };
  int steps = 8;
  for (; too_much(high) && high.raw() < 64 * latency_.load_latency().raw(); high = high * 2) low = high;
  slowed = tried;
  if (low.raw() > 0) --steps;  // its half is known to be too little
  for (int step = 0; step < steps; ++step) {
    const Picoseconds middle = (low + high) / 2;
    if (too_much(middle)) {
      low = middle;
    } else {
      high = middle;
      slowed = tried;
    }
  }
  const Side slow_unit = side_of(items, slowed, true), slow_core = side_of(items, slowed, false);
  // Until the first side is over; what is left of the other goes on alone.
  const Picoseconds together = std::min(slow_unit.time, slow_core.time);
  const auto factor = [&](const Side& alone, const Side& slower) {
    const double done = seconds(together) / seconds(slower.time);
    return (seconds(together) + (1 - done) * seconds(alone.time)) / seconds(alone.time);
  };
  const double of_unit = factor(unit, slow_unit), of_core = factor(core, slow_core);
  for (std::size_t i = 0; i < items.size(); ++i) {
    PartTime& part = times.parts[i];
    if (items[i].resource.accelerator >= 0) {
      part.unit.time = part.busy = scaled(part.busy, of_unit);
    } else {
      const Picoseconds before = part.busy;
      part.busy = part.core.time = scaled(before, of_core);
      part.core.last_end += part.busy - before;
      part.core.stalled += part.busy - before;
    }
  }
}

}  // namespace tandem::latency
