// SPDX-License-Identifier: Apache-2.0
// A small bus for tests: the production masters and interconnect, and a target whose behaviour a test
// dictates.
#pragma once

#include <fmt/format.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/components/dram_controller.h"
#include "sim/components/interconnect.h"
#include "sim/kernel/bus_master.h"
#include "sim/kernel/event_queue.h"

namespace tandem::sim::test {

inline constexpr std::uint64_t kBase = 0x8000'0000;
inline constexpr Picoseconds kLong{1'000'000'000'000};  // no test runs that long

// Answers after a delay the test chooses, with the status it chooses, and notes what came and when.
class ScriptedTarget : public sc_core::sc_module, private AxiTargetBase {
 public:
  struct Seen {
    std::uint64_t address;
    std::uint32_t bytes;
    std::uint32_t id;
    std::uint32_t master;
    Picoseconds when;
  };

  ScriptedTarget(const sc_core::sc_module_name& name, EventQueue& queue)
      : sc_module(name), socket("socket"), queue_(queue) {
    socket.bind(static_cast<AxiForward&>(*this));
  }

  AxiTargetSocket socket;
  std::function<Picoseconds(const AxiPayload&)> delay = [](const AxiPayload&) { return Picoseconds{20'000}; };
  tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
  Picoseconds address_stall{0};  // BEGIN_REQ to END_REQ
  std::vector<Seen> seen;
  int outstanding = 0, most_outstanding = 0;

 private:
  tlm::tlm_sync_enum nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase, sc_core::sc_time&) override {
    seen.push_back(
        {payload.get_address(), payload.get_data_length(), axi(payload).id, axi(payload).master, now()});
    most_outstanding = std::max(most_outstanding, ++outstanding);
    held_.push_back(&payload);
    queue_.at<&ScriptedTarget::respond>(now() + address_stall + delay(payload), *this, held_.size() - 1);
    if (address_stall > Picoseconds{0}) {
      queue_.at<&ScriptedTarget::end_request>(now() + address_stall, *this, held_.size() - 1);
      return tlm::TLM_ACCEPTED;
    }
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }
  void end_request(std::uint64_t slot) {
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time none;
    socket->nb_transport_bw(*held_[slot], phase, none);
  }
  void respond(std::uint64_t slot) {
    AxiPayload& payload = *held_[slot];
    --outstanding;
    payload.set_response_status(status);
    axi(payload).last_beat = now();
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time none;
    socket->nb_transport_bw(payload, phase, none);
  }

  EventQueue& queue_;
  std::vector<AxiPayload*> held_;
};

// 16-byte ports at 1 GHz on a 1 GHz fabric, so that one beat is one nanosecond.
inline BusPortSpec port(const std::string& name, int max_outstanding = 64) {
  return {name, Clock(Hertz(1'000'000'000)), 16, max_outstanding, max_outstanding};
}

inline InterconnectSpec fabric(int masters, int targets, int max_outstanding = 64) {
  InterconnectSpec spec;
  spec.clock = Clock(Hertz(1'000'000'000));
  for (int i = 0; i < masters; ++i) spec.masters.push_back(port(fmt::format("m{}", i), max_outstanding));
  for (int i = 0; i < targets; ++i) {
    spec.targets.push_back(port(fmt::format("t{}", i), max_outstanding));
    spec.regions.push_back({fmt::format("r{}", i), kBase + (static_cast<std::uint64_t>(i) << 28), 1u << 28,
                            static_cast<std::uint32_t>(i)});
  }
  return spec;
}

struct Done {
  std::uint64_t address;
  BusStatus status;
  Picoseconds when;
};

// Masters and scripted targets around an interconnect.
struct Bench {
  explicit Bench(const InterconnectSpec& spec, const BusMasterSpec& master_spec = {64, 64, 0})
      : queue("queue"), bus("bus", queue, spec) {
    for (std::size_t i = 0; i < spec.masters.size(); ++i) {
      masters.push_back(std::make_unique<BusMaster>(fmt::format("master{}", i).c_str(), queue, master_spec));
      masters.back()->socket.bind(bus.master_port(i));
    }
    for (std::size_t i = 0; i < spec.targets.size(); ++i) {
      targets.push_back(std::make_unique<ScriptedTarget>(fmt::format("target{}", i).c_str(), queue));
      bus.target_port(i).bind(targets.back()->socket);
    }
    done.resize(spec.masters.size());
  }

  void issue(std::size_t master, BusCommand command, std::uint64_t address, std::uint32_t bytes = 64,
             std::uint32_t id = 0, std::int64_t window = 0) {
    BusRequest request;
    request.command = command;
    request.address = address;
    request.bytes = bytes;
    request.id = id;
    request.window = window;
    request.done = [this, master, address](BusStatus status) {
      done[master].push_back({address, status, now()});
    };
    masters[master]->issue(std::move(request));
  }

  EventQueue queue;
  Interconnect bus;
  std::vector<std::unique_ptr<BusMaster>> masters;
  std::vector<std::unique_ptr<ScriptedTarget>> targets;
  std::vector<std::vector<Done>> done;  // by master, in order of completion
};

}  // namespace tandem::sim::test
