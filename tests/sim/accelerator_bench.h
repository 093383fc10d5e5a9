// SPDX-License-Identifier: Apache-2.0
// An accelerator of either fidelity on a real bus with real DRAM, and a host that starts it as a core would:
// a thread that reads and writes registers over the bus and waits for the interrupt.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/accelerator/job.h"
#include "models/core/random.h"
#include "models/network/layout.h"
#include "models/regs/accelerator_registers.h"
#include "sim/components/accelerator_model.h"
#include "sim/components/interrupt_controller.h"
#include "sim/cosim/accelerator_rtl.h"
#include "tests/sim/bus_bench.h"

namespace tandem::sim::test {

namespace regs = tandem::regs::accelerator;

inline constexpr std::uint64_t kRegisters = 0xa000'0000;
inline constexpr std::uint64_t kMemoryBytes = 64u << 20;
inline constexpr std::uint64_t kSlow = 0xb000'0000;  // a target that answers after `slow.delay`
inline constexpr std::uint64_t kSlowBytes = 16u << 20;

inline accelerator::Array small_array() {
  accelerator::Array array;
  array.tm = 8;
  array.tn = 32;
  return array;
}

class Host : public sc_core::sc_module {
 public:
  Host(const sc_core::sc_module_name& name, EventQueue& queue, InterruptController& interrupts)
      : sc_module(name), port("port", queue, {1, 1, 0}), interrupts_(interrupts) {
    SC_THREAD(run);
  }

  BusMaster port;
  std::function<void(Host&)> script;

  BusStatus write(std::uint32_t offset, std::uint32_t value) {
    return access(BusCommand::write, offset, value);
  }
  std::uint32_t read(std::uint32_t offset) {
    std::uint32_t value = 0;
    last_status = access(BusCommand::read, offset, value);
    return value;
  }
  BusStatus doorbell(std::uint64_t descriptor) {
    write(regs::kDoorbellHiOffset, static_cast<std::uint32_t>(descriptor >> 32));
    return write(regs::kDoorbellLoOffset, static_cast<std::uint32_t>(descriptor));
  }
  void wait_interrupt() {
    if (!interrupts_.pending(0)) wait(interrupts_.raised(0));
  }
  // Clears what is pending and waits until the line has fallen.
  void clear_interrupt() {
    write(regs::kIrqStatusOffset, regs::kIrqStatusDoneMask | regs::kIrqStatusErrorMask);
    while (interrupts_.pending(0)) wait(sc_core::sc_time(10, sc_core::SC_NS));
  }

  BusStatus last_status = BusStatus::okay;

 private:
  SC_HAS_PROCESS(Host);
  void run() {
    if (script) script(*this);
  }
  BusStatus access(BusCommand command, std::uint32_t offset, std::uint32_t& value) {
    BusRequest request;
    request.command = command;
    request.address = kRegisters + offset;
    request.bytes = 4;
    request.data = reinterpret_cast<std::uint8_t*>(&value);
    BusStatus result = BusStatus::okay;
    request.done = [&](BusStatus status) {
      result = status;
      notify_now(finished_);
    };
    port.issue(std::move(request));
    wait(finished_);
    return result;
  }

