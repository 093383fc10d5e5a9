// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/bus_master.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/error.h"
#include "sim/kernel/stream_window.h"

namespace tandem::sim {

const char* to_string(BusStatus status) {
  switch (status) {
    case BusStatus::okay:
      return "okay";
    case BusStatus::slave_error:
      return "slave error";
    case BusStatus::decode_error:
      return "decode error";
  }
  return "?";
}

struct BusMaster::Transaction {
  AxiPayload payload;
  AxiExtension extension;
  BusRequest request;

  Transaction(tlm::tlm_mm_interface* pool, std::uint64_t slot) : payload(pool) {
    extension.slot = slot;
    payload.set_extension(&extension);
    payload.set_byte_enable_ptr(nullptr);
  }
  ~Transaction() { payload.clear_extension(&extension); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
};

BusMaster::BusMaster(const sc_core::sc_module_name& name, EventQueue& queue, const BusMasterSpec& spec)
    : sc_module(name), socket("socket"), queue_(queue), spec_(spec) {
  socket.bind(static_cast<AxiBackward&>(*this));
  directions_[0].limit = spec.max_reads;
  directions_[0].most_bytes = spec.max_read_bytes;
  directions_[1].limit = spec.max_writes;
}

BusMaster::~BusMaster() = default;

int BusMaster::outstanding() const {
  int total = 0;
  for (const Direction& direction : directions_)
    total += direction.outstanding + static_cast<int>(direction.queued.size());
  return total;
}

void BusMaster::issue(BusRequest request) {
  const std::uint64_t offset = request.address % kAxiPageBytes;
  if (request.bytes == 0 || offset + request.bytes > kAxiPageBytes)
    throw SimulationError(fmt::format("{}: burst of {} bytes at 0x{:x} does not stay inside one 4 KiB page",
                                      name(), request.bytes, request.address));
  const BusCommand command = request.command;
  directions_[static_cast<std::size_t>(command)].queued.push_back(std::move(request));
  send(command);
}

bool BusMaster::enters_window(const BusRequest& request) {
  return request.window == 0 || spec_.window == nullptr ||
         spec_.window->take(*this, request.bytes, request.window);
}

void BusMaster::send(BusCommand command) {
  Direction& direction = directions_[static_cast<std::size_t>(command)];
  while (!direction.offering && !direction.queued.empty() && direction.has_room() &&
         enters_window(direction.queued.front())) {
    if (free_.empty()) {
      tlm::tlm_mm_interface* const manager = this;
      pool_.push_back(std::make_unique<Transaction>(manager, pool_.size()));
      free_.push_back(pool_.back().get());
    }
    Transaction& transaction = *free_.back();
    free_.pop_back();
    transaction.request = std::move(direction.queued.front());
    direction.queued.pop_front();

    const BusRequest& request = transaction.request;
    AxiPayload& payload = transaction.payload;
    payload.acquire();
    payload.set_command(command == BusCommand::read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
    payload.set_address(request.address);
    payload.set_data_ptr(request.data);
    payload.set_data_length(request.bytes);
    payload.set_streaming_width(request.bytes);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    AxiExtension& extension = transaction.extension;
    extension.id = request.id;
    extension.qos = spec_.qos;
    extension.streamed = request.streamed;
    extension.responded = false;
    extension.error_beat = BusAnswer::kAllBeats;

    ++direction.outstanding;
    direction.bytes += request.bytes;
    int& most = command == BusCommand::read ? counters_.most_reads : counters_.most_writes;
    most = std::max(most, direction.outstanding);
    direction.offering = true;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    if (socket->nb_transport_fw(payload, phase, delay) == tlm::TLM_UPDATED && phase == tlm::END_REQ)
      direction.offering = false;
  }
}

tlm::tlm_sync_enum BusMaster::nb_transport_bw(AxiPayload& payload, tlm::tlm_phase& phase, sc_core::sc_time&) {
  const BusCommand command = payload.is_read() ? BusCommand::read : BusCommand::write;
  if (phase == tlm::END_REQ) {
    directions_[static_cast<std::size_t>(command)].offering = false;
    send(command);
    return tlm::TLM_ACCEPTED;
  }
  const AxiExtension& extension = axi(payload);  // BEGIN_RESP
  const Transaction& transaction = *pool_[extension.slot];
  if (transaction.request.responded)
    transaction.request.responded({bus_status(payload), extension.last_beat, extension.error_beat});
  queue_.at<&BusMaster::finish>(std::max(extension.last_beat, now()), *this, extension.slot);
  return tlm::TLM_ACCEPTED;
}

void BusMaster::finish(std::uint64_t index) {
  Transaction& transaction = *pool_[index];
  AxiPayload& payload = transaction.payload;
  const BusCommand command = transaction.request.command;
  const BusStatus status = bus_status(payload);
  tlm::tlm_phase phase = tlm::END_RESP;
  sc_core::sc_time delay;
  socket->nb_transport_fw(payload, phase, delay);

  Direction& direction = directions_[static_cast<std::size_t>(command)];
  --direction.outstanding;
  direction.bytes -= transaction.request.bytes;
  if (command == BusCommand::read) {
    ++counters_.reads;
    counters_.read_bytes += transaction.request.bytes;
  } else {
    ++counters_.writes;
    counters_.write_bytes += transaction.request.bytes;
  }
  if (status != BusStatus::okay) ++counters_.errors;
  const std::function<void(BusStatus)> done = std::move(transaction.request.done);
  const std::int64_t bytes = transaction.request.bytes, window = transaction.request.window;
  transaction.request = BusRequest{};
  payload.release();
  if (window != 0 && spec_.window != nullptr) spec_.window->release(bytes, window);
  // The next request leaves before `done`, so that a `done` that issues one finds the port in a settled
  // state.
  send(command);
  if (done) done(status);
}

void BusMaster::free(AxiPayload* payload) { free_.push_back(pool_[axi(*payload).slot].get()); }

}  // namespace tandem::sim
