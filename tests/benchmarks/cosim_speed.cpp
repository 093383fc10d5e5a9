// SPDX-License-Identifier: Apache-2.0
// How fast the Verilated accelerator runs inside the SystemC platform, against the same library alone in
// front of an ideal memory. Both run the same jobs, in turns, in one process; the time is this process's CPU
// time, so that other load on the machine counts little, and the order within a round changes, so that drift
// cancels out. The outputs of both are compared with execute(). usage: cosim_speed [ARRAY [ROUNDS]]
#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <memory>
#include <vector>

#include "models/accelerator/job.h"
#include "models/memory/dram_spec.h"
#include "models/regs/accelerator_registers.h"
#include "models/spec/platform.h"
#include "sim/components/dram_controller.h"
#include "sim/components/interconnect.h"
#include "sim/cosim/accelerator_rtl.h"
#include "tests/benchmarks/ideal_memory.h"
#include "tests/rtl/random_job.h"

namespace {

using namespace tandem;
namespace regs = tandem::regs::accelerator;

constexpr std::uint64_t kBase = 0x4000'0000;
constexpr std::size_t kMemoryBytes = std::size_t{24} << 20;
constexpr std::uint64_t kRegisters = 0xa000'0000;
// About what a read takes on the platform: 115 ns through interconnect, controller and DRAM at 200 MHz.
constexpr int kIdealLatency = 25;

struct Speed {
  std::int64_t cycles = 0;
  double seconds = 0;
  Speed& operator+=(const Speed& other) {
    cycles += other.cycles;
    seconds += other.seconds;
    return *this;
  }
  [[nodiscard]] double megacycles() const { return static_cast<double>(cycles) / seconds * 1e-6; }
};

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// The accelerator on the interconnect and DRAM of zcu104, started by a master that writes its registers.
class Platform : public sc_core::sc_module {
 public:
  Platform(const sc_core::sc_module_name& name, const spec::Platform& spec, const std::string& library,
           const accelerator::Array& array)
      : sc_module(name),
        queue_("queue"),
        bus_("bus", queue_, buses(spec)),
        dram_("dram", queue_, memory(spec)),
        host_("host", queue_, {1, 1, 0}),
        accelerator_("accelerator", queue_, {library, array, Clock(spec.accelerators.at(0).clock)}) {
    host_.socket.bind(bus_.master_port(0));
    accelerator_.connect(bus_, 1, 1);
    bus_.target_port(0).bind(dram_.socket);
    accelerator_.on_interrupt([this](bool level) {
      level_ = level;
      sim::notify_now(changed_);
    });
    SC_THREAD(run);
  }

  std::function<void()> script;
  accelerator::MemoryView& memory() { return dram_; }

  // From a thread: one job from the doorbell to the interrupt.
  Speed run_job(std::uint64_t descriptor) {
    const std::uint64_t before = accelerator_.counters().evaluated_cycles;
    const double begin = cpu_seconds();
    write(regs::kControlOffset, regs::kControlIrqEnableMask);
    write(regs::kDoorbellHiOffset, static_cast<std::uint32_t>(descriptor >> 32));
    write(regs::kDoorbellLoOffset, static_cast<std::uint32_t>(descriptor));
    while (!level_) wait(changed_);
    write(regs::kIrqStatusOffset, regs::kIrqStatusDoneMask);
    while (level_) wait(changed_);
    const double seconds = cpu_seconds() - begin;
    wait(sc_core::sc_time(1, sc_core::SC_US));
    return {static_cast<std::int64_t>(accelerator_.counters().evaluated_cycles - before), seconds};
  }

 private:
  SC_HAS_PROCESS(Platform);
  void run() {
    script();
    sc_core::sc_stop();
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    sim::BusRequest request;
    request.command = sim::BusCommand::write;
    request.address = kRegisters + offset;
    request.bytes = 4;
    request.data = reinterpret_cast<std::uint8_t*>(&value);
    request.done = [&](sim::BusStatus) { sim::notify_now(written_); };
    host_.issue(std::move(request));
    wait(written_);
  }

  static sim::InterconnectSpec buses(const spec::Platform& platform) {
    const Clock bus(platform.interconnect.clock), fabric(platform.accelerators.at(0).clock);
    const auto width = static_cast<std::uint32_t>(platform.interconnect.width_bytes);
    const int outstanding = platform.interconnect.outstanding;
    sim::InterconnectSpec spec;
    spec.clock = bus;
    spec.forward_latency = Cycles(platform.interconnect.request_cycles);
    spec.return_latency = Cycles(platform.interconnect.response_cycles);
    spec.masters = {{"host", bus, width, outstanding, outstanding},
                    {"accelerator", fabric, width, outstanding, outstanding}};
    spec.targets = {{"dram", bus, width, 64, 64}, {"registers", fabric, 4, 2, 2}};
    spec.regions = {{"dram", kBase, kMemoryBytes, 0}, {"registers", kRegisters, regs::kWindowBytes, 1}};
    return spec;
  }
  static sim::DramControllerSpec memory(const spec::Platform& platform) {
    sim::DramControllerSpec spec;
    spec.dram = *memory::find_dram(platform.dram.type);
    spec.base = kBase;
    spec.size = kMemoryBytes;
    spec.request_latency = platform.dram.controller_latency / 2;
    spec.response_latency = platform.dram.controller_latency - spec.request_latency;
    return spec;
  }

