// SPDX-License-Identifier: Apache-2.0
#include "sim/cosim/accelerator_rtl.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "models/accelerator/cycle_model.h"
#include "models/core/error.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::sim {
namespace {

namespace regs = tandem::regs::accelerator;

constexpr int kResetCycles = 8;  // before time 0
// Cycles evaluated in one go when nothing else is going to happen; bounds how late a stop can be noticed.
constexpr int kMaxCyclesAhead = 4096;

}  // namespace

AcceleratorRtl::AcceleratorRtl(const sc_core::sc_module_name& name, EventQueue& queue,
                               const AcceleratorRtlSpec& spec)
    : sc_module(name),
      spec_(spec),
      queue_(queue),
      register_socket_("registers"),
      // The RTL keeps its own limits; strobes may split a write in parts.
      master_("master", queue,
              {accelerator::kMaxOutstandingReads, 2 * accelerator::kMaxOutstandingWrites, 0}),
      library_(spec.library),
      bridge_(queue, master_, spec.clock),
      checker_(this->name(), accelerator::kMaxOutstandingReads, accelerator::kMaxOutstandingWrites) {
  if (library_.tm() != spec.array.tm || library_.tn() != spec.array.tn)
    throw SimulationError(fmt::format("{}: {} is a {}x{} array, not {}x{}", this->name(), spec.library,
                                      library_.tm(), library_.tn(), spec.array.tm, spec.array.tn));
  register_socket_.bind(static_cast<AxiForward&>(*this));
  TandemPins& pins = library_.pins();
  pins.rst_n = 0;
  for (int i = 0; i < kResetCycles; ++i) {
    checker_.check(pins, 0);
    library_.cycle();
  }
  pins.rst_n = 1;
  pins.s_bready_i = pins.s_rready_i = 1;
  if (!spec.waves.empty()) {
    records_ = library_.record(spec.waves, spec.waves_from, spec.waves_until);
    if (!records_)
      throw InputError({spec.waves, 0, 0}, "--waves",
                       "cannot be written; give a file in a folder that exists");
  }
  asleep_ = !spec.keep_clock_running;
  queue.when_settled<&AcceleratorRtl::advance>(*this);
  if (spec.keep_clock_running) wake();
}

void AcceleratorRtl::connect(Interconnect& bus, std::size_t master_port, std::size_t target_port) {
  Accelerator::connect(bus, master_port, target_port);
  bus_ = &bus;
  target_port_ = target_port;
}

// How much later than any moment of the bus its pins can feel it.
Picoseconds AcceleratorRtl::head_start() const {
  return bus_ == nullptr || bus_->delivering(target_port_) ? Picoseconds{0} : bus_->least_latency();
}

