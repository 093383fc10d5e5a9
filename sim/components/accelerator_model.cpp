// SPDX-License-Identifier: Apache-2.0
#include "sim/components/accelerator_model.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "models/accelerator/geometry.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::sim {
namespace {

// Cycles of the RTL's control path (rtl/accelerator/axi_lite_slave.sv, job_fetch.sv, job_control.sv), counted
// at its registers.
constexpr std::int64_t kAccessCycles = 2;    // register access on the pins to its effect
constexpr std::int64_t kAnswerCycles = 3;    // ... and to the response
constexpr std::int64_t kDoorbellCycles = 4;  // doorbell's effect to the end of the descriptor's address
constexpr std::int64_t kNextCycles = 5;      // a descriptor taken to the end of the next one's address
constexpr std::int64_t kAddressCycles = 1;   // of them, those that the read engine counts itself
constexpr std::int64_t kCheckCycles = 3;     // of a descriptor that is refused
constexpr std::int64_t kDrainedCycles = 1;   // bus idle to the interrupt
constexpr std::int64_t kExpiryCycles = 1;    // the watchdog's last cycle to its effect

constexpr auto kDescriptorEngine = static_cast<std::uint32_t>(accelerator::Stream::descriptor);

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
  if (job.form == accelerator::Form::folded && !array.can_fold()) return false;
  const accelerator::Geometry geometry = accelerator::geometry_of(job, array);
  if (job.form == accelerator::Form::folded && geometry.in_planes != 1) return false;
  if (std::max(geometry.slice_words, geometry.last_slice_words) > geometry.weight_words) return false;
  for (int row = job.row_begin; row < job.row_end; row += job.band_rows) {
    const accelerator::Band band = accelerator::band_at(job, geometry, row);
    if (band.words > geometry.bank_words) return false;
    // Sums wait for the next slice; a plane's bytes are counted in 32 bits.
    if (geometry.slices > 1 && std::int64_t{band.rows} * job.out_w > array.accumulators) return false;
    if (std::int64_t{band.in_end} * job.in_w * geometry.in_block >> 32 != 0) return false;
  }
  // The derived words too: the hardware computes with them.
  return accelerator::encode(job, array) == words;
}

}  // namespace

AcceleratorModel::AcceleratorModel(const sc_core::sc_module_name& name, EventQueue& queue,
                                   const accelerator::Array& array, const Clock& clock,
                                   accelerator::MemoryView& memory, bool values)
    : sc_module(name),
      array_(array),
      clock_(clock),
      memory_(memory),
      values_(values),
      queue_(queue),
      register_socket_("registers"),
      master_("master", queue, {accelerator::kMaxOutstandingReads, accelerator::kMaxOutstandingWrites, 0}),
      engines_(queue, master_, clock),
      registers_(array) {
  register_socket_.bind(static_cast<AxiForward&>(*this));
}

