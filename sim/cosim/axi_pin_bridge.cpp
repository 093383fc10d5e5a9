// SPDX-License-Identifier: Apache-2.0
#include "sim/cosim/axi_pin_bridge.h"

#include <algorithm>
#include <cstring>

namespace tandem::sim {
namespace {

constexpr std::uint16_t kAllLanes = 0xffff;
static_assert(TANDEM_BUS_BYTES == 16, "a strobe of 16 bits a beat");

std::uint8_t axi_response(BusStatus status) {
  switch (status) {
    case BusStatus::okay:
      return 0;
    case BusStatus::slave_error:
      return 2;
    case BusStatus::decode_error:
      return 3;
  }
  return 2;
}

}  // namespace

template <class Transfer>
std::uint32_t AxiPinBridge::Pool<Transfer>::take() {
  if (free.empty()) {
    free.push_back(static_cast<std::uint32_t>(all.size()));
    all.push_back(std::make_unique<Transfer>());
  }
  const std::uint32_t slot = free.back();
  free.pop_back();
  return slot;
}

void AxiPinBridge::drive_responses(TandemPins& pins, std::int64_t cycle) {
  if (!read_responses_.empty()) {
    Read& read = reads_[read_responses_.front()];
    if (read.first_cycle <= cycle) {
      read.shown = true;
      pins.m_rvalid_i = 1;
      pins.m_rid_i = static_cast<std::uint8_t>(read.id);
      const bool all = read.response_beat == BusAnswer::kAllBeats;
      pins.m_rresp_i =
          all || read.response_beat == static_cast<std::int32_t>(read.played) ? read.response : 0;
      pins.m_rlast_i = read.played + 1 == read.beats ? 1 : 0;
      std::memcpy(pins.m_rdata_i, read.data.data() + std::size_t{read.played} * TANDEM_BUS_BYTES,
                  TANDEM_BUS_BYTES);
    }
  }
  if (!write_responses_.empty()) {
    Write& write = writes_[write_responses_.front()];
    if (write.cycle <= cycle) {
      write.shown = true;
      pins.m_bvalid_i = 1;
      pins.m_bid_i = static_cast<std::uint8_t>(write.id);
      pins.m_bresp_i = write.response;
    }
  }
}

void AxiPinBridge::sample_handshakes(const TandemPins& pins, std::int64_t cycle) {
  if (pins.m_rvalid_i != 0 && pins.m_rready_o != 0) {
    Read& read = reads_[read_responses_.front()];
    if (++read.played == read.beats) {
      reads_.free.push_back(read_responses_.front());
      read_responses_.erase(read_responses_.begin());
      --outstanding_;
    }
  }
  if (pins.m_bvalid_i != 0 && pins.m_bready_o != 0) {
    writes_.free.push_back(write_responses_.front());
    write_responses_.erase(write_responses_.begin());
    --outstanding_;
  }
  if (pins.m_arvalid_o != 0 && pins.m_arready_i != 0) {
    const std::uint32_t slot = reads_.take();
    Read& read = reads_[slot];
    read.address = pins.m_araddr_o / TANDEM_BUS_BYTES * TANDEM_BUS_BYTES;
    read.beats = std::uint32_t{pins.m_arlen_o} + 1;
    read.id = pins.m_arid_o;
    read.played = 0;
    read.shown = false;
    read.data.assign(std::size_t{read.beats} * TANDEM_BUS_BYTES, 0);
    ++outstanding_;
    queue_.first_at<&AxiPinBridge::issue_read>(end_of(cycle), *this, slot);
  }
  if (pins.m_awvalid_o != 0 && pins.m_awready_i != 0) {
    const std::uint32_t slot = writes_.take();
    Write& write = writes_[slot];
    write.address = pins.m_awaddr_o / TANDEM_BUS_BYTES * TANDEM_BUS_BYTES;
    write.beats = std::uint32_t{pins.m_awlen_o} + 1;
    write.id = pins.m_awid_o;
    write.collected = 0;
    write.response = 0;
    write.cycle = 0;
    write.shown = false;
    write.data.resize(std::size_t{write.beats} * TANDEM_BUS_BYTES);
    write.strobes.resize(write.beats);
    write.whole = true;
    collecting_.push_back(slot);
    ++outstanding_;
  }
  if (pins.m_wvalid_o != 0 && pins.m_wready_i != 0) {
    Beat beat{{}, pins.m_wstrb_o};
    std::copy(std::begin(pins.m_wdata_o), std::end(pins.m_wdata_o), beat.data.begin());
    early_beats_.push_back(beat);
  }
  while (!collecting_.empty() && !early_beats_.empty()) {
    const std::uint32_t slot = collecting_.front();
    Write& write = writes_[slot];
    const Beat& beat = early_beats_.front();
    std::memcpy(write.data.data() + std::size_t{write.collected} * TANDEM_BUS_BYTES, beat.data.data(),
                TANDEM_BUS_BYTES);
    write.strobes[write.collected] = beat.strobes;
    write.whole = write.whole && beat.strobes == kAllLanes;
    early_beats_.pop_front();
    if (++write.collected == write.beats) {
      collecting_.pop_front();
      queue_.first_at<&AxiPinBridge::issue_write>(end_of(cycle), *this, slot);
    }
  }
}

void AxiPinBridge::issue_read(std::uint64_t slot) {
  Read& read = reads_[slot];
  BusRequest request;
  request.command = BusCommand::read;
  request.address = read.address;
  request.bytes = read.beats * TANDEM_BUS_BYTES;
  request.data = read.data.data();
  request.id = read.id;
  const auto index = static_cast<std::uint32_t>(slot);
  request.responded = [this, index](const BusAnswer& answer) { read_known(index, answer); };
  master_.issue(std::move(request));
}

void AxiPinBridge::read_known(std::uint32_t slot, const BusAnswer& answer) {
  Read& read = reads_[slot];
  read.response = axi_response(answer.status);
  read.response_beat = answer.beat;
  if (answer.status != BusStatus::okay) ++bus_errors_;
  // The cycle that begins when the first of the beats is complete.
  read.first_cycle = answer.last_beat / period_ - static_cast<std::int64_t>(read.beats) + 1;
  const auto later = std::find_if(read_responses_.begin(), read_responses_.end(), [&](std::uint32_t other) {
    return reads_[other].first_cycle > read.first_cycle && !reads_[other].shown;
  });
  read_responses_.insert(later, slot);
}

void AxiPinBridge::issue_write(std::uint64_t slot) {
  Write& write = writes_[slot];
  const auto index = static_cast<std::uint32_t>(slot);
  const auto size = static_cast<std::uint32_t>(write.data.size());
  // Counted first: a part may be answered before the next is issued.
  write.parts = 1;
  const auto enabled = [&](std::uint32_t byte) {
    return (write.strobes[byte / TANDEM_BUS_BYTES] >> byte % TANDEM_BUS_BYTES & 1) != 0;
  };
  for (std::uint32_t begin = 0; begin < size;) {
    if (!write.whole && !enabled(begin)) {
      ++begin;
      continue;
    }
    std::uint32_t end = write.whole ? size : begin;
    while (end < size && enabled(end)) ++end;
    ++write.parts;
    BusRequest request;
    request.command = BusCommand::write;
    request.address = write.address + begin;
    request.bytes = end - begin;
    request.data = write.data.data() + begin;
    request.id = write.id;
    request.streamed = true;
    request.responded = [this, index](const BusAnswer& answer) { write_part_known(index, answer); };
    master_.issue(std::move(request));
    begin = end;
  }
  write_part_known(index, {BusStatus::okay, now() + period_});
}

void AxiPinBridge::write_part_known(std::uint32_t slot, const BusAnswer& answer) {
  Write& write = writes_[slot];
  write.response = std::max(write.response, axi_response(answer.status));
  if (answer.status != BusStatus::okay) ++bus_errors_;
  write.cycle = std::max(write.cycle, answer.last_beat / period_);
  if (--write.parts > 0) return;
  const auto later = std::find_if(write_responses_.begin(), write_responses_.end(), [&](std::uint32_t other) {
    return writes_[other].cycle > write.cycle && !writes_[other].shown;
  });
  write_responses_.insert(later, slot);
}

}  // namespace tandem::sim
