// SPDX-License-Identifier: Apache-2.0
#include "sim/components/accelerator_model.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "models/accelerator/geometry.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::sim {
namespace {

// Cycles of the RTL's control path (rtl/accelerator/axi_lite_slave.sv, job_control.sv), counted at its
// registers.
constexpr std::int64_t kAccessCycles = 2;    // register access on the pins to its effect
constexpr std::int64_t kAnswerCycles = 3;    // ... and to the response
constexpr std::int64_t kDoorbellCycles = 4;  // doorbell's effect to the descriptor's read address
constexpr std::int64_t kCheckCycles = 2;     // of a descriptor that is refused
constexpr std::int64_t kDrainedCycles = 1;   // bus idle to the interrupt

constexpr std::uint32_t kDescriptorEngine = 0, kFeatureEngine = 1, kWeightEngine = 2, kQuantEngine = 3,
                        kOutputEngine = 4;
constexpr std::uint32_t kDescriptorId = 3;  // AXI ID, apart from the engines'

std::uint32_t axi_response(BusStatus status) { return status == BusStatus::decode_error ? 3 : 2; }

// What the RTL refuses: another array's descriptor, loop bounds of zero, addresses that are not whole beats,
// tiles that the buffers cannot hold.
bool is_runnable(const std::array<std::uint32_t, accelerator::kJobWords>& words, std::uint64_t address,
                 const accelerator::Array& array) {
  const accelerator::ConvJob job = accelerator::decode(words);
  for (const int bound : {job.in_channels, job.in_h, job.in_w, job.out_channels, job.out_w, job.kernel_h,
                          job.kernel_w, job.band_rows, job.chunks_per_slice})
    if (bound == 0) return false;
  if (job.row_end <= job.row_begin) return false;
  const auto beat = static_cast<std::uint64_t>(array.bus_bytes);
  for (const std::uint64_t aligned :
       {job.input, job.output, job.weights, job.quant, static_cast<std::uint64_t>(job.in_plane_stride),
        static_cast<std::uint64_t>(job.out_plane_stride)})
    if (aligned % beat != 0) return false;
  if (address % accelerator::kJobBytes != 0) return false;
  const accelerator::Geometry geometry = accelerator::geometry_of(job, array);
  if (std::max(geometry.slice_words, geometry.last_slice_words) > geometry.weight_words) return false;
  for (int row = job.row_begin; row < job.row_end; row += job.band_rows)
    if (accelerator::band_at(job, geometry, row).words > geometry.bank_words) return false;
  // The derived words too: the hardware computes with them.
  return accelerator::encode(job, array) == words;
}

}  // namespace

AcceleratorModel::AcceleratorModel(const sc_core::sc_module_name& name, EventQueue& queue,
                                   const accelerator::Array& array, const Clock& clock,
                                   accelerator::MemoryView& memory)
    : sc_module(name),
      array_(array),
      clock_(clock),
      memory_(memory),
      queue_(queue),
      register_socket_("registers"),
      master_("master", queue, {accelerator::kMaxOutstandingReads, accelerator::kMaxOutstandingWrites, 0}),
      engines_(queue, master_, clock),
      registers_(array) {
  register_socket_.bind(static_cast<AxiForward&>(*this));
}

AcceleratorCounters AcceleratorModel::counters() const {
  return {jobs_, master_.counters().errors, busy_, mac_active_, 0};
}

Picoseconds AcceleratorModel::after(std::int64_t cycles) const {
  return align_up(now(), clock_.period()) + clock_.period() * cycles;
}

