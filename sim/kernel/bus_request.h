// SPDX-License-Identifier: Apache-2.0
// What a master asks of the bus, in plain C++: requests, how they end, and a port's limits and counters.
#pragma once

#include <cstdint>
#include <functional>

#include "models/core/quantity.h"

namespace tandem::sim {

class StreamWindow;

enum class BusCommand { read, write };
enum class BusStatus { okay, slave_error, decode_error };

const char* to_string(BusStatus status);  // "okay", "slave error", "decode error"

// How a burst ends, as known with its first beat at the latest.
struct BusAnswer {
  static constexpr std::int32_t kAllBeats = -1;

  BusStatus status = BusStatus::okay;
  Picoseconds last_beat{0};       // its end
  std::int32_t beat = kAllBeats;  // of the burst, on the master's width: the only one that has the status
};

// A burst stays inside one 4 KiB page; `bytes` is at most 4096 (a merged run of AXI bursts of 16 beats:
// the interconnect counts the beats). `data` may be null: then only time passes (the bytes are moved
// functionally by the owner of the simulated memory). It must stay valid until `done`.
struct BusRequest {
  BusCommand command = BusCommand::read;
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint8_t* data = nullptr;
  std::int64_t window = 0;  // bytes: a read within the ports' shared window, at most so many from this one
  std::uint32_t id = 0;     // AXI ID: same id, same direction: responses in order
  std::function<void(BusStatus)> done;  // called at the time of the last data beat / the write response
  // For masters that play beats on pins. `responded` is called once the response's times are known, at the
  // latest at its first beat, with the end of the last beat; the beats before it can be played one a cycle
  // without a gap, and read data is there. `streamed`: the write's data already crossed the pins, one beat a
  // cycle up to now.
  std::function<void(const BusAnswer&)> responded;
  bool streamed = false;
};

// Calls burst(address, bytes) for the pieces of a range, cut at multiples of `limit` (a power of two <=
// 4096), so that no piece crosses a 4 KiB page.
template <class Burst>
void for_each_burst(std::uint64_t address, std::uint64_t bytes, std::uint32_t limit, Burst&& burst) {
  while (bytes > 0) {
    const std::uint64_t room = limit - address % limit;
    const auto piece = static_cast<std::uint32_t>(room < bytes ? room : bytes);
    burst(address, piece);
    address += piece;
    bytes -= piece;
  }
}

struct BusMasterSpec {
  int max_reads = 8;  // payloads accepted by nobody yet or without a response
  int max_writes = 8;
  std::uint32_t qos = 0;            // 0..15, higher wins arbitration
  std::int64_t max_read_bytes = 0;  // a longer read goes alone; 0: no limit
  StreamWindow* window = nullptr;   // of the ports that share one; it outlives them
};

struct BusMasterCounters {
  std::int64_t reads = 0, writes = 0;  // payloads completed
  std::int64_t read_bytes = 0, write_bytes = 0;
  std::int64_t errors = 0;
  int most_reads = 0, most_writes = 0;  // highest number outstanding at once
};

}  // namespace tandem::sim
