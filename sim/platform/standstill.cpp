// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/standstill.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::sim {
namespace {

constexpr std::int64_t kMostSilent = std::int64_t{1} << 24;  // cycles
constexpr Picoseconds kShortest(1'000'000'000);              // 1 ms

}  // namespace

// A thousand times what memory takes at most.
Picoseconds Standstill::period(const spec::Platform& platform) {
  const Picoseconds latency = platform.dram.controller_latency + Clock(platform.interconnect.clock).period() *
                                                                     (platform.interconnect.request_cycles +
                                                                      platform.interconnect.response_cycles);
  return std::max(kShortest, latency * 1000);
}

std::int64_t Standstill::moves() const {
  std::int64_t moves = 0;
  for (const TileCore* const core : cores_) moves += core->moves();
  for (std::size_t i = platform_.clusters.size(); i < bus_.masters(); ++i)
    moves += bus_.master_counters(i).reads + bus_.master_counters(i).writes;
  return moves;
}

bool Standstill::something_is_lost() const {
  const std::vector<BusRecord> unanswered = bus_.unanswered();
  if (!unanswered.empty() && unanswered.front().begin < since_) return true;
  for (std::size_t i = 0; i < platform_.accelerators.size(); ++i) {
    if (interrupts_.unseen(i)) return true;
  }
  return false;
}

bool Standstill::is_the_end() {
  const bool stuck =
      std::all_of(cores_.begin(), cores_.end(), [](const TileCore* core) { return core->stuck(); });
  const std::int64_t before = std::exchange(moves_, moves());
  if (!stuck || before != moves_ || bus_.answering_since(since_)) {
    since_ = now();
    return false;
  }
  if (something_is_lost()) return true;
  Picoseconds silent{0};
  for (const spec::Accelerator& unit : platform_.accelerators)
    silent = std::max(silent, Clock(unit.clock).period() * kMostSilent);
  return now() - since_ > silent;
}

std::string Standstill::who_waits() const {
  std::string text;
  for (const TileCore* const core : cores_) {
    const std::string what = core->waiting_for();
    if (!what.empty()) text += fmt::format("; {} waits for {}", core->name(), what);
  }
  std::vector<std::string> told;
  for (const BusRecord& record : bus_.unanswered()) {
    const bool core = record.master < platform_.clusters.size();
    // A core says itself what it waits for, but it does not wait for what it has posted.
    if (core && text.find(fmt::format("of address {:#x},", record.address)) != std::string::npos) continue;
    const std::string& name = core ? platform_.clusters[record.master].name
                                   : platform_.accelerators[record.master - platform_.clusters.size()].name;
    if (std::find(told.begin(), told.end(), name) != told.end()) continue;
    told.push_back(name);
    text += fmt::format("; {} waits since {:.3f} us for an answer to its {} of address {:#x}", name,
                        to_microseconds(record.begin), record.command == BusCommand::write ? "write" : "read",
                        record.address);
  }
  for (std::size_t i = 0; i < platform_.accelerators.size(); ++i) {
    if (interrupts_.unseen(i))
      text +=
          fmt::format("; {} holds its interrupt up, which no core has seen", platform_.accelerators[i].name);
  }
  return text;
}

}  // namespace tandem::sim
