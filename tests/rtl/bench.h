// SPDX-License-Identifier: Apache-2.0
// A bus around a Verilated accelerator: AXI4-Lite accesses to its registers, and a memory behind its AXI4
// master that answers with fixed or random latency, overtakes between IDs, interleaves beats, refuses to be
// ready, injects errors, and can turn deaf. Every cycle is checked against the AXI rules; violations are
// collected, and so is what happened on the bus.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "models/accelerator/job.h"
#include "models/core/random.h"
#include "tests/rtl/variant.h"

namespace tandem::rtl_test {

struct Timing {
  int read_latency = 40;    // address accepted to first beat
  int write_latency = 20;   // last beat to response
  int jitter = 0;           // added to both, uniform in [0, jitter]
  int stall_percent = 0;    // chance a cycle of each ready and valid to be held back
  bool interleave = false;  // beats of different read IDs mix
};

class Memory final : public accelerator::MemoryView {
 public:
  Memory(std::uint64_t base, std::size_t bytes) : base_(base), data_(bytes) {}
  std::uint8_t* at(std::uint64_t address, std::int64_t bytes) override;
  [[nodiscard]] bool holds(std::uint64_t address, std::int64_t bytes) const {
    return address >= base_ && address - base_ + static_cast<std::uint64_t>(bytes) <= data_.size();
  }
  [[nodiscard]] std::uint64_t base() const { return base_; }
  std::vector<std::uint8_t>& data() { return data_; }

 private:
  std::uint64_t base_;
  std::vector<std::uint8_t> data_;
};

enum class Response : std::uint8_t { okay = 0, slave_error = 2, decode_error = 3 };

// A range of addresses that answers reads, writes or both with an error.
struct Fault {
  std::uint64_t begin = 0, end = 0;
  bool on_read = false, on_write = false;
  Response response = Response::slave_error;
};

// What the memory does not do.
struct Deaf {
  unsigned read_ids = 0;  // bit i: sends no beat of ID i
  bool read_address = false, write_address = false, write_data = false, write_response = false;
};

inline constexpr int kReadIds = 4;  // descriptor, features, weights, quantisation table
inline constexpr int kWriteId = 4;

// What happened on the bus, for coverage.
struct Observed {
  std::uint64_t read_beats = 0, write_beats = 0;
  std::size_t most_reads = 0, most_writes = 0;    // outstanding
  bool interleaved = false;                       // a beat inside a burst of another ID
  bool overtaken = false;                         // a burst answered before an older one of another ID
  std::array<bool, kReadIds + 1> page_cuts{};     // by ID: a run of beats cut short at a 4 KiB page
  std::array<bool, kReadIds + 1> short_bursts{};  // below 16 beats
  bool full_write = false, masked_write = false;  // a beat with all strobes high, with some low
};

class Bench {
 public:
  Bench(const Variant& variant, Memory& memory, Timing timing, std::uint64_t seed);
  ~Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  struct Access {
    std::uint32_t data = 0;
    Response response = Response::okay;
  };
  Access read_register(std::uint32_t offset);
  Response write_register(std::uint32_t offset, std::uint32_t value, std::uint32_t strobe = 0xf);
  std::uint64_t read_counter(std::uint32_t offset_of_low_word);
  void ring(std::uint64_t descriptor);  // writes the doorbell

  void cycle();
  bool wait_for_interrupt(std::int64_t limit);  // false: none within the limit
  bool wait_until_idle(std::int64_t limit);

  void inject(const Fault& fault) { faults_.push_back(fault); }
  void forget_faults() { faults_.clear(); }
  void set_deaf(const Deaf& deaf) { deaf_ = deaf; }

  [[nodiscard]] std::int64_t now() const { return now_; }
  [[nodiscard]] const TandemPins& pins() const { return *pins_; }
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] const Observed& observed() const { return observed_; }
  [[nodiscard]] std::int64_t last_beat() const { return last_beat_; }  // when a beat or response moved last
  [[nodiscard]] std::size_t reads_outstanding() const { return reads_flying_; }
  [[nodiscard]] std::size_t writes_outstanding() const { return responses_.size() + addresses_.size(); }

 private:
  struct ReadBurst {
    std::uint64_t address = 0;
    int beats_left = 0;
    std::int64_t ready_at = 0;
    std::int64_t order = 0;  // of its address on the bus
    bool begun = false;
  };
  struct WriteBurst {
    std::uint64_t address = 0;
    int beats_left = 0;
    std::uint8_t id = 0;
    Response response = Response::okay;  // of the worst beat so far
  };
  struct WriteResponse {
    std::int64_t ready_at = 0;
    std::uint8_t id = 0;
    Response response = Response::okay;
  };

  bool stalls() {
    return timing_.stall_percent > 0 &&
           random_.below(100) < static_cast<std::uint64_t>(timing_.stall_percent);
  }
  std::int64_t jitter() { return timing_.jitter > 0 ? random_.between(0, timing_.jitter) : 0; }
  void violate(const std::string& what);
  void check_address(const char* channel, std::uint64_t address, int beats, int size, int burst);
  void observe_address(int id, std::uint64_t address, int beats);
  void observe_beat(int id, const ReadBurst& burst);
  void check_stable();
  void check_awake();
  void drive_read_data();
  void drive_write_response();
  void take_addresses();
  void take_write_data();
  [[nodiscard]] Response response_of(std::uint64_t address, bool write) const;

  const Variant variant_;
  Memory& memory_;
  Timing timing_;
  Random random_;
  const int beat_;  // bytes
  void* accelerator_;
  TandemPins* pins_;
  bool lite_address_ = false, lite_data_ = false, lite_read_ = false;  // taken and not answered
  TandemPins before_{};  // what was on the bus in the cycle before, with our inputs
  std::int64_t now_ = 0;
  std::array<std::deque<ReadBurst>, kReadIds> reads_;  // by ID
  std::size_t reads_flying_ = 0;
  std::int64_t reads_ordered_ = 0;
  int streaming_id_ = -1;  // whose burst is being sent when beats do not interleave
  std::deque<WriteBurst> addresses_;
  std::deque<WriteResponse> responses_;
  std::vector<Fault> faults_;
  Deaf deaf_;
  Observed observed_;
  std::array<std::uint64_t, kReadIds + 1> short_end_{};  // by ID: where its last burst ended, when at a page
  std::int64_t last_beat_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace tandem::rtl_test
