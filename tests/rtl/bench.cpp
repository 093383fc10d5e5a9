// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/bench.h"

#include <cstring>

#include "models/accelerator/cycle_model.h"
#include "models/core/error.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::rtl_test {

namespace regs = tandem::regs::accelerator;

std::uint8_t* Memory::at(std::uint64_t address, std::int64_t bytes) {
  if (!holds(address, bytes)) throw SimulationError("outside the bench's memory");
  return data_.data() + (address - base_);
}

Bench::Bench(const Variant& variant, Memory& memory, Timing timing, std::uint64_t seed)
    : variant_(variant),
      memory_(memory),
      timing_(timing),
      random_(seed, "bench"),
      beat_(variant.array.bus_bytes),
      accelerator_(variant.api->create()),
      pins_(variant.api->pins(accelerator_)) {
  pins_->rst_n = 0;
  for (int i = 0; i < 3; ++i) variant_.api->cycle(accelerator_);
  pins_->rst_n = 1;
  variant_.api->cycle(accelerator_);
}

Bench::~Bench() { variant_.api->destroy(accelerator_); }

Response Bench::response_of(std::uint64_t address, bool write) const {
  for (const Fault& fault : faults_) {
    if (address >= fault.begin && address < fault.end && (write ? fault.on_write : fault.on_read)) {
      return fault.response;
    }
  }
  return memory_.holds(address, beat_) ? Response::okay : Response::decode_error;
}

void Bench::drive_read_data() {
  TandemPins& p = *pins_;
  // A beat that is offered stays until it is taken; the accelerator is always ready, which is checked.
  p.m_rvalid_i = 0;
  if (!p.m_rready_o) violate("RREADY is low");
  if (stalls() || reads_flying_ == 0) return;
  std::array<std::uint8_t, kReadIds> able{};
  std::size_t count = 0;
  for (std::uint8_t id = 0; id < kReadIds; ++id) {
    const bool answers = (deaf_.read_ids >> id & 1) == 0;
    if (answers && !reads_[id].empty() && reads_[id].front().ready_at <= now_) able[count++] = id;
  }
  if (count == 0) return;
  std::uint8_t id = able[0];
  if (streaming_id_ >= 0 && !timing_.interleave) {
    id = static_cast<std::uint8_t>(streaming_id_);
    if ((deaf_.read_ids >> id & 1) != 0) return;
  } else if (timing_.jitter > 0 || timing_.interleave) {
    id = able[random_.below(count)];
  } else {  // a memory of fixed latency answers in order
    for (std::size_t i = 1; i < count; ++i) {
      if (reads_[able[i]].front().ready_at < reads_[id].front().ready_at) id = able[i];
    }
  }
  ReadBurst& burst = reads_[id].front();
  ++observed_.read_beats;
  observe_beat(id, burst);
  burst.begun = true;
  streaming_id_ = id;
  last_beat_ = now_;
  p.m_rvalid_i = 1;
  p.m_rid_i = id;
  const Response response = response_of(burst.address, false);
  p.m_rresp_i = static_cast<std::uint8_t>(response);
  if (response == Response::okay) {
    std::memcpy(p.m_rdata_i, memory_.at(burst.address, beat_), static_cast<std::size_t>(beat_));
  } else {
    std::memset(p.m_rdata_i, 0xee, 16);
  }
  burst.address += static_cast<std::uint64_t>(beat_);
  p.m_rlast_i = --burst.beats_left == 0;
  if (burst.beats_left == 0) {
    reads_[id].pop_front();
    --reads_flying_;
    streaming_id_ = -1;
  }
}

void Bench::drive_write_response() {
  TandemPins& p = *pins_;
  p.m_bvalid_i = 0;
  if (!p.m_bready_o) violate("BREADY is low");
  if (responses_.empty() || responses_.front().ready_at > now_ || deaf_.write_response || stalls()) return;
  last_beat_ = now_;
  p.m_bvalid_i = 1;
  p.m_bid_i = responses_.front().id;
  p.m_bresp_i = static_cast<std::uint8_t>(responses_.front().response);
  responses_.pop_front();
}

void Bench::take_addresses() {
  TandemPins& p = *pins_;
  p.m_arready_i = !stalls() && !deaf_.read_address;
  p.m_awready_i = !stalls() && !deaf_.write_address;
  if (p.m_arvalid_o && p.m_arready_i) {
    const int beats = p.m_arlen_o + 1;
    check_address("AR", p.m_araddr_o, beats, p.m_arsize_o, p.m_arburst_o);
    if (p.m_arid_o >= kReadIds) violate("ARID is of no engine");
    const auto id = static_cast<std::size_t>(p.m_arid_o % kReadIds);
    // The first beat comes `read_latency` cycles after this one.
    reads_[id].push_back(
        {p.m_araddr_o, beats, now_ + timing_.read_latency + jitter(), reads_ordered_++, false});
    ++reads_flying_;
    observe_address(static_cast<int>(id), p.m_araddr_o, beats);
    if (reads_outstanding() > static_cast<std::size_t>(accelerator::kMaxOutstandingReads)) {
      violate("too many reads outstanding");
    }
  }
  if (p.m_awvalid_o && p.m_awready_i) {
    const int beats = p.m_awlen_o + 1;
    check_address("AW", p.m_awaddr_o, beats, p.m_awsize_o, p.m_awburst_o);
    if (p.m_awid_o != kWriteId) violate("AWID is not the writer's");
    addresses_.push_back({p.m_awaddr_o, beats, p.m_awid_o, Response::okay});
    observe_address(kWriteId, p.m_awaddr_o, beats);
    if (writes_outstanding() > static_cast<std::size_t>(accelerator::kMaxOutstandingWrites)) {
      violate("too many writes outstanding");
    }
  }
}