  InterruptController& interrupts_;
  sc_core::sc_event finished_;
};

enum class Fidelity { model, rtl };
inline std::string to_string(Fidelity fidelity) { return fidelity == Fidelity::model ? "model" : "rtl"; }

struct PlacedJob {
  accelerator::ConvJob job;
  std::uint64_t descriptor = 0;
  std::int64_t output_bytes = 0;
};

struct AcceleratorBench {
  // head_start: the RTL knows its interconnect and runs ahead of it by its latency.
  explicit AcceleratorBench(Fidelity fidelity, bool keep_clock_running = false,
                            const std::string& prefix = "", bool head_start = true)
      : queue((prefix + "queue").c_str()),
        bus((prefix + "bus").c_str(), queue, buses()),
        dram((prefix + "dram").c_str(), queue, memory()),
        slow((prefix + "slow").c_str(), queue),
        interrupts((prefix + "interrupts").c_str(), queue, 1, Picoseconds{20'000}),
        host((prefix + "host").c_str(), queue, interrupts) {
    const Clock clock(Hertz(200'000'000));
    const std::string name = prefix + "accelerator";
    if (fidelity == Fidelity::model)
      accelerator = std::make_unique<AcceleratorModel>(name.c_str(), queue, small_array(), clock, dram);
    else
      accelerator = std::make_unique<AcceleratorRtl>(
          name.c_str(), queue, AcceleratorRtlSpec{TANDEM_TEST_RTL, small_array(), clock, keep_clock_running});
    host.port.socket.bind(bus.master_port(0));
    if (head_start) {
      accelerator->connect(bus, 1, 1);
    } else {
      accelerator->master().bind(bus.master_port(1));
      bus.target_port(1).bind(accelerator->registers());
    }
    bus.target_port(0).bind(dram.socket);
    bus.target_port(2).bind(slow.socket);
    accelerator->on_interrupt([this, set = interrupts.line_setter(0)](bool level) {
      interrupt_times.push_back(now());
      set(level);
    });
    bus.on_transaction([this](const BusRecord& record) { records.push_back(record); });
  }

  // A convolution with random data, laid out from `next` on.
  PlacedJob place(int in_channels, int size, int out_channels, int kernel, int stride, std::uint64_t seed) {
    const accelerator::Array array = small_array();
    Random random(seed);
    accelerator::ConvJob job;
    job.id = static_cast<std::uint32_t>(random.next());
    job.in_channels = in_channels;
    job.in_h = job.in_w = size;
    job.out_channels = out_channels;
    job.kernel_h = job.kernel_w = kernel;
    job.stride_h = job.stride_w = stride;
    job.pad_top = job.pad_left = kernel / 2;
    job.out_h = job.out_w = (size + 2 * (kernel / 2) - kernel) / stride + 1;
    job.row_end = job.out_h;
    job.in_zero_point = -3;
    job.out_zero_point = 5;
    const network::BlockedLayout in{in_channels, size, size, array.block(), 1};
    const network::BlockedLayout out{out_channels, job.out_h, job.out_w, array.block(), 1};
    job.in_plane_stride = in.plane_stride();
    job.out_plane_stride = out.plane_stride();
    const std::int64_t table = round_up(out_channels, array.tm);
    const accelerator::WeightShape shape{out_channels, in_channels, kernel, kernel};
    job.input = take(in.bytes());
    job.output = take(out.bytes());
    job.weights = take(accelerator::packed_weight_bytes(shape, array));
    job.quant = take(table * 16);
    const std::uint64_t descriptor = take(accelerator::kJobBytes);
    EXPECT_EQ(accelerator::tile(job, array), std::nullopt);

    std::uint8_t* const input = dram.at(job.input, in.bytes());
    for (std::int64_t i = 0; i < in.bytes(); ++i) input[i] = static_cast<std::uint8_t>(random.next());
    std::vector<std::int8_t> weights(static_cast<std::size_t>(out_channels * in_channels * kernel * kernel));
    for (std::int8_t& weight : weights) weight = static_cast<std::int8_t>(random.between(-128, 127));
    const auto packed = accelerator::pack_weights(weights, shape, array);
    std::memcpy(dram.at(job.weights, static_cast<std::int64_t>(packed.size())), packed.data(), packed.size());
    for (std::int64_t k = 0; k < table; ++k) {
      const std::int32_t entry[4] = {static_cast<std::int32_t>(random.between(-100000, 100000)), 1 << 30, 44,
                                     0};
      std::memcpy(dram.at(job.quant + static_cast<std::uint64_t>(k * 16), 16), entry, sizeof entry);
    }
    const PlacedJob placed{job, descriptor, out.bytes()};
    write_descriptor(placed);
    return placed;
  }
  void write_descriptor(const PlacedJob& placed) {
    const auto words = accelerator::encode(placed.job, small_array());
    std::memcpy(dram.at(placed.descriptor, accelerator::kJobBytes), words.data(), accelerator::kJobBytes);
  }
  std::vector<std::uint8_t> bytes(std::uint64_t address, std::int64_t count) {
    const std::uint8_t* const begin = dram.at(address, count);
    return {begin, begin + count};
  }
  // What the job has to leave at its output; leaves the memory as it was.
  std::vector<std::uint8_t> expected_output(const PlacedJob& placed) {
    const std::vector<std::uint8_t> before = bytes(placed.job.output, placed.output_bytes);
    accelerator::execute(placed.job, small_array(), dram);
    std::vector<std::uint8_t> expected = bytes(placed.job.output, placed.output_bytes);
    std::memcpy(dram.at(placed.job.output, placed.output_bytes), before.data(), before.size());
    return expected;
  }
  void run(std::function<void(Host&)> script) {
    host.script = [this, script = std::move(script)](Host& each) {
      script(each);
      finished = true;
      sc_core::sc_stop();
    };
    run_simulation(Picoseconds{20'000'000'000});
  }

  EventQueue queue;
  Interconnect bus;
  DramController dram;
  ScriptedTarget slow;
  InterruptController interrupts;
  std::unique_ptr<Accelerator> accelerator;
  Host host;
  std::vector<BusRecord> records;
  std::vector<Picoseconds> interrupt_times;  // changes of the accelerator's line
  bool finished = false;                     // the script ran to its end

 private:
  static InterconnectSpec buses() {
    InterconnectSpec spec;
    spec.clock = Clock(Hertz(500'000'000));
    spec.masters = {{"host", Clock(Hertz(1'000'000'000)), 16, 8, 8},
                    {"accelerator", Clock(Hertz(200'000'000)), 16, 16, 16}};
    spec.targets = {{"dram", Clock(Hertz(500'000'000)), 32, 32, 32},
                    {"registers", Clock(Hertz(200'000'000)), 4, 2, 2},
                    {"slow", Clock(Hertz(500'000'000)), 32, 32, 32}};
    spec.regions = {{"dram", kBase, kMemoryBytes, 0},
                    {"registers", kRegisters, regs::kWindowBytes, 1},
                    {"slow", kSlow, kSlowBytes, 2}};
    return spec;
  }
  static DramControllerSpec memory() {
    DramControllerSpec spec;
    spec.dram = *memory::find_dram("lpddr4_1066_x32");
    spec.base = kBase;
    spec.size = kMemoryBytes;
    spec.request_latency = spec.response_latency = Picoseconds{10'000};
    return spec;
  }
  std::uint64_t take(std::int64_t size) {
    const std::uint64_t begin = next_;
    next_ = static_cast<std::uint64_t>(round_up(static_cast<std::int64_t>(next_) + size, 128));
    return begin;
  }
  std::uint64_t next_ = kBase + 0x1000;
};

}  // namespace tandem::sim::test
