// SPDX-License-Identifier: Apache-2.0
// A Verilated accelerator alone in front of a memory that is always ready and answers every read after the
// same number of cycles, in order, a beat a cycle. Nothing is checked and nothing random is drawn: what it
// costs beside the RTL is what any bench has to do, so it is the mark to measure the co-simulation against.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "models/regs/accelerator_registers.h"
#include "tests/rtl/bench.h"

namespace tandem::benchmarks {

class IdealMemory {
 public:
  IdealMemory(const TandemAcceleratorApi& api, rtl_test::Memory& memory, int latency)
      : api_(api),
        latency_(latency),
        base_(memory.base()),
        data_(memory.data().data()),
        accelerator_(api.create()),
        pins_(*api.pins(accelerator_)) {
    pins_.rst_n = 0;
    for (int i = 0; i < 8; ++i) cycle();
    pins_.rst_n = 1;
    pins_.s_bready_i = pins_.s_rready_i = 1;
    cycle();
    write(regs::accelerator::kControlOffset, regs::accelerator::kControlIrqEnableMask);
  }
  ~IdealMemory() { api_.destroy(accelerator_); }
  IdealMemory(const IdealMemory&) = delete;
  IdealMemory& operator=(const IdealMemory&) = delete;

  // From the doorbell to the interrupt; cycles.
  std::int64_t run(std::uint64_t descriptor) {
    const std::int64_t begin = now_;
    write(regs::accelerator::kDoorbellHiOffset, static_cast<std::uint32_t>(descriptor >> 32));
    write(regs::accelerator::kDoorbellLoOffset, static_cast<std::uint32_t>(descriptor));
    while (pins_.irq_o == 0) cycle();
    const std::int64_t cycles = now_ - begin;
    write(regs::accelerator::kIrqStatusOffset, regs::accelerator::kIrqStatusDoneMask);
    while (pins_.irq_o != 0 || pins_.idle_o == 0) cycle();
    return cycles;
  }

 private:
  static constexpr std::size_t kRing = 64;  // bursts; the accelerator's limits are far below
  struct Burst {
    std::int64_t ready = 0;
    std::uint8_t* at = nullptr;
    std::uint32_t beats = 0;
    std::uint8_t id = 0;
  };
  struct Ring {
    std::array<Burst, kRing> bursts;
    std::size_t head = 0, tail = 0;
    [[nodiscard]] bool empty() const { return head == tail; }
    Burst& front() { return bursts[head % kRing]; }
    void push(const Burst& burst) { bursts[tail++ % kRing] = burst; }
    void pop() { ++head; }
  };

  void cycle() {
    TandemPins& p = pins_;
    p.m_arready_i = p.m_awready_i = p.m_wready_i = 1;
    p.m_rvalid_i = p.m_bvalid_i = 0;
    if (!reads_.empty() && reads_.front().ready <= now_) {
      Burst& burst = reads_.front();
      p.m_rvalid_i = 1;
      p.m_rid_i = burst.id;
      p.m_rresp_i = 0;
      p.m_rlast_i = --burst.beats == 0 ? 1 : 0;
      std::memcpy(p.m_rdata_i, burst.at, TANDEM_BUS_BYTES);
      burst.at += TANDEM_BUS_BYTES;
      if (burst.beats == 0) reads_.pop();
    }
    if (!responses_.empty() && responses_.front().ready <= now_) {
      p.m_bvalid_i = 1;
      p.m_bid_i = responses_.front().id;
      p.m_bresp_i = 0;
      responses_.pop();
    }
    if (p.m_arvalid_o != 0)
      reads_.push({now_ + latency_, data_ + (p.m_araddr_o - base_), p.m_arlen_o + 1u, p.m_arid_o});
    if (p.m_awvalid_o != 0) writes_.push({0, data_ + (p.m_awaddr_o - base_), p.m_awlen_o + 1u, p.m_awid_o});
    if (p.m_wvalid_o != 0) {
      Burst& burst = writes_.front();
      for (unsigned strobes = p.m_wstrb_o; strobes != 0; strobes &= strobes - 1) {
        const int lane = std::countr_zero(strobes);
        burst.at[lane] = p.m_wdata_o[lane];
      }
      burst.at += TANDEM_BUS_BYTES;
      if (--burst.beats == 0) {
        responses_.push({now_ + latency_, nullptr, 0, burst.id});
        writes_.pop();
      }
    }
    api_.cycle(accelerator_);
    ++now_;
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    TandemPins& p = pins_;
    p.s_awaddr_i = offset;
    p.s_wdata_i = value;
    p.s_wstrb_i = 0xf;
    bool address = true, data = true;
    while (address || data) {
      p.s_awvalid_i = address ? 1 : 0;
      p.s_wvalid_i = data ? 1 : 0;
      const bool address_taken = p.s_awready_o != 0, data_taken = p.s_wready_o != 0;
      cycle();
      address = address && !address_taken;
      data = data && !data_taken;
    }
    p.s_awvalid_i = p.s_wvalid_i = 0;
    while (p.s_bvalid_o == 0) cycle();
    cycle();
  }

  const TandemAcceleratorApi& api_;
  const int latency_;
  const std::uint64_t base_;
  std::uint8_t* const data_;
  void* const accelerator_;
  TandemPins& pins_;
  std::int64_t now_ = 0;
  Ring reads_, writes_, responses_;
};

}  // namespace tandem::benchmarks