  sim::EventQueue queue_;
  sim::Interconnect bus_;
  sim::DramController dram_;
  sim::BusMaster host_;
  sim::AcceleratorRtl accelerator_;
  sc_core::sc_event written_, changed_;
  bool level_ = false;
};

struct Layer {
  const char* name;
  rtl_test::PlacedJob placed;
  std::vector<double> alone, inside, ratio;  // by round
  std::int64_t cycles_alone = 0, cycles_inside = 0;
};

int measure(const std::string& name, int rounds) {
  const rtl_test::Variant variant = rtl_test::load_variant(name);
  const std::string library = std::string(TANDEM_RTL_DIR) + "/libtandem_accelerator_" + name + ".so";
  rtl_test::Memory memory(kBase, kMemoryBytes);
  std::vector<Layer> layers;
  Random random(1);
  std::uint64_t offset = 0;
  const auto add = [&](const char* layer, const accelerator::ConvJob& job) {
    layers.push_back({layer, rtl_test::place(job, variant.array, memory, offset, random), {}, {}, {}});
  };
  add("resnet conv4 3x3 256>64 14", rtl_test::layer_shape(256, 14, 64, 3, 1, 1));
  add("resnet conv2 1x1 64>256 28", rtl_test::layer_shape(64, 28, 256, 1, 1, 0));
  add("fire2 expand3x3 16>64 56", rtl_test::layer_shape(16, 56, 64, 3, 1, 1));
  add("fully connected 2048>512", rtl_test::layer_shape(2048, 1, 512, 1, 1, 0));

  std::vector<std::uint8_t> expected = memory.data();
  {
    rtl_test::Memory reference(kBase, kMemoryBytes);
    reference.data() = memory.data();
    for (const Layer& layer : layers) accelerator::execute(layer.placed.job, variant.array, reference);
    expected = reference.data();
  }

  benchmarks::IdealMemory ideal(*variant.api, memory, kIdealLatency);
  Platform platform("platform", spec::read_platform("zcu104"), library, variant.array);
  std::copy(memory.data().begin(), memory.data().end(), platform.memory().at(kBase, kMemoryBytes));

  std::vector<double> ratios, alone_all, inside_all;
  platform.script = [&] {
    for (int round = -1; round < rounds; ++round) {  // one to warm up
      Speed alone_total, inside_total;
      for (Layer& layer : layers) {
        Speed alone, inside;
        for (int turn = 0; turn < 2; ++turn) {
          if ((turn + round) % 2 == 0) {
            const double begin = cpu_seconds();
            const std::int64_t cycles = ideal.run(layer.placed.descriptor);
            alone = {cycles, cpu_seconds() - begin};
          } else {
            inside = platform.run_job(layer.placed.descriptor);
          }
        }
        if (round < 0) continue;
        layer.alone.push_back(alone.megacycles());
        layer.inside.push_back(inside.megacycles());
        layer.ratio.push_back(inside.megacycles() / alone.megacycles());
        layer.cycles_alone = alone.cycles;
        layer.cycles_inside = inside.cycles;
        alone_total += alone;
        inside_total += inside;
      }
      if (round < 0) continue;
      alone_all.push_back(alone_total.megacycles());
      inside_all.push_back(inside_total.megacycles());
      ratios.push_back(inside_total.megacycles() / alone_total.megacycles());
    }
  };
  sc_core::sc_start();

  if (memory.data() != expected ||
      !std::equal(expected.begin(), expected.end(), platform.memory().at(kBase, kMemoryBytes))) {
    fmt::print(stderr, "an output is not what execute() computes\n");
    return 1;
  }
  fmt::print("{} rounds, medians; evaluated Mcycle of the RTL a second of CPU time\n\n", rounds);
  fmt::print("{:<28} {:>9} {:>9} {:>8} {:>9} {:>9}\n", "layer, " + name, "cycles", "on zcu104", "alone",
             "inside", "ratio");
  for (const Layer& layer : layers)
    fmt::print("{:<28} {:>9} {:>9} {:>8.3f} {:>9.3f} {:>8.1f}%\n", layer.name, layer.cycles_alone,
               layer.cycles_inside, median(layer.alone), median(layer.inside), 100 * median(layer.ratio));
  fmt::print("{:<28} {:>9} {:>9} {:>8.3f} {:>9.3f} {:>8.1f}%\n", "all", "", "", median(alone_all),
             median(inside_all), 100 * median(ratios));
  return 0;
}

}  // namespace

int sc_main(int argc, char** argv) try {
  sim::install_report_handler(true);
  return measure(argc > 1 ? argv[1] : "16x16", argc > 2 ? std::atoi(argv[2]) : 11);
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
