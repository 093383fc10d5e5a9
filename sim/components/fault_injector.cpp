// SPDX-License-Identifier: Apache-2.0
#include "sim/components/fault_injector.h"

#include <fmt/format.h>

#include <utility>

namespace tandem::sim {

using spec::Fault;
using spec::FaultKind;

FaultInjector::FaultInjector(std::vector<Fault> faults, const spec::Platform& platform)
    : faults_(std::move(faults)),
      clusters_(platform.clusters.size()),
      beats_(platform.clusters.size() + platform.accelerators.size()),
      interrupts_(platform.accelerators.size(), 0) {
  spec::check_faults(faults_, platform);
  for (const Fault& fault : faults_) {
    std::uint32_t master = kEverybody;
    for (std::size_t i = 0; i < platform.clusters.size(); ++i)
      if (platform.clusters[i].name == fault.at) master = static_cast<std::uint32_t>(i);
    for (std::size_t i = 0; i < platform.accelerators.size(); ++i)
      if (platform.accelerators[i].name == fault.at) master = static_cast<std::uint32_t>(clusters_ + i);
    masters_.push_back(master);
    results_.push_back({to_string(fault), false, Picoseconds(0), 0});
  }
}

void FaultInjector::happened(std::size_t fault, Picoseconds now, std::uint64_t address) {
  spec::FaultResult& result = results_[fault];
  if (result.happened) return;
  result.happened = true;
  result.when = now;
  result.address = address;
}

Disturbance FaultInjector::answer(std::uint32_t master, BusCommand command, std::uint64_t address,
                                  std::int64_t beats, bool from_memory, Picoseconds now) {
  std::int64_t& before = beats_[master][static_cast<std::size_t>(command)];
  const std::int64_t first = std::exchange(before, before + beats);
  Disturbance disturbance;
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const Fault& fault = faults_[i];
    if (fault.kind == FaultKind::lost_interrupt) continue;
    if (masters_[i] != kEverybody && masters_[i] != master) continue;
    if (fault.kind == FaultKind::slow_memory) {
      const bool over = fault.length.raw() > 0 && now >= fault.from + fault.length;
      if (!from_memory || now < fault.from || over) continue;
      disturbance.delay += fault.delay;
    } else {
      if (fault.write != (command == BusCommand::write)) continue;
      if (fault.beat < first || fault.beat >= first + beats) continue;
      if (fault.kind == FaultKind::no_answer) {
        disturbance.answered = false;
      } else {
        disturbance.status =
            fault.kind == FaultKind::slave_error ? BusStatus::slave_error : BusStatus::decode_error;
        disturbance.beat = static_cast<std::int32_t>(fault.beat - first);
      }
    }
    happened(i, now, address);
  }
  return disturbance;
}

bool FaultInjector::loses_interrupt(std::size_t accelerator, Picoseconds now) {
  const std::int64_t number = ++interrupts_[accelerator];
  bool lost = false;
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const Fault& fault = faults_[i];
    if (fault.kind != FaultKind::lost_interrupt || masters_[i] != clusters_ + accelerator ||
        fault.number != number)
      continue;
    lost = true;
    happened(i, now, 0);
  }
  return lost;
}

std::string FaultInjector::injected() const {
  std::string text;
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const spec::FaultResult& result = results_[i];
    if (!result.happened) continue;
    text += fmt::format("; injected: {} (at {:.3f} us", result.what, to_microseconds(result.when));
    if (faults_[i].kind != FaultKind::lost_interrupt) text += fmt::format(", address {:#x}", result.address);
    text += ")";
  }
  return text;
}

}  // namespace tandem::sim
