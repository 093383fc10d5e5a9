// SPDX-License-Identifier: Apache-2.0
// A core's way to memory. Every call blocks the core's process until what it asks for is there.
//
// Modelled: sequential streams through the cluster's L2 with so many bytes in flight; single dependent loads
// with the latency of the level that has the line; register accesses. Ignored: L1 for streams (a kernel's own
// re-reads are in the cycles of its work), the L2's latency in streams (prefetched), TLBs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "models/cpu/cache_tags.h"
#include "models/cpu/coherent_caches.h"
#include "models/spec/platform.h"
#include "sim/kernel/bus_master.h"

namespace tandem::sim {

class CoreMemory {
 public:
  // `name` is for messages. The references outlive it.
  CoreMemory(std::string name, const spec::Cluster& cluster, int cluster_index, int core,
             cpu::CoherentCaches& caches, const std::vector<BusMaster*>& ports);  // by cluster

  // Plays bursts with at most so many bytes of loads in flight; returns when all loads are done and all
  // stores sent. Or in two halves, with other things between. `window`: the loads share one with
  // other clusters, and the cluster alone may have so many bytes in flight; 0: they do not.
  void stream(const std::vector<cpu::CacheBurst>& bursts, std::int64_t reads_in_flight);
  void start_stream(const std::vector<cpu::CacheBurst>& bursts, std::int64_t reads_in_flight,
                    std::int64_t window = 0);
  void finish_stream();
  void drain_stores();

  // One load of a line whose address was only now known.
  void load(std::uint64_t address, const Clock& clock);

  // Around the caches: a device's register, or commands.
  void transfer(BusCommand command, std::uint64_t address, std::uint8_t* data, std::uint32_t bytes);

  void spend(Picoseconds time);

  [[nodiscard]] bool waits_for_bus() const { return goal_ != Goal::none && !resting_; }
  [[nodiscard]] std::int64_t moves() const { return moves_; }  // answers and rests that are over
  // "an answer to its read of address ..., asked at ... us": the oldest; empty: it waits for none.
  [[nodiscard]] std::string waiting_for() const;

 private:
  void issue_more();
  struct Access {
    BusCommand command = BusCommand::read;
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
    bool streamed = false;
    Picoseconds asked{-1};  // -1: the slot is free
    const BusMaster* port = nullptr;
  };
  void issue(const Access& access, std::uint8_t* data, BusMaster& port);
  void done(std::size_t slot, BusStatus status);
  enum class Goal { none, loads, stores, answer };
  // " through a53_port" where another cluster's port does it.
  [[nodiscard]] std::string way(const Access& access) const;
  [[nodiscard]] bool reached() const;
  void wait_for(Goal goal);
  void wake();  // if the goal is reached
  void end_rest(std::uint64_t);

  std::string name_;
  const spec::Cluster& cluster_;
  int cluster_index_, core_;
  cpu::CoherentCaches& caches_;
  const std::vector<BusMaster*>& ports_;
  BusMaster& port_;
  cpu::CacheTags l1_;

  std::deque<cpu::CacheBurst> queued_;
  std::vector<cpu::CacheBurst> misses_;  // of the load at hand
  std::vector<Access> slots_;            // of accesses under way
  std::vector<std::size_t> free_slots_;
  struct InFlight {
    std::int64_t bytes = 0, limit = 0;
  };
  InFlight reading_, writing_;
  std::int64_t window_ = 0;              // of the loads under way
  std::int64_t loads_ = 0, stores_ = 0;  // issued and not done
  Goal goal_ = Goal::none;               // what the core's process waits for
  bool answered_ = false;                // a transfer or a rest is over
  bool resting_ = false;
  std::int64_t moves_ = 0;
  sc_core::sc_event progress_;
};

}  // namespace tandem::sim