void Bench::take_write_data() {
  TandemPins& p = *pins_;
  // Data is taken with its address or after it.
  p.m_wready_i = !addresses_.empty() && !stalls() && !deaf_.write_data;
  if (!p.m_wvalid_o || !p.m_wready_i) return;
  last_beat_ = now_;
  ++observed_.write_beats;
  (p.m_wstrb_o == (1 << beat_) - 1 ? observed_.full_write : observed_.masked_write) = true;
  WriteBurst& burst = addresses_.front();
  const Response response = response_of(burst.address, true);
  if (response == Response::okay) {
    std::uint8_t* const target = memory_.at(burst.address, beat_);
    for (int i = 0; i < beat_; ++i) {
      if (p.m_wstrb_o >> i & 1) target[i] = p.m_wdata_o[i];
    }
  } else {
    burst.response = response;
  }
  burst.address += static_cast<std::uint64_t>(beat_);
  const bool last = --burst.beats_left == 0;
  if (last != (p.m_wlast_o != 0)) violate("WLAST is not on the burst's last beat");
  if (!last) return;
  responses_.push_back({now_ + timing_.write_latency + jitter(), burst.id, burst.response});
  addresses_.pop_front();
}

void Bench::cycle() {
  check_stable();
  check_awake();
  drive_read_data();
  drive_write_response();
  take_addresses();
  take_write_data();
  before_ = *pins_;
  variant_.api->cycle(accelerator_);
  ++now_;
}

Bench::Access Bench::read_register(std::uint32_t offset) {
  TandemPins& p = *pins_;
  p.s_arvalid_i = 1;
  p.s_araddr_i = offset;
  bool taken = false;
  while (!taken) {
    taken = p.s_arready_o != 0;
    cycle();
  }
  p.s_arvalid_i = 0;
  while (stalls() || !p.s_rvalid_o) cycle();
  const Access access{p.s_rdata_o, static_cast<Response>(p.s_rresp_o)};
  p.s_rready_i = 1;
  cycle();
  p.s_rready_i = 0;
  return access;
}

Response Bench::write_register(std::uint32_t offset, std::uint32_t value, std::uint32_t strobe) {
  TandemPins& p = *pins_;
  p.s_awaddr_i = offset;
  p.s_wdata_i = value;
  p.s_wstrb_i = static_cast<std::uint8_t>(strobe);
  bool address_left = true;
  bool data_left = true;
  while (address_left || data_left) {  // in any order
    p.s_awvalid_i = address_left && (p.s_awvalid_i || !stalls());
    p.s_wvalid_i = data_left && (p.s_wvalid_i || !stalls());
    const bool address_taken = p.s_awvalid_i && p.s_awready_o;
    const bool data_taken = p.s_wvalid_i && p.s_wready_o;
    cycle();
    address_left = address_left && !address_taken;
    data_left = data_left && !data_taken;
  }
  p.s_awvalid_i = 0;
  p.s_wvalid_i = 0;
  while (stalls() || !p.s_bvalid_o) cycle();
  const auto response = static_cast<Response>(p.s_bresp_o);
  p.s_bready_i = 1;
  cycle();
  p.s_bready_i = 0;
  return response;
}

std::uint64_t Bench::read_counter(std::uint32_t offset_of_low_word) {
  const std::uint64_t low = read_register(offset_of_low_word).data;
  return low | std::uint64_t{read_register(offset_of_low_word + 4).data} << 32;
}

void Bench::ring(std::uint64_t descriptor) {
  write_register(regs::kDoorbellHiOffset, static_cast<std::uint32_t>(descriptor >> 32));
  write_register(regs::kDoorbellLoOffset, static_cast<std::uint32_t>(descriptor));
}

bool Bench::wait_for_interrupt(std::int64_t limit) {
  for (std::int64_t i = 0; i < limit && !pins_->irq_o; ++i) cycle();
  return pins_->irq_o != 0;
}

bool Bench::wait_until_idle(std::int64_t limit) {
  for (std::int64_t i = 0; i < limit && !pins_->idle_o; ++i) cycle();
  return pins_->idle_o != 0;
}

}  // namespace tandem::rtl_test