tlm::tlm_sync_enum AcceleratorModel::nb_transport_fw(AxiPayload& payload, tlm::tlm_phase& phase,
                                                     sc_core::sc_time&) {
  // An access is on the pins in the first cycle that begins after its arrival.
  const Picoseconds begin = clock_.period() * (now() / clock_.period() + 1);
  queue_.at<&AcceleratorModel::access>(begin + clock_.period() * kAccessCycles, *this,
                                       std::bit_cast<std::uint64_t>(&payload));
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void AcceleratorModel::access(std::uint64_t pointer) {
  AxiPayload& payload = *std::bit_cast<AxiPayload*>(pointer);
  const auto offset = static_cast<std::uint32_t>(payload.get_address() % regs::accelerator::kWindowBytes);
  bool okay = payload.get_data_length() == 4 && offset % 4 == 0 && payload.get_data_ptr() != nullptr;
  if (okay && payload.is_read()) {
    update_status();
    const std::optional<std::uint32_t> value = registers_.read(offset);
    if (value) std::memcpy(payload.get_data_ptr(), &*value, sizeof *value);
    okay = value.has_value();
  } else if (okay) {
    std::uint32_t value = 0;
    std::memcpy(&value, payload.get_data_ptr(), sizeof value);
    const auto effect = registers_.write(offset, value);
    okay = effect.has_value();
    if (effect == AcceleratorRegisters::Effect::doorbell) {
      waiting_.push_back(registers_.doorbell());
      if (state_ == State::idle) {
        started_ = now();
        queue_.at<&AcceleratorModel::start_next>(now(), *this);
      }
    }
    if (effect == AcceleratorRegisters::Effect::soft_reset) soft_reset();
    update_status();
  }
  payload.set_response_status(okay ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);
  queue_.at<&AcceleratorModel::answer>(after(kAnswerCycles - kAccessCycles), *this, pointer);
}

void AcceleratorModel::answer(std::uint64_t pointer) {
  AxiPayload& payload = *std::bit_cast<AxiPayload*>(pointer);
  axi(payload).last_beat = now();
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay;
  register_socket_->nb_transport_bw(payload, phase, delay);
}

void AcceleratorModel::start_next(std::uint64_t) {
  if (state_ != State::idle || waiting_.empty()) return;
  address_ = waiting_.front();
  waiting_.clear();
  state_ = State::fetch;
  update_status();
  queue_.at<&AcceleratorModel::fetch>(after(kDoorbellCycles), *this, ++fetches_);
}

void AcceleratorModel::fetch(std::uint64_t number) {
  if (number != fetches_ || state_ != State::fetch) return;  // a soft reset came in between
  fetching_ = true;
  BusRequest request;
  // A misaligned address is refused later; its burst must still keep inside a page.
  request.address = address_ / accelerator::kJobBytes * accelerator::kJobBytes;
  request.bytes = accelerator::kJobBytes;
  request.id = kDescriptorId;
  request.data = descriptor_.data();
  request.done = [this](BusStatus status) { descriptor_arrived(status); };
  master_.issue(std::move(request));
}

void AcceleratorModel::descriptor_arrived(BusStatus status) {
  fetching_ = false;
  if (state_ == State::drain) return finish_drain();
  if (status != BusStatus::okay) return fail(kDescriptorEngine, axi_response(status), address_);
  std::array<std::uint32_t, accelerator::kJobWords> words{};
  std::memcpy(words.data(), descriptor_.data(), descriptor_.size());
  job_ = accelerator::decode(words);
  if (!is_runnable(words, address_, array_)) {
    queue_.at<&AcceleratorModel::refuse>(after(kCheckCycles), *this, fetches_);
    return;
  }
  state_ = State::run;
  engines_.play(
      accelerator::walk(job_, array_), [this] { job_over(); },
      [this](const accelerator::Burst& burst, bool write, BusStatus result) {
        fail(engine_of(burst, write), axi_response(result), burst.address);
      });
}

void AcceleratorModel::refuse(std::uint64_t number) {
  if (number == fetches_ && state_ == State::fetch) fail(kDescriptorEngine, 0, address_);
}

std::uint32_t AcceleratorModel::engine_of(const accelerator::Burst& burst, bool write) const {
  if (write) return kOutputEngine;
  const auto within = [&](std::uint64_t begin, std::int64_t bytes) {
    return burst.address >= begin && burst.address - begin < static_cast<std::uint64_t>(bytes);
  };
  if (within(job_.weights, accelerator::packed_weight_bytes(job_, array_))) return kWeightEngine;
  if (within(job_.quant, round_up(job_.out_channels, array_.tm) * accelerator::kQuantBytes))
    return kQuantEngine;
  return kFeatureEngine;
}

void AcceleratorModel::job_over() {
  accelerator::execute(job_, array_, memory_);
  ++jobs_;
  mac_active_ += accelerator::mac_cycles(job_, array_);
  registers_.counters.mac_active += static_cast<std::uint64_t>(accelerator::mac_cycles(job_, array_).raw());
  registers_.job_done(job_.id);
  become_idle();
}

void AcceleratorModel::fail(std::uint32_t engine, std::uint32_t response, std::uint64_t address) {
  fail_engine_ = engine;
  fail_response_ = response;
  fail_address_ = address;
  const bool running = state_ == State::run;
  state_ = State::drain;
  if (running)
    engines_.stop([this] { finish_drain(); });
  else
    finish_drain();
}

void AcceleratorModel::soft_reset() {
  resetting_ = true;
  waiting_.clear();
  const State before = state_;
  state_ = State::drain;
  if (before == State::run)
    engines_.stop([this] { finish_drain(); });
  else if (before != State::drain && !fetching_)
    finish_drain();
}

void AcceleratorModel::finish_drain() { queue_.at<&AcceleratorModel::settle>(after(kDrainedCycles), *this); }

void AcceleratorModel::settle(std::uint64_t) {
  if (resetting_) {
    registers_.clear();
    cleared_ = {master_.counters().read_bytes, master_.counters().write_bytes};
    resetting_ = false;
    started_ = now();  // the cycles before are forgotten with the rest
  } else {
    registers_.job_failed(job_.id, fail_engine_, fail_response_, fail_address_);
  }
  become_idle();
}

void AcceleratorModel::become_idle() {
  const Cycles busy((now() - started_) / clock_.period());
  busy_ += busy;
  registers_.counters.cycles_busy += static_cast<std::uint64_t>(busy.raw());
  started_ = now();
  state_ = State::idle;
  if (!waiting_.empty()) queue_.at<&AcceleratorModel::start_next>(now(), *this);
  update_status();
}

void AcceleratorModel::update_status() {
  registers_.set_status(state_ != State::idle || !waiting_.empty(), !waiting_.empty());
  const auto beats_since = [&](std::int64_t bytes, std::int64_t before) {
    return static_cast<std::uint64_t>((bytes - before) / array_.bus_bytes);
  };
  registers_.counters.read_beats = beats_since(master_.counters().read_bytes, cleared_[0]);
  registers_.counters.write_beats = beats_since(master_.counters().write_bytes, cleared_[1]);
  if (registers_.irq() == irq_level_) return;
  irq_level_ = registers_.irq();
  if (interrupt_) interrupt_(irq_level_);
}

}  // namespace tandem::sim
