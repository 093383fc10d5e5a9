// SPDX-License-Identifier: Apache-2.0
#include "sim/cosim/axi_pin_checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "models/core/error.h"

namespace tandem::sim {
namespace {
constexpr unsigned kIncr = 1;
constexpr unsigned kMaxBeats = 16;
constexpr std::uint64_t kPage = 4096;

// A valid without its ready, on any channel.
bool waits(const TandemPins& p) {
  return ((p.m_arvalid_o & ~p.m_arready_i) | (p.m_awvalid_o & ~p.m_awready_i) |
          (p.m_wvalid_o & ~p.m_wready_i) | (p.m_rvalid_i & ~p.m_rready_o) | (p.m_bvalid_i & ~p.m_bready_o) |
          (p.s_awvalid_i & ~p.s_awready_o) | (p.s_wvalid_i & ~p.s_wready_o) |
          (p.s_arvalid_i & ~p.s_arready_o) | (p.s_bvalid_o & ~p.s_bready_i) |
          (p.s_rvalid_o & ~p.s_rready_i)) != 0;
}

}  // namespace

AxiPinChecker::AxiPinChecker(std::string name, int max_reads, int max_writes)
    : name_(std::move(name)), max_reads_(max_reads), max_writes_(max_writes) {}

void AxiPinChecker::violation(std::string_view channel, const std::string& what) const {
  throw SimulationError(fmt::format("{}: AXI violation in cycle {} on {}: {}", name_, cycle_, channel, what));
}

void AxiPinChecker::check_active(const TandemPins& pins, std::uint64_t cycle) {
  cycle_ = cycle;
  if (pins.rst_n == 0) {
    check_reset(pins);
    something_waits_ = false;
    return;
  }
  if (something_waits_) check_stable(pins);
  if ((pins.m_arvalid_o | pins.m_rvalid_i) != 0) check_reads(pins);
  if ((pins.m_awvalid_o | pins.m_wvalid_o | pins.m_bvalid_i) != 0) check_writes(pins);
  if ((pins.s_awvalid_i | pins.s_wvalid_i | pins.s_bvalid_o | pins.s_arvalid_i | pins.s_rvalid_o) != 0)
    check_registers(pins);
  something_waits_ = waits(pins);
  if (something_waits_) before_ = pins;
}

void AxiPinChecker::check_reset(const TandemPins& pins) {
  for (const auto& [channel, valid] : {std::pair<std::string_view, unsigned>{"AR", pins.m_arvalid_o},
                                       {"AW", pins.m_awvalid_o},
                                       {"W", pins.m_wvalid_o},
                                       {"register B", pins.s_bvalid_o},
                                       {"register R", pins.s_rvalid_o}})
    if (valid != 0) violation(channel, "valid in reset");
}

void AxiPinChecker::check_stable(const TandemPins& pins) {
  const TandemPins& was = before_;
  const auto hold = [&](std::string_view channel, bool waits, bool valid, bool same) {
    if (!waits) return;
    if (!valid) violation(channel, "valid fell before ready");
    if (!same) violation(channel, "payload changed before ready");
  };
  hold("AR", was.m_arvalid_o && !was.m_arready_i, pins.m_arvalid_o,
       pins.m_araddr_o == was.m_araddr_o && pins.m_arlen_o == was.m_arlen_o &&
           pins.m_arsize_o == was.m_arsize_o && pins.m_arburst_o == was.m_arburst_o &&
           pins.m_arid_o == was.m_arid_o);
  hold("AW", was.m_awvalid_o && !was.m_awready_i, pins.m_awvalid_o,
       pins.m_awaddr_o == was.m_awaddr_o && pins.m_awlen_o == was.m_awlen_o &&
           pins.m_awsize_o == was.m_awsize_o && pins.m_awburst_o == was.m_awburst_o &&
           pins.m_awid_o == was.m_awid_o);
  hold("W", was.m_wvalid_o && !was.m_wready_i, pins.m_wvalid_o,
       pins.m_wlast_o == was.m_wlast_o && pins.m_wstrb_o == was.m_wstrb_o &&
           std::memcmp(pins.m_wdata_o, was.m_wdata_o, sizeof pins.m_wdata_o) == 0);
  hold("register B", was.s_bvalid_o && !was.s_bready_i, pins.s_bvalid_o, pins.s_bresp_o == was.s_bresp_o);
  hold("register R", was.s_rvalid_o && !was.s_rready_i, pins.s_rvalid_o,
       pins.s_rresp_o == was.s_rresp_o && pins.s_rdata_o == was.s_rdata_o);
  // The bridge's own side of the bargain.
  hold("R", was.m_rvalid_i && !was.m_rready_o, pins.m_rvalid_i,
       pins.m_rid_i == was.m_rid_i && pins.m_rlast_i == was.m_rlast_i && pins.m_rresp_i == was.m_rresp_i &&
           std::memcmp(pins.m_rdata_i, was.m_rdata_i, sizeof pins.m_rdata_i) == 0);
  hold("B", was.m_bvalid_i && !was.m_bready_o, pins.m_bvalid_i,
       pins.m_bid_i == was.m_bid_i && pins.m_bresp_i == was.m_bresp_i);
  hold("register AW", was.s_awvalid_i && !was.s_awready_o, pins.s_awvalid_i,
       pins.s_awaddr_i == was.s_awaddr_i);
  hold("register W", was.s_wvalid_i && !was.s_wready_o, pins.s_wvalid_i,
       pins.s_wdata_i == was.s_wdata_i && pins.s_wstrb_i == was.s_wstrb_i);
  hold("register AR", was.s_arvalid_i && !was.s_arready_o, pins.s_arvalid_i,
       pins.s_araddr_i == was.s_araddr_i);
}

void AxiPinChecker::check_address(std::string_view channel, const Address& burst) const {
  if (burst.burst != kIncr)
    violation(channel, fmt::format("burst type {}, only INCR is used here", burst.burst));
  if ((1u << burst.size) > TANDEM_BUS_BYTES)
    violation(channel, fmt::format("beats of {} bytes on a bus of {}", 1u << burst.size, TANDEM_BUS_BYTES));
  if (burst.length + 1 > kMaxBeats) violation(channel, fmt::format("burst of {} beats", burst.length + 1));
  const std::uint64_t first = burst.address & ~((std::uint64_t{1} << burst.size) - 1);
  if (first % kPage + (std::uint64_t{burst.length + 1} << burst.size) > kPage)
    violation(channel, fmt::format("burst at 0x{:x} of {} beats crosses a 4 KiB page", burst.address,
                                   burst.length + 1));
}

void AxiPinChecker::check_reads(const TandemPins& pins) {
  if (pins.m_rvalid_i != 0) {
    std::deque<unsigned>& outstanding = reads_[pins.m_rid_i];
    if (outstanding.empty())
      violation("R", fmt::format("data for id {}, which has nothing outstanding", pins.m_rid_i));
    if ((outstanding.front() == 1) != (pins.m_rlast_i != 0)) violation("R", "RLAST at the wrong beat");
    if (pins.m_rready_o != 0 && --outstanding.front() == 0) {
      outstanding.pop_front();
      --reads_outstanding_;
    }
  }
  if (pins.m_arvalid_o == 0) return;
  const Address burst{pins.m_araddr_o, pins.m_arlen_o, pins.m_arsize_o, pins.m_arburst_o, pins.m_arid_o};
  check_address("AR", burst);
  if (pins.m_arready_i == 0) return;
  reads_[burst.id].push_back(burst.length + 1);
  if (++reads_outstanding_ > max_reads_)
    violation("AR", fmt::format("more than {} reads outstanding", max_reads_));
}

void AxiPinChecker::check_writes(const TandemPins& pins) {
  if (pins.m_bvalid_i != 0) {
    int& due = responses_due_[pins.m_bid_i];
    if (due == 0)
      violation("B",
                fmt::format("response for id {}, which has no complete write outstanding", pins.m_bid_i));
    if (pins.m_bready_o != 0) {
      --due;
      --writes_outstanding_;
    }
  }
  if (pins.m_awvalid_o != 0) {
    const Address burst{pins.m_awaddr_o, pins.m_awlen_o, pins.m_awsize_o, pins.m_awburst_o, pins.m_awid_o};
    check_address("AW", burst);
    if (pins.m_awready_i != 0) {
      write_addresses_.push_back(burst);
      if (++writes_outstanding_ > max_writes_)
        violation("AW", fmt::format("more than {} writes outstanding", max_writes_));
    }
  }
  if (pins.m_wvalid_o != 0 && pins.m_wready_i != 0) {
    early_beats_.push_back({pins.m_wstrb_o, pins.m_wlast_o != 0});
  }
  while (!write_addresses_.empty() && !early_beats_.empty()) {
    const Address& burst = write_addresses_.front();
    const WriteBeat& beat = early_beats_.front();
    if (beat.last != (beat_ == burst.length))
      violation("W",
                fmt::format("WLAST {} at beat {} of {}", beat.last ? 1 : 0, beat_ + 1, burst.length + 1));
    // Lanes of this beat: from its (first beat: unaligned) address to the end of its size.
    const std::uint64_t bytes = std::uint64_t{1} << burst.size;
    const std::uint64_t aligned = (burst.address & ~(bytes - 1)) + beat_ * bytes;
    const auto from = static_cast<unsigned>((beat_ == 0 ? burst.address : aligned) % TANDEM_BUS_BYTES);
    const auto to = static_cast<unsigned>(aligned % TANDEM_BUS_BYTES + bytes);
    const unsigned allowed = ((1u << to) - 1) & ~((1u << from) - 1);
    if ((beat.strobes & ~allowed) != 0)
      violation("W",
                fmt::format("strobes 0x{:04x} outside the beat's lanes 0x{:04x}", beat.strobes, allowed));
    early_beats_.pop_front();
    ++beat_;
    if (beat_ > burst.length) {
      ++responses_due_[burst.id];
      write_addresses_.pop_front();
      beat_ = 0;
    }
  }
}

void AxiPinChecker::check_registers(const TandemPins& pins) {
  if (pins.s_bvalid_o != 0) {
    if (register_writes_ == 0 || register_write_data_ == 0)
      violation("register B", "response without a write");
    if (pins.s_bready_i != 0) {
      --register_writes_;
      --register_write_data_;
    }
  }
  if (pins.s_rvalid_o != 0) {
    if (register_reads_ == 0) violation("register R", "data without a read");
    if (pins.s_rready_i != 0) --register_reads_;
  }
  if (pins.s_awvalid_i != 0 && pins.s_awready_o != 0) ++register_writes_;
  if (pins.s_wvalid_i != 0 && pins.s_wready_o != 0) ++register_write_data_;
  if (pins.s_arvalid_i != 0 && pins.s_arready_o != 0) ++register_reads_;
}

}  // namespace tandem::sim
