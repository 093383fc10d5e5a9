// SPDX-License-Identifier: Apache-2.0
// The accelerator at fidelity `rtl`: a Verilated library behind the same sockets as the model.
//
// Time: cycle n is [n*T, (n+1)*T) (axi_pin_bridge.h). The RTL runs ahead of SystemC up to the next moment at
// which anything else can act, never beyond: what it does itself is put into the event queue at the edge, and
// that is a moment too. Connected to an interconnect, it goes on by the latency that lies between any moment
// of the bus and its pins, unless an access to its registers is on its way. So it is called once for some
// moments of the bus, not once a cycle, and how far it was ahead changes nothing: at one moment its actions
// come first, processes next, the rest of the bus last.
// While it is idle (its idle_o, no access or response under way) its clock stops and starts again on the
// grid; with `keep_clock_running` it does not, which changes no time of any beat.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "sim/components/accelerator.h"
#include "sim/cosim/axi_pin_bridge.h"
#include "sim/cosim/axi_pin_checker.h"
#include "sim/cosim/verilated_library.h"

namespace tandem::sim {

struct AcceleratorRtlSpec {
  std::string library;       // path of the shared library
  accelerator::Array array;  // what the library must be
  Clock clock;
  bool keep_clock_running = false;
  std::string waves{};  // FST file to write, by a library of the flavour "waves"; empty: none
  Picoseconds waves_from{0}, waves_until{0};
};

class AcceleratorRtl : public sc_core::sc_module, public Accelerator, private AxiTargetBase {
 public:
  // Throws SimulationError when the library cannot be loaded or is of another array.
  AcceleratorRtl(const sc_core::sc_module_name& name, EventQueue& queue, const AcceleratorRtlSpec& spec);

  AxiTargetSocket& registers() override { return register_socket_; }
  AxiInitiatorSocket& master() override { return master_.socket; }
  void connect(Interconnect& bus, std::size_t master_port, std::size_t target_port) override;
  void on_interrupt(std::function<void(bool)> listener) override { interrupt_ = std::move(listener); }
  [[nodiscard]] const accelerator::Array& array() const override { return spec_.array; }
  [[nodiscard]] const Clock& clock() const override { return spec_.clock; }
  // Jobs, busy and MAC cycles are the RTL's own counter registers: read over its pins, outside simulated
  // time, once it is idle; while it works they are those of the last idle moment they were asked for.
  [[nodiscard]] AcceleratorCounters counters() const override;
  [[nodiscard]] const BusMasterCounters& traffic() const override { return master_.counters(); }

  // Called with the pins, before the edge, of every cycle in which a channel has something valid.
  using PinWatcher = std::function<void(std::int64_t cycle, const TandemPins& pins)>;
  void on_activity(PinWatcher watcher) { watcher_ = std::move(watcher); }

 private:
  struct Access {
    AxiPayload* payload;
    Picoseconds arrival;
  };
  struct RegisterChannel {  // one access at a time, as AXI4-Lite masters of a CPU's device memory do
    std::deque<Access> queued;
    AxiPayload* active = nullptr;
    bool address_taken = false, data_taken = false;
  };

  tlm::tlm_sync_enum nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void wake();
  void woken(std::uint64_t) { wake_pending_ = false; }
  void advance();
  void run_cycle();
  void drive_registers(TandemPins& pins);
  void sample_registers(const TandemPins& pins);
  void begin_access(RegisterChannel& channel);
  void end_access(RegisterChannel& channel, unsigned response);
  void answer(std::uint64_t payload);
  void change_interrupt(std::uint64_t level);
  [[nodiscard]] bool sleeps();
  [[nodiscard]] Picoseconds head_start() const;
  [[nodiscard]] bool access_under_way() const {
    return reads_.active != nullptr || writes_.active != nullptr || !reads_.queued.empty() ||
           !writes_.queued.empty();
  }
  [[nodiscard]] std::uint32_t peek(std::uint32_t offset) const;

  AcceleratorRtlSpec spec_;
  EventQueue& queue_;
  AxiTargetSocket register_socket_;
  BusMaster master_;
  mutable VerilatedLibrary library_;
  const Interconnect* bus_ = nullptr;
  std::size_t target_port_ = 0;
  AxiPinBridge bridge_;
  AxiPinChecker checker_;
  std::function<void(bool)> interrupt_;
  PinWatcher watcher_;
  RegisterChannel writes_, reads_;
  std::int64_t cycle_ = 0;  // the next to evaluate
  bool records_ = false;
  bool asleep_ = true;
  bool wake_pending_ = false;
  bool irq_level_ = false;
  mutable AcceleratorCounters counters_;
};

}  // namespace tandem::sim