AcceleratorCounters AcceleratorModel::counters() const {
  return {jobs_, master_.counters().errors, busy_cycles_, mac_active_, 0};
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
    if (okay) act(*effect);
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

void AcceleratorModel::act(AcceleratorRegisters::Effect effect) {
  switch (effect) {
    case AcceleratorRegisters::Effect::none:
      return;
    case AcceleratorRegisters::Effect::doorbell:
      queued_ = registers_.doorbell();
      return ask_next(kDoorbellCycles);
    case AcceleratorRegisters::Effect::soft_reset:
      return soft_reset();
    case AcceleratorRegisters::Effect::abort:
      return abort();
    case AcceleratorRegisters::Effect::watchdog:
      return look_after(++watches_);  // the silence so far counts
  }
}

// The queued job moves up when there is none before it; its descriptor's read is on the bus `cycles` later at
// the earliest.
void AcceleratorModel::ask_next(std::int64_t cycles) {
  if (next_.state == Next::State::empty && queued_) {
    next_.state = Next::State::asked;
    next_.address = *queued_;
    next_.failure.reset();
    queued_.reset();
  }
  if (next_.state != Next::State::asked || state_ == State::drain) return;
  queue_.at<&AcceleratorModel::fetch_next>(after(cycles - kAddressCycles), *this, ++fetches_);
}

void AcceleratorModel::fetch_next(std::uint64_t number) {
  if (number != fetches_ || next_.state != Next::State::asked || state_ == State::drain) return;
  next_.state = Next::State::fetching;
  if (state_ == State::idle) arm_watchdog();
  // A misaligned address is refused later; its burst must still keep inside a page.
  engines_.read_beside(next_.address / accelerator::kJobBytes * accelerator::kJobBytes,
                       accelerator::kJobBytes, next_.bytes.data(),
                       [this, number](BusStatus status) { next_arrived(status, number); });
}

void AcceleratorModel::next_arrived(BusStatus status, std::uint64_t number) {
  if (number != fetches_ || next_.state != Next::State::fetching) return;
  next_.state = Next::State::ready;
  if (status != BusStatus::okay)
    next_.failure = Failure{Cause::response, kDescriptorEngine, axi_response(status), next_.address};
  if (state_ == State::idle) take_next();
}

// Gives up the fetch that nobody answers: the job has failed.
void AcceleratorModel::cancel_next(Cause cause) {
  ++fetches_;
  next_.state = Next::State::ready;
  next_.failure = Failure{cause, kDescriptorEngine, 0, next_.address};
  take_next();
}

void AcceleratorModel::take_next() {
  std::array<std::uint32_t, accelerator::kJobWords> words{};
  // What did not come has no id.
  if (!next_.failure) std::memcpy(words.data(), next_.bytes.data(), next_.bytes.size());
  job_ = accelerator::decode(words);
  address_ = next_.address;
  ++job_number_;
  told_ = false;
  next_.state = Next::State::empty;
  if (next_.failure || !is_runnable(words, address_, array_)) {
    state_ = State::check;
    failure_ = next_.failure.value_or(Failure{Cause::descriptor, kDescriptorEngine, 0, address_});
    queue_.at<&AcceleratorModel::refuse>(after(kCheckCycles), *this, job_number_);
  } else {
    state_ = State::run;
    engines_.play(
        accelerator::walk(job_, array_), [this] { job_over(); },
        [this](const accelerator::Burst& burst, BusStatus result) {
          fail({Cause::response, static_cast<std::uint32_t>(burst.stream), axi_response(result),
                burst.address});
        });
  }
  arm_watchdog();
  ask_next(kNextCycles);
  update_status();
}

void AcceleratorModel::refuse(std::uint64_t job_number) {
  if (job_number == job_number_ && state_ == State::check) fail(failure_);
}

void AcceleratorModel::job_over() {
  if (values_) accelerator::execute(job_, array_, memory_);
  ++jobs_;
  mac_active_ += accelerator::mac_cycles(job_, array_);
  registers_.job_done(job_.id);
  become_idle();
}

void AcceleratorModel::fail(const Failure& failure) {
  failure_ = failure;
  drain();
}

void AcceleratorModel::abort() {
  if (state_ == State::check || state_ == State::run)
    fail({Cause::abort, kDescriptorEngine, 0, address_});
  else if (state_ == State::idle && fetching())
    cancel_next(Cause::abort);
}

void AcceleratorModel::soft_reset() {
  resetting_ = true;
  queued_.reset();
  next_.state = Next::State::empty;
  ++fetches_;
  if (state_ != State::drain) drain();
}

void AcceleratorModel::drain() {
  state_ = State::drain;
  // The next descriptor is fetched again when the bus is empty.
  if (next_.state == Next::State::fetching) {
    next_.state = Next::State::asked;
    ++fetches_;
  }
  // The watchdog tells at once: a bus that never answers would never drain.
  if (failure_.cause == Cause::watchdog && !resetting_)
    queue_.at<&AcceleratorModel::tell>(after(kDrainedCycles), *this, job_number_);
  engines_.stop([this] { queue_.at<&AcceleratorModel::settle>(after(kDrainedCycles), *this); });
  update_status();
}

void AcceleratorModel::tell(std::uint64_t job_number) {
  if (job_number != job_number_ || state_ != State::drain || told_ || resetting_) return;
  told_ = true;
  registers_.job_failed(job_.id, failure_);
  update_status();
}

void AcceleratorModel::settle(std::uint64_t) {
  if (resetting_) {
    registers_.clear();
    forgotten_ = {master_.counters().read_bytes, engines_.beats_sent(), busy_so_far(), mac_active_,
                  engines_.stalls()};
    resetting_ = false;
  } else {
    tell(job_number_);
  }
  become_idle();
}

void AcceleratorModel::become_idle() {
  state_ = State::idle;
  if (next_.state == Next::State::ready) {
    take_next();
  } else {
    arm_watchdog();
    ask_next(kNextCycles);
    update_status();
  }
}

bool AcceleratorModel::fetching() const {
  return next_.state == Next::State::asked || next_.state == Next::State::fetching;
}

// The cycles without progress count from now on, or from a beat or a step since.
void AcceleratorModel::arm_watchdog() {
  silent_since_ = now();
  if (registers_.watchdog() != 0) look_after(++watches_);
}

void AcceleratorModel::look_after(std::uint64_t number) {
  const bool watched = state_ == State::drain ? !told_ && !resetting_ : state_ != State::idle || fetching();
  if (number != watches_ || registers_.watchdog() == 0 || !watched) return;
  silent_since_ = std::max(silent_since_, engines_.last_progress());
  const Picoseconds limit =
      silent_since_ + clock_.period() * (std::int64_t{registers_.watchdog()} + kExpiryCycles);
  if (now() < limit) return queue_.at<&AcceleratorModel::look_after>(limit, *this, number);
  if (state_ == State::drain) return tell(job_number_);
  if (state_ == State::idle) return cancel_next(Cause::watchdog);
  const std::uint32_t engine =
      state_ == State::run ? static_cast<std::uint32_t>(engines_.waits_for()) : kDescriptorEngine;
  fail({Cause::watchdog, engine, 0, address_});
}

Cycles AcceleratorModel::busy_so_far() const {
  return busy_cycles_ + (busy_ ? Cycles((now() - busy_since_) / clock_.period()) : Cycles(0));
}

void AcceleratorModel::update_status() {
  const bool active = state_ != State::idle;
  const bool busy = active || next_.state != Next::State::empty || queued_.has_value();
  if (busy && !busy_) busy_since_ = now();
  if (!busy && busy_) busy_cycles_ = busy_cycles_ + Cycles((now() - busy_since_) / clock_.period());
  busy_ = busy;
  registers_.set_status(
      {busy, queued_.has_value() || (active && next_.state != Next::State::empty), state_ == State::drain});
  const auto cycles = [](Cycles all, Cycles before) {
    return static_cast<std::uint64_t>((all - before).raw());
  };
  AcceleratorRegisters::Counters& counters = registers_.counters;
  counters.read_beats =
      static_cast<std::uint64_t>((master_.counters().read_bytes - forgotten_.read_bytes) / array_.bus_bytes);
  counters.write_beats = static_cast<std::uint64_t>(engines_.beats_sent() - forgotten_.beats_sent);
  counters.cycles_busy = cycles(busy_so_far(), forgotten_.busy);
  counters.mac_active = cycles(mac_active_, forgotten_.mac_active);
  counters.stall_feature = cycles(engines_.stalls().feature, forgotten_.stalls.feature);
  counters.stall_weight = cycles(engines_.stalls().weight, forgotten_.stalls.weight);
  counters.stall_output = cycles(engines_.stalls().output, forgotten_.stalls.output);
  if (registers_.irq() == irq_level_) return;
  irq_level_ = registers_.irq();
  if (interrupt_) interrupt_(irq_level_);
}

}  // namespace tandem::sim
