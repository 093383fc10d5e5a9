// SPDX-License-Identifier: Apache-2.0
// Where time goes: the account of a resource, which closes to 100 % of its time, and its timeline.
//
// A core computes (cycles of its kernels), transfers (waits for loads and stores that its cycles do not hide,
// or for its next command), keeps caches coherent (clean and invalidate), synchronises (barriers, registers
// and interrupts of accelerators, hand-over of kernels, a change of operating point) or is idle (its work is
// done, or it works for a network beside). An accelerator computes while its array steps, transfers for the
// rest of the time from doorbell to interrupt, and is idle otherwise. Interconnect and DRAM transfer, or have
// been asked for something that does not move yet (latency), or are idle.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/quantity.h"

namespace tandem::spec {

enum class Reason { compute, transfer, coherence, synchronisation, latency, idle };
inline constexpr std::size_t kReasons = 6;
inline constexpr std::array<const char*, kReasons> kReasonNames = {"compute",         "transfer", "coherence",
                                                                   "synchronisation", "latency",  "idle"};

struct Account {
  std::array<Picoseconds, kReasons> time{};
  Picoseconds& operator[](Reason reason) { return time[static_cast<std::size_t>(reason)]; }
  Picoseconds operator[](Reason reason) const { return time[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] Picoseconds sum() const {
    Picoseconds all{0};
    for (const Picoseconds part : time) all += part;
    return all;
  }
  Account& operator+=(const Account& other) {
    for (std::size_t i = 0; i < kReasons; ++i) time[i] += other.time[i];
    return *this;
  }
};

// Of a layer: what the cores of a resource did from its first to its last moment, summed over them.
struct LayerAccount {
  int tracks = 0;  // cores; 1 for an accelerator
  Account sum;     // closes to tracks times the layer's time
};

enum class TrackKind { core, accelerator, interconnect, dram };
inline constexpr std::array<const char*, 4> kTrackKindNames = {"core", "accelerator", "interconnect", "dram"};

struct Track {
  std::string name;
  TrackKind kind = TrackKind::core;
  Account account;  // closes to the run's length
};

// One bar. Those of a track do not overlap; what they leave out is idle.
struct Span {
  int track = 0;
  int layer = -1;  // index into RunResult::layers; -1: of no layer
  Reason reason = Reason::compute;
  Picoseconds begin{0}, end{0};
};

// An accelerator's work on a layer: from the first doorbell, which a core rings, to the last interrupt.
struct AcceleratorWork {
  int core = 0, track = 0;  // tracks: who rings, who works
  int layer = -1;
  Picoseconds begin{0}, end{0};
  Picoseconds computing{0};  // of it the array steps, here and there
};

struct Transaction {
  int master = 0;  // index into Timeline::masters
  bool write = false;
  std::uint32_t bytes = 0;
  Picoseconds begin{0}, end{0};  // offered at the master's port, last beat there
};

// Only kept when somebody asks for it.
struct Timeline {
  std::vector<Span> spans;  // of all tracks but accelerators, by track and time
  std::vector<AcceleratorWork> jobs;
  std::vector<std::string> masters;
  std::vector<Transaction> transactions;  // with memory, in order of their ends
};

}  // namespace tandem::spec
