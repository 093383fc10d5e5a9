// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/platform_bench.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "models/core/end_child.h"
#include "models/cpu/coherent_caches.h"
#include "models/network/layout.h"
#include "models/regs/accelerator_registers.h"
#include "sim/kernel/bus_master.h"
#include "sim/platform/make_accelerator.h"
#include "sim/platform/parts.h"

namespace tandem::sim::test {

namespace {

namespace regs = tandem::regs::accelerator;

constexpr std::uint64_t kFirstByte = 1u << 20;        // behind the memory's base
constexpr std::uint64_t kCopyBuffers = 1u << 30;      // likewise
constexpr std::uint64_t kCopyBufferBytes = 4u << 20;  // of one core: half is read, half is written
constexpr Picoseconds kWarmUp{20'000'000};            // the cores copy for so long before the doorbell

// A core that copies memory for ever.
class CopyingCore {
 public:
  CopyingCore(BusMaster& port, const spec::CoreType& type, std::uint64_t buffer, std::uint32_t id)
      : port_(port), limit_(type.reads_in_flight), buffer_(buffer), id_(id) {}

  void go() {
    while (in_flight_ + kBytes <= limit_) read();
  }
  [[nodiscard]] std::int64_t moved() const { return moved_; }

 private:
  static constexpr std::uint32_t kBytes = cpu::kMergedBurstBytes;

  void read() {
    const std::uint64_t offset = next_;
    next_ = (next_ + kBytes) % (kCopyBufferBytes / 2);
    in_flight_ += kBytes;
    issue(BusCommand::read, buffer_ + offset, [this, offset] {
      issue(BusCommand::write, buffer_ + kCopyBufferBytes / 2 + offset, [this] { done(); });
    });
  }
  void done() {
    in_flight_ -= kBytes;
    go();
  }
  template <class Next>
  void issue(BusCommand command, std::uint64_t address, Next next) {
    BusRequest request;
    request.command = command;
    request.address = address;
    request.bytes = kBytes;
    request.id = id_;
    request.done = [this, next](BusStatus) {
      moved_ += kBytes;
      next();
    };
    port_.issue(std::move(request));
  }

  BusMaster& port_;
  std::int64_t limit_, in_flight_ = 0, moved_ = 0;
  std::uint64_t buffer_, next_ = 0;
  std::uint32_t id_;
};

class PlatformBench : public sc_core::sc_module {
 public:
  PlatformBench(const sc_core::sc_module_name& name, const spec::Platform& platform, accelerator::ConvJob job,
                const PlatformRun& run)
      : sc_module(name),
        platform_(platform),
        unit_spec_(platform.accelerators.front()),
        job_(job),
        queue_("queue"),
        bus_("bus", queue_, interconnect_spec(platform)),
        dram_("dram", queue_, dram_spec(platform)) {
    bus_.target_port(0).bind(dram_.socket);
    const int outstanding = platform.interconnect.outstanding;
    for (std::size_t i = 0; i < platform.clusters.size(); ++i) {
      ports_.push_back(std::make_unique<BusMaster>(fmt::format("port{}", i).c_str(), queue_,
                                                   BusMasterSpec{outstanding, outstanding, 0}));
      ports_.back()->socket.bind(bus_.master_port(i));
    }
    MachineOptions options;
    options.rtl = run.rtl;
    unit_ = make_accelerator(unit_spec_, queue_, dram_, options);
    unit_->connect(bus_, platform.clusters.size(), 1);
    unit_->on_interrupt([this](bool level) {
      interrupt_ = level;
      if (level) notify_now(progress_);
    });
    for (int core = 0; core < run.copying_cores; ++core) {
      cores_.push_back(std::make_unique<CopyingCore>(
          *ports_.front(), platform.clusters.front().core,
          platform.dram.base + kCopyBuffers + static_cast<std::uint64_t>(core) * kCopyBufferBytes,
          static_cast<std::uint32_t>(core + 1)));
    }
    place();
    SC_THREAD(run_job);
  }

  PlatformMeasured measured;
  bool finished = false;

 private:
  SC_HAS_PROCESS(PlatformBench);

  void place() {
    const accelerator::Array& array = unit_spec_.array;
    const bool folded = job_.form == accelerator::Form::folded;
    const network::BlockedLayout in{job_.in_channels, job_.in_h, job_.in_w,
                                    folded ? accelerator::kFoldedBlock : array.block(), 1};
    const network::BlockedLayout out{job_.out_channels, job_.out_h, job_.out_w, array.block(),
                                     job_.raw ? 4 : 1};
    std::uint64_t next = platform_.dram.base + kFirstByte;
    const auto take = [&](std::int64_t bytes) {
      const std::uint64_t begin = next;
      next += static_cast<std::uint64_t>(round_up(bytes, static_cast<std::int64_t>(kAxiPageBytes)));
      return begin;
    };
    job_.in_plane_stride = in.plane_stride();
    job_.out_plane_stride = out.plane_stride();
    job_.input = take(in.bytes());
    job_.output = take(out.bytes());
    job_.weights = take(accelerator::packed_weight_bytes(job_, array));
    job_.quant = take(round_up(job_.out_channels, array.tm) * 16);
    descriptor_ = take(accelerator::kJobBytes);
    const auto words = accelerator::encode(job_, array);
    std::memcpy(dram_.at(descriptor_, accelerator::kJobBytes), words.data(), accelerator::kJobBytes);
  }

