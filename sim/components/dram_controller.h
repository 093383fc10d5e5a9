// SPDX-License-Identifier: Apache-2.0
// The DRAM controller on the bus: queues payloads, lets models/memory schedule their accesses, owns the
// bytes.
//
// A read is answered when its last access has been scheduled, with the times of its first and last data. A
// write is posted: answered once it is in the write queue. Bytes move when a payload is accepted, so memory
// order is the order of acceptance. `at` is the direct way to the same bytes for functional owners; it takes
// no time.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/accelerator/job.h"
#include "models/memory/backing_store.h"
#include "models/memory/dram_scheduler.h"
#include "models/memory/dram_spec.h"
#include "sim/kernel/axi_protocol.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim {

struct DramControllerSpec {
  memory::DramSpec dram;
  memory::SchedulerSpec scheduler;
  std::uint64_t base = 0;           // system address of the first byte; also the region's
  std::uint64_t size = 0;           // bytes served, at most the parts' capacity
  Picoseconds request_latency{0};   // port to scheduler: queueing pipeline of the controller
  Picoseconds response_latency{0};  // data at the pins of the controller to the port
};

class DramController : public sc_core::sc_module, public accelerator::MemoryView, private AxiTargetBase {
 public:
  DramController(const sc_core::sc_module_name& name, EventQueue& queue, const DramControllerSpec& spec);
  ~DramController() override;

  AxiTargetSocket socket;

  // Bytes [address, address + bytes), contiguous; SimulationError with the address outside the memory.
  std::uint8_t* at(std::uint64_t address, std::int64_t bytes) override;

  // Called for every run of accesses with its channel, when it was asked for, and when its data moves.
  using AccessWatcher = std::function<void(std::size_t channel, Picoseconds arrival, memory::Interval data)>;
  void on_access(AccessWatcher watcher) { watcher_ = std::move(watcher); }

  [[nodiscard]] memory::DramCounters counters() const;  // of all channels
  [[nodiscard]] double row_hit_rate() const;            // of all column accesses; 0 without any
  [[nodiscard]] const DramControllerSpec& spec() const { return spec_; }

 private:
  struct Pending;
  struct Channel;

  tlm::tlm_sync_enum nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  template <class Visit>
  void for_each_run(const AxiPayload& payload, Visit&& visit) const;
  bool accept(AxiPayload& payload);
  void enqueue(std::uint64_t slot);
  void wake(std::uint64_t channel);
  void step(std::size_t channel);
  void respond(std::uint64_t slot);
  void retry_refused(memory::Access access);

  static constexpr std::size_t kMaxChannels = 16;
  static constexpr std::uint64_t kNobody = ~std::uint64_t{0};  // token of a posted write's runs

  DramControllerSpec spec_;
  EventQueue& queue_;
  memory::BackingStore store_;
  std::vector<Channel> channels_;
  std::vector<Pending> pending_;
  std::vector<std::uint32_t> free_;
  AccessWatcher watcher_;
  std::array<AxiPayload*, 2> refused_{};  // by BusCommand: waits for room, END_REQ withheld
};

}  // namespace tandem::sim
