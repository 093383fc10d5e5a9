// SPDX-License-Identifier: Apache-2.0
// One master's port on the bus: TLM-2.0 AT, one payload an AXI burst, completion by callback.
// Requests beyond the outstanding limit queue inside the port, in order; reads and writes do not wait for
// each other.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "sim/kernel/axi_protocol.h"
#include "sim/kernel/bus_request.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim {

class BusMaster : public sc_core::sc_module, private AxiInitiatorBase, private tlm::tlm_mm_interface {
 public:
  BusMaster(const sc_core::sc_module_name& name, EventQueue& queue, const BusMasterSpec& spec);
  ~BusMaster() override;

  AxiInitiatorSocket socket;

  // Never blocks. A request that crosses a 4 KiB page, is empty or longer than 4096 bytes is SimulationError.
  void issue(BusRequest request);

  // A read that waited for the shared window may go.
  void resume() { send(BusCommand::read); }

  [[nodiscard]] int outstanding() const;  // issued and not done, queued ones included
  [[nodiscard]] bool idle() const { return outstanding() == 0; }
  [[nodiscard]] const BusMasterCounters& counters() const { return counters_; }
  [[nodiscard]] EventQueue& queue() const { return queue_; }

 private:
  struct Transaction;
  struct Direction {
    std::deque<BusRequest> queued;
    int limit = 1;
    int outstanding = 0;          // sent and not done
    std::int64_t most_bytes = 0;  // 0: no limit
    std::int64_t bytes = 0;       // of what is outstanding
    bool offering = false;        // BEGIN_REQ sent, END_REQ not seen

    [[nodiscard]] bool has_room() const {
      return outstanding < limit &&
             (most_bytes == 0 || bytes == 0 || bytes + queued.front().bytes <= most_bytes);
    }
  };

  tlm::tlm_sync_enum nb_transport_bw(AxiPayload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void free(AxiPayload* payload) override;
  void send(BusCommand command);
  [[nodiscard]] bool enters_window(const BusRequest& request);
  void finish(std::uint64_t transaction);

  EventQueue& queue_;
  BusMasterSpec spec_;
  std::array<Direction, 2> directions_;  // by BusCommand
  std::vector<std::unique_ptr<Transaction>> pool_;
  std::vector<Transaction*> free_;
  BusMasterCounters counters_;
};

}  // namespace tandem::sim