tlm::tlm_sync_enum AcceleratorRtl::nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                                   sc_core::sc_time&) {
  (payload.is_read() ? reads_ : writes_).queued.push_back({&payload, now()});
  if (asleep_) {
    asleep_ = false;
    cycle_ = now() / spec_.clock.period() + 1;
    wake();
  }
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

// Makes sure that advance() is called no later than when the next cycle begins.
void AcceleratorRtl::wake() {
  if (wake_pending_) return;
  wake_pending_ = true;
  queue_.at<&AcceleratorRtl::woken>(spec_.clock.period() * cycle_, *this);
}

void AcceleratorRtl::advance() {
  if (asleep_) return;
  const Picoseconds period = spec_.clock.period();
  if (period * cycle_ > queue_.next()) return;  // the queue calls again then
  const Picoseconds others = next_of_systemc(), ahead = head_start();
  for (int i = 0; i < kMaxCyclesAhead; ++i) {
    // A cycle may be evaluated once nothing can happen any more that is felt before it begins. What it does
    // itself goes through the queue.
    const Picoseconds begin = period * cycle_ - ahead;
    if (begin > queue_.next()) return;
    if (begin > others) break;
    run_cycle();
    if (!spec_.keep_clock_running && sleeps()) {
      asleep_ = true;
      return;
    }
  }
  wake();
}

bool AcceleratorRtl::sleeps() {
  const TandemPins& pins = library_.pins();
  return pins.idle_o != 0 && bridge_.idle() && !access_under_way();
}

void AcceleratorRtl::run_cycle() {
  TandemPins& pins = library_.pins();
  bridge_.drive(pins, cycle_);
  const bool accessed = access_under_way();
  if (accessed) drive_registers(pins);
  checker_.check(pins, static_cast<std::uint64_t>(cycle_));
  if (watcher_ && any_valid(pins)) watcher_(cycle_, pins);
  bridge_.sample(pins, cycle_);
  if (accessed) sample_registers(pins);
  if (records_) library_.cycle_is(spec_.clock.period() * cycle_, spec_.clock.period());
  library_.cycle();
  ++counters_.evaluated_cycles;
  ++cycle_;
  if (const bool level = pins.irq_o != 0; level != irq_level_) {
    irq_level_ = level;
    queue_.first_at<&AcceleratorRtl::change_interrupt>(spec_.clock.period() * cycle_, *this, level ? 1 : 0);
  }
}

void AcceleratorRtl::begin_access(RegisterChannel& channel) {
  if (channel.active != nullptr || channel.queued.empty()) return;
  if (channel.queued.front().arrival >= spec_.clock.period() * cycle_) return;
  channel.active = channel.queued.front().payload;
  channel.queued.pop_front();
  channel.address_taken = channel.data_taken = false;
  AxiPayload& payload = *channel.active;
  // What AXI4-Lite cannot carry never reaches the pins.
  if (payload.get_data_length() != 4 || payload.get_address() % 4 != 0 || payload.get_data_ptr() == nullptr)
    end_access(channel, 2);
}

void AcceleratorRtl::drive_registers(TandemPins& pins) {
  begin_access(writes_);
  begin_access(reads_);
  pins.s_awvalid_i = writes_.active != nullptr && !writes_.address_taken ? 1 : 0;
  pins.s_wvalid_i = writes_.active != nullptr && !writes_.data_taken ? 1 : 0;
  pins.s_arvalid_i = reads_.active != nullptr && !reads_.address_taken ? 1 : 0;
  if (writes_.active != nullptr) {
    pins.s_awaddr_i = static_cast<std::uint32_t>(writes_.active->get_address());
    std::memcpy(&pins.s_wdata_i, writes_.active->get_data_ptr(), sizeof pins.s_wdata_i);
    pins.s_wstrb_i = 0xf;
  }
  if (reads_.active != nullptr) pins.s_araddr_i = static_cast<std::uint32_t>(reads_.active->get_address());
}

void AcceleratorRtl::sample_registers(const TandemPins& pins) {
  if (pins.s_awvalid_i != 0 && pins.s_awready_o != 0) writes_.address_taken = true;
  if (pins.s_wvalid_i != 0 && pins.s_wready_o != 0) writes_.data_taken = true;
  if (pins.s_arvalid_i != 0 && pins.s_arready_o != 0) reads_.address_taken = true;
  if (pins.s_bvalid_o != 0) end_access(writes_, pins.s_bresp_o);
  if (pins.s_rvalid_o != 0) {
    std::memcpy(reads_.active->get_data_ptr(), &pins.s_rdata_o, sizeof pins.s_rdata_o);
    end_access(reads_, pins.s_rresp_o);
  }
}

void AcceleratorRtl::end_access(RegisterChannel& channel, unsigned response) {
  AxiPayload& payload = *channel.active;
  channel.active = nullptr;
  payload.set_response_status(response == 0 ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);
  queue_.first_at<&AcceleratorRtl::answer>(spec_.clock.period() * (cycle_ + 1), *this,
                                           std::bit_cast<std::uint64_t>(&payload));
}

void AcceleratorRtl::answer(std::uint64_t pointer) {
  AxiPayload& payload = *std::bit_cast<AxiPayload*>(pointer);
  axi(payload).last_beat = now();
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay;
  register_socket_->nb_transport_bw(payload, phase, delay);
}

void AcceleratorRtl::change_interrupt(std::uint64_t level) {
  if (interrupt_) interrupt_(level != 0);
}

std::uint32_t AcceleratorRtl::peek(std::uint32_t offset) const {
  TandemPins& pins = library_.pins();
  const TandemPins before = pins;
  pins.s_awvalid_i = pins.s_wvalid_i = 0;
  pins.m_rvalid_i = pins.m_bvalid_i = 0;
  pins.s_rready_i = pins.s_bready_i = 1;
  pins.s_araddr_i = offset;
  pins.s_arvalid_i = 1;
  std::uint32_t value = 0;
  constexpr int kPatience = 64;
  for (int i = 0; i < kPatience; ++i) {
    const bool answered = pins.s_rvalid_o != 0;
    if (answered) value = pins.s_rdata_o;
    const bool taken = pins.s_arready_o != 0;
    library_.cycle();
    if (taken) pins.s_arvalid_i = 0;
    if (answered && pins.idle_o != 0) break;
  }
  pins.s_arvalid_i = before.s_arvalid_i;
  return value;
}

AcceleratorCounters AcceleratorRtl::counters() const {
  if (asleep_) {
    const auto wide = [&](std::uint32_t low) {
      return static_cast<std::int64_t>(std::uint64_t{peek(low + 4)} << 32 | peek(low));
    };
    counters_.jobs = peek(regs::kJobsDoneOffset);
    counters_.busy = Cycles(wide(regs::kCyclesBusyLoOffset));
    counters_.mac_active = Cycles(wide(regs::kMacActiveLoOffset));
  }
  counters_.errors = bridge_.bus_errors();
  return counters_;
}

}  // namespace tandem::sim
