// SPDX-License-Identifier: Apache-2.0
// One master's port on the bus: TLM-2.0 AT, one payload an AXI burst, completion by callback.
// Requests beyond the outstanding limit queue inside the port, in order.
#pragma once

#include <cstdint>
#include <functional>

namespace tandem::sim {

enum class BusCommand { read, write };
enum class BusStatus { okay, slave_error, decode_error };

// A burst stays inside one 4 KiB page; `bytes` is at most 4096 (a merged run of AXI bursts of 16 beats:
// the interconnect counts the beats). `data` may be null: then only time passes (the bytes are moved
// functionally by the owner of the simulated memory).
struct BusRequest {
  BusCommand command = BusCommand::read;
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint8_t* data = nullptr;
  std::uint32_t id = 0;  // AXI ID: same id, same direction: responses in order
  std::function<void(BusStatus)> done;  // called at the time of the last data beat / the write response
};

}  // namespace tandem::sim
