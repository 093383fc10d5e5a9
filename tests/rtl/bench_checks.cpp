// SPDX-License-Identifier: Apache-2.0
// What the bench watches in every cycle: the rules of AXI, and what is worth counting.
#include <algorithm>
#include <cstring>

#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "tests/rtl/bench.h"

namespace tandem::rtl_test {

void Bench::violate(const std::string& what) {
  if (violations_.size() < 20) violations_.push_back("cycle " + std::to_string(now_) + ": " + what);
}

void Bench::check_address(const char* channel, std::uint64_t address, int beats, int size, int burst) {
  const std::string name(channel);
  if (1 << size != beat_) violate(name + "SIZE is not the bus's width");
  if (burst != 1) violate(name + "BURST is not INCR");
  if (address % static_cast<std::uint64_t>(beat_) != 0) violate(name + "ADDR is not aligned");
  if (beats > 16) violate(name + "LEN is above 16 beats");
  if (address / 4096 != (address + static_cast<std::uint64_t>(beats * beat_) - 1) / 4096) {
    violate(name + " burst crosses a 4 KiB page");
  }
}

// What was offered and not taken must be offered again, unchanged.
void Bench::check_stable() {
  const TandemPins& was = before_;
  const TandemPins& is = *pins_;
  if (was.m_arvalid_o && !was.m_arready_i &&
      (!is.m_arvalid_o || is.m_araddr_o != was.m_araddr_o || is.m_arlen_o != was.m_arlen_o ||
       is.m_arid_o != was.m_arid_o)) {
    violate("AR changed before it was taken");
  }
  if (was.m_awvalid_o && !was.m_awready_i &&
      (!is.m_awvalid_o || is.m_awaddr_o != was.m_awaddr_o || is.m_awlen_o != was.m_awlen_o)) {
    violate("AW changed before it was taken");
  }
  if (was.m_wvalid_o && !was.m_wready_i &&
      (!is.m_wvalid_o || is.m_wlast_o != was.m_wlast_o || is.m_wstrb_o != was.m_wstrb_o ||
       std::memcmp(is.m_wdata_o, was.m_wdata_o, sizeof is.m_wdata_o) != 0)) {
    violate("W changed before it was taken");
  }
  if (was.s_bvalid_o && !was.s_bready_i && (!is.s_bvalid_o || is.s_bresp_o != was.s_bresp_o)) {
    violate("register B changed before it was taken");
  }
  if (was.s_rvalid_o && !was.s_rready_i && (!is.s_rvalid_o || is.s_rdata_o != was.s_rdata_o)) {
    violate("register R changed before it was taken");
  }
  if (is.idle_o && (reads_outstanding() != 0 || writes_outstanding() != 0 || is.m_arvalid_o ||
                    is.m_awvalid_o || is.m_wvalid_o)) {
    violate("idle with a transaction on the bus");
  }
}

// While an access to a register is half done, its clock must not stop.
void Bench::check_awake() {
  const TandemPins& was = before_;
  if (was.s_awvalid_i && was.s_awready_o) lite_address_ = true;
  if (was.s_wvalid_i && was.s_wready_o) lite_data_ = true;
  if (was.s_arvalid_i && was.s_arready_o) lite_read_ = true;
  if (was.s_bvalid_o && was.s_bready_i) lite_address_ = lite_data_ = false;
  if (was.s_rvalid_o && was.s_rready_i) lite_read_ = false;
  if (pins_->idle_o && (lite_address_ || lite_data_ || lite_read_)) {
    violate("idle during an access to a register");
  }
}

void Bench::observe_address(int id, std::uint64_t address, int beats) {
  const auto at = static_cast<std::size_t>(id);
  const std::uint64_t end = address + static_cast<std::uint64_t>(beats * beat_);
  // A run that is cut goes on where it was cut.
  if (short_end_[at] == address) observed_.page_cuts[at] = true;
  short_end_[at] = beats < accelerator::kBurstBeats && end % 4096 == 0 ? end : 0;
  if (beats < accelerator::kBurstBeats) observed_.short_bursts[at] = true;
  observed_.most_reads = std::max(observed_.most_reads, reads_outstanding());
  observed_.most_writes = std::max(observed_.most_writes, writes_outstanding());
}

void Bench::observe_beat(int id, const ReadBurst& burst) {
  for (int other = 0; other < kReadIds; ++other) {
    const auto& bursts = reads_[static_cast<std::size_t>(other)];
    if (other == id || bursts.empty()) continue;
    if (bursts.front().begun) observed_.interleaved = true;
    if (burst.beats_left == 1 && bursts.front().order < burst.order) observed_.overtaken = true;
  }
}

}  // namespace tandem::rtl_test
