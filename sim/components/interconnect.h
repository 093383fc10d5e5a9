// SPDX-License-Identifier: Apache-2.0
// The AXI interconnect: N master ports, M target ports, five channels each, address decode.
//
// Modelled: a clock and a data width a port (a burst holds a port's read or write data channel for its
// beats), a pipeline delay each way, arbitration per target and address channel (higher QoS first, then round
// robin), outstanding limits per port counted in bursts of 16 beats, responses in request order per (master,
// direction, id) and free otherwise, writes forwarded once all their data arrived (packet mode), DECERR from
// a default target. Times: decisions fall on the fabric clock, deliveries to a master on its own clock; clock
// crossings cost the alignment. Ignored: beat-wise arbitration inside a payload (a merged payload is granted
// as one), exclusive accesses, a master that stalls its own read data (RREADY low) - its channel is taken as
// free-flowing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/core/quantity.h"
#include "sim/components/fault_injector.h"
#include "sim/components/memory_map.h"
#include "sim/kernel/axi_protocol.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim {

struct BusPortSpec {
  std::string name;
  Clock clock;
  std::uint32_t width = 16;  // bytes a beat
  int max_reads = 32;        // outstanding bursts of 16 beats; a longer payload is let in alone
  int max_writes = 32;
  std::uint32_t qos = 0;  // of a master's port, 0..15: its payloads have this QoS at least
};

struct InterconnectSpec {
  Clock clock;  // of the fabric
  Cycles forward_latency{2};
  Cycles return_latency{2};
  std::vector<BusPortSpec> masters;
  std::vector<BusPortSpec> targets;
  std::vector<Region> regions;
};

struct BusPortCounters {
  std::int64_t reads = 0, writes = 0;  // payloads
  std::int64_t read_bytes = 0, write_bytes = 0;
  std::int64_t read_bursts = 0, write_bursts = 0;  // of 16 beats
  std::int64_t decode_errors = 0;
  Picoseconds address_read_busy{0}, address_write_busy{0}, read_busy{0}, write_busy{0};
};

// One finished transaction, for a timeline.
struct BusRecord {
  std::uint32_t master = 0, target = 0;
  BusCommand command = BusCommand::read;
  BusStatus status = BusStatus::okay;
  std::uint32_t id = 0;
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  Picoseconds begin{0}, end{0};  // offered at the master's port, last beat there
};

class Interconnect : public sc_core::sc_module {
 public:
  // Throws InputError when the regions or ports do not fit together.
  Interconnect(const sc_core::sc_module_name& name, EventQueue& queue, InterconnectSpec spec);
  ~Interconnect() override;

  AxiTargetSocket& master_port(std::size_t index);     // bind the master's socket to it
  AxiInitiatorSocket& target_port(std::size_t index);  // bind it to the target's socket
  [[nodiscard]] std::size_t masters() const { return spec_.masters.size(); }
  [[nodiscard]] std::size_t targets() const { return spec_.targets.size(); }

  // What is granted from now on reaches its target, and what is answered from now on its master, so much
  // later at least.
  [[nodiscard]] Picoseconds least_latency() const {
    return spec_.clock.time(std::min(spec_.forward_latency, spec_.return_latency));
  }
  // Whether something is on its way to a target, granted and not delivered.
  [[nodiscard]] bool delivering(std::size_t target) const;
  [[nodiscard]] const BusPortCounters& master_counters(std::size_t index) const;
  [[nodiscard]] const BusPortCounters& target_counters(std::size_t index) const;

  // Transactions that their targets have not answered: what each master's port still waits for, oldest first.
  [[nodiscard]] std::vector<BusRecord> unanswered() const;
  // Whether an answer is on its way to a master that asked before `moment`.
  [[nodiscard]] bool answering_since(Picoseconds moment) const;

  // Asked about every answer. The injector outlives the interconnect.
  void inject(FaultInjector& faults) { faults_ = &faults; }
  // Called for every finished transaction, in order of their ends.
  void on_transaction(std::function<void(const BusRecord&)> record) { record_ = std::move(record); }

 private:
  class MasterPort;
  class TargetPort;
  class DefaultTarget;

  using Arbiter = std::uint64_t;  // target * 2 + direction
  [[nodiscard]] std::uint32_t decode(const AxiPayload& payload) const;
  [[nodiscard]] AxiPayload* candidate(const MasterPort& master, const TargetPort& target,
                                      BusCommand command) const;
  void request_arbitration(std::uint32_t target, BusCommand command, Picoseconds earliest);
  void arbitrate(Arbiter arbiter);
  void grant(MasterPort& master, TargetPort& target, BusCommand command);
  void deliver(Arbiter arbiter);
  bool disturb(AxiPayload& payload, Picoseconds& first);
  void respond(TargetPort& target, AxiPayload& payload, Picoseconds first);
  void hand_over(MasterPort& master, AxiPayload& payload, Picoseconds not_before);
  void finish(MasterPort& master, AxiPayload& payload);

  InterconnectSpec spec_;
  MemoryMap map_;
  EventQueue& queue_;
  std::vector<std::unique_ptr<MasterPort>> master_ports_;
  std::vector<std::unique_ptr<TargetPort>> target_ports_;  // the last leads to the default target
  std::unique_ptr<DefaultTarget> default_target_;
  std::function<void(const BusRecord&)> record_;
  FaultInjector* faults_ = nullptr;
};

}  // namespace tandem::sim