  void run_job() {
    if (!cores_.empty()) {
      for (const auto& core : cores_) core->go();
      wait(to_sc_time(kWarmUp));
    }
    write(regs::kControlOffset, regs::kControlIrqEnableMask);
    write(regs::kDoorbellHiOffset, static_cast<std::uint32_t>(descriptor_ >> 32));
    const std::int64_t before = moved();
    const Picoseconds begin = now();
    write(regs::kDoorbellLoOffset, static_cast<std::uint32_t>(descriptor_));
    while (!interrupt_) wait(progress_);
    const Picoseconds end = now();
    measured.copied_gbytes_per_s =
        static_cast<double>(moved() - before) * 1e3 / static_cast<double>((end - begin).raw());
    if (read(regs::kIrqStatusOffset) != regs::kIrqStatusDoneMask)
      throw std::runtime_error(
          fmt::format("the job ended with ERROR_INFO {:#x}", read(regs::kErrorInfoOffset)));
    measured.cycles = counter(regs::kCyclesBusyLoOffset);
    measured.mac_active = counter(regs::kMacActiveLoOffset);
    measured.read_beats = counter(regs::kReadBeatsLoOffset);
    measured.write_beats = counter(regs::kWriteBeatsLoOffset);
    measured.stall_feature = counter(regs::kStallFeatureLoOffset);
    measured.stall_weight = counter(regs::kStallWeightLoOffset);
    measured.stall_output = counter(regs::kStallOutputLoOffset);
    finished = true;
    sc_core::sc_stop();
  }
  [[nodiscard]] std::int64_t moved() const {
    std::int64_t sum = 0;
    for (const auto& core : cores_) sum += core->moved();
    return sum;
  }
  void write(std::uint32_t offset, std::uint32_t value) { access(BusCommand::write, offset, value); }
  std::uint32_t read(std::uint32_t offset) {
    std::uint32_t value = 0;
    access(BusCommand::read, offset, value);
    return value;
  }
  std::int64_t counter(std::uint32_t low) {
    const std::uint32_t high_word = read(low + 4);
    return static_cast<std::int64_t>(std::uint64_t{high_word} << 32 | read(low));
  }
  void access(BusCommand command, std::uint32_t offset, std::uint32_t& value) {
    bool done = false;
    BusRequest request;
    request.command = command;
    request.address = unit_spec_.registers + offset;
    request.bytes = sizeof value;
    request.data = reinterpret_cast<std::uint8_t*>(&value);
    request.done = [&](BusStatus) {
      done = true;
      notify_now(progress_);
    };
    ports_.front()->issue(std::move(request));
    while (!done) wait(progress_);
  }

  const spec::Platform& platform_;
  const spec::Accelerator& unit_spec_;
  accelerator::ConvJob job_;
  EventQueue queue_;
  Interconnect bus_;
  DramController dram_;
  std::vector<std::unique_ptr<BusMaster>> ports_;
  std::unique_ptr<Accelerator> unit_;
  std::vector<std::unique_ptr<CopyingCore>> cores_;
  std::uint64_t descriptor_ = 0;
  bool interrupt_ = false;
  sc_core::sc_event progress_;
};

// In the child: the result, or why there is none, into the pipe.
struct Answer {
  PlatformMeasured measured;
  char problem[256] = "";
};

Answer answer(const spec::Platform& platform, const accelerator::ConvJob& job, const PlatformRun& run) {
  Answer result;
  try {
    const auto begin = std::chrono::steady_clock::now();
    PlatformBench bench("bench", platform, job, run);
    run_simulation(Picoseconds(std::int64_t{1} << 62));
    if (!bench.finished) throw std::runtime_error("nothing happens any more and no interrupt came");
    result.measured = bench.measured;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    result.measured.wall_s = wall.count();
  } catch (const std::exception& error) {
    std::strncpy(result.problem, error.what(), sizeof result.problem - 1);
    if (result.problem[0] == '\0') std::strncpy(result.problem, "unknown", sizeof result.problem - 1);
  }
  return result;
}

}  // namespace

PlatformMeasured measure_on_platform(const spec::Platform& platform, const accelerator::ConvJob& job,
                                     const PlatformRun& run) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    close(ends[0]);
    const Answer own = answer(platform, job, run);
    const ssize_t written = ::write(ends[1], &own, sizeof own);
    end_child(written == static_cast<ssize_t>(sizeof own) ? 0 : 1);
  }
  close(ends[1]);
  Answer got;
  std::size_t bytes = 0;
  for (ssize_t some = 0; bytes < sizeof got && (some = ::read(ends[0], reinterpret_cast<char*>(&got) + bytes,
                                                              sizeof got - bytes)) > 0;)
    bytes += static_cast<std::size_t>(some);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (bytes != sizeof got) throw std::runtime_error("the measuring process died");
  if (got.problem[0] != '\0') throw std::runtime_error(got.problem);
  return got.measured;
}

}  // namespace tandem::sim::test
