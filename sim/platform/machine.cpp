// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "models/core/error.h"
#include "sim/components/tile_core.h"
#include "sim/kernel/stream_window.h"
#include "sim/platform/accelerator_results.h"
#include "sim/platform/make_accelerator.h"
#include "sim/platform/neighbour_host.h"
#include "sim/platform/operating_points.h"
#include "sim/platform/parts.h"
#include "sim/platform/recorder.h"
#include "sim/platform/run_energy.h"
#include "sim/platform/standstill.h"

namespace tandem::sim {

namespace {

class Machine {
 public:
  Machine(const spec::Platform& platform, const network::Model& model, lowering::Program program,
          std::vector<lowering::Program> beside, std::vector<std::size_t> points, int images,
          const MachineOptions& options)
      : platform_(platform),
        model_(model),
        program_(std::move(program)),
        beside_(std::move(beside)),
        options_(options),
        faults_(options.faults, platform),
        queue_("events"),
        interconnect_("interconnect", queue_, interconnect_spec(platform)),
        dram_("dram", queue_, dram_spec(platform)),
        interrupts_("interrupts", queue_, platform.accelerators.size(), platform.runtime.interrupt_latency),
        caches_(cache_specs(platform), platform.dram.base, memory_end() - platform.dram.base),
        line_(static_cast<std::size_t>(program_.stages), platform.runtime.barrier),
        points_(std::move(points)),
        recorder_(platform, model, program_, dram_, caches_, images, points_, options.timeline,
                  options.progress, options.values),
        quantum_(options.quantum.raw()),
        standstill_(platform, interconnect_, interrupts_) {
    if (!faults_.empty()) {
      interconnect_.inject(faults_);
      interrupts_.lose([this](std::size_t line) { return faults_.loses_interrupt(line, now()); });
    }
    interconnect_.target_port(0).bind(dram_.socket);
    for (std::size_t i = 0; i < platform.clusters.size(); ++i) {
      masters_.push_back(
          std::make_unique<BusMaster>(fmt::format("{}_port", platform.clusters[i].name).c_str(), queue_,
                                      cluster_port_spec(platform, i, &gemv_window_)));
      masters_.back()->socket.bind(interconnect_.master_port(i));
      ports_.push_back(masters_.back().get());
    }
    for (std::size_t i = 0; i < platform.accelerators.size(); ++i) add_accelerator(i);
    add_cores(program_, model_, line_, recorder_);
    for (const auto& core : cores_) standstill_.add(*core);
    for (std::size_t i = 0; i < beside_.size(); ++i) {
      neighbours_.push_back(std::make_unique<NeighbourState>(platform.runtime.barrier, recorder_.use()));
      add_cores(beside_[i], options.beside[i].model, neighbours_.back()->line, neighbours_.back()->host);
    }
    // Neighbours never end.
    if (!beside_.empty()) recorder_.on_finish([] { sc_core::sc_stop(); });
    watch_devices();
    load(program_);
    for (const lowering::Program& other : beside_) load(other);
  }

  void run() {
    const Picoseconds limit =
        options_.time_limit.raw() > 0 ? options_.time_limit : Picoseconds(std::int64_t{1} << 62);
    queue_.watch<&Machine::look>(Standstill::period(platform_), *this);
    try {
      run_simulation(limit);
      check_finished(limit);
    } catch (const SimulationError& error) {
      throw SimulationError(error.what() + faults_.injected());
    }
  }

  void check_finished(Picoseconds limit) const {
    if (recorder_.finished()) return;
    if (sc_core::sc_time_to_pending_activity() > sc_core::SC_ZERO_TIME && sc_core::sc_pending_activity()) {
      const std::string layer = recorder_.current_layer();
      throw SimulationError(fmt::format("time limit of {} us reached {}", to_microseconds(limit),
                                        layer.empty() ? "between layers" : "in layer " + layer));
    }
    throw SimulationError(fmt::format("deadlock at {:.3f} us in layer {}{}", to_microseconds(queue_.latest()),
                                      recorder_.current_layer(), standstill_.who_waits()));
  }

  // Called from time to time while anything at all is due.
  void look() {
    if (recorder_.finished() || !standstill_.is_the_end()) return;
    throw SimulationError(fmt::format("standstill in layer {}: nothing has moved from {:.3f} to {:.3f} us{}",
                                      recorder_.current_layer(), to_microseconds(standstill_.since()),
                                      to_microseconds(now()), standstill_.who_waits()));
  }

  // `stages`: with names and no times yet.
  spec::RunResult result(std::vector<spec::StageResult> stages) const {
    spec::RunResult result;
    result.stages = std::move(stages);
    result.platform = platform_.name;
    result.network = model_.network->name();
    result.precision = network::to_string(model_.precision);
    result.accelerator_fidelity = platform_.accelerators.empty() ? "" : (options_.rtl ? "rtl" : "model");
    recorder_.fill(result);
    add_accelerators(platform_, *model_.network, program_, accelerators_, result);
    const BusPortCounters& traffic = interconnect_.target_counters(0);
    result.memory.read_bytes = traffic.read_bytes;
    result.memory.write_bytes = traffic.write_bytes;
    result.memory.bandwidth_gbytes_per_s = static_cast<double>(traffic.read_bytes + traffic.write_bytes) /
                                           (static_cast<double>(result.total.raw()) * 1e-12) * 1e-9;
    result.memory.row_hit_rate = dram_.row_hit_rate();
    result.simulation.kernel_events = queue_.calls() + sc_core::sc_delta_count();
    result.faults = faults_.results();
    add_energy({platform_, recorder_.use(), caches_, interconnect_, dram_, accelerators_}, result);
    return result;
  }

 private:
  struct NeighbourState {
    StageLine line;
    NeighbourHost host;
    NeighbourState(Picoseconds barrier_cost, CoreUse& use) : line(1, barrier_cost), host(use) {}
  };

  [[nodiscard]] std::uint64_t memory_end() const {
    return beside_.empty() ? program_.memory_end : beside_.back().memory_end;
  }

  void add_cores(const lowering::Program& program, const network::Model& model, StageLine& line,
                 CoreHost& host) {
    const CoreSurroundings around{platform_,   model,  program, caches_, ports_,
                                  interrupts_, units_, line,    host,    quantum_};
    for (const lowering::CoreProgram& core : program.cores) {
      const spec::Cluster& cluster = platform_.clusters[static_cast<std::size_t>(core.cluster)];
      cores_.push_back(std::make_unique<TileCore>(fmt::format("{}_core{}", cluster.name, core.core).c_str(),
                                                  around, core,
                                                  points_[static_cast<std::size_t>(core.cluster)]));
    }
  }

  void load(const lowering::Program& program) {
    for (const lowering::Segment& segment : program.segments) {
      std::memcpy(dram_.at(segment.address, static_cast<std::int64_t>(segment.bytes.size())),
                  segment.bytes.data(), segment.bytes.size());
    }
    for (const lowering::AddressRange& line : program.written_twice) caches_.write_twice(line.address);
  }

  void add_accelerator(std::size_t index) {
    shares_.push_back(std::make_unique<UnitShare>(program_.hosts_of_units[index]));
    units_.push_back(shares_.back().get());
    const spec::Accelerator& own = platform_.accelerators[index];
    accelerators_.push_back(make_accelerator(own, queue_, dram_, options_));
    Accelerator& unit = *accelerators_.back();
    unit.connect(interconnect_, platform_.clusters.size() + index, 1 + index);
    unit.on_interrupt([this, index, set = interrupts_.line_setter(index)](bool level) {
      if (level) {
        recorder_.accelerator_interrupt(static_cast<std::uint32_t>(index),
                                        accelerators_[index]->counters().jobs);
      }
      set(level);
    });
  }

  // Everything an accelerator moves is held against what the caches hold.
  void watch_devices() {
    dram_.on_access([this](std::size_t channel, Picoseconds arrival, memory::Interval data) {
      recorder_.activity().memory_access(channel, arrival, data.begin, data.end);
    });
    interconnect_.on_transaction([this](const BusRecord& record) {
      recorder_.activity().transaction(record);
      if (record.master < platform_.clusters.size() || record.status != BusStatus::okay) return;
      const std::size_t index = record.master - platform_.clusters.size();
      recorder_.accelerator_moved(static_cast<std::uint32_t>(index), accelerators_[index]->counters().jobs,
                                  record.end);
      const spec::Accelerator& unit = platform_.accelerators[index];
      snooped_.clear();
      if (record.command == BusCommand::read) {
        caches_.device_read(unit.name, unit.coherent, record.address, record.bytes, snooped_);
      } else {
        caches_.device_write(unit.name, unit.coherent, record.address, record.bytes, snooped_);
      }
      for (const cpu::CacheBurst& burst : snooped_) {
        BusRequest request;
        request.command = BusCommand::write;
        request.address = burst.address;
        request.bytes = burst.bytes;
        request.done = [this, burst](BusStatus status) {
          if (status == BusStatus::okay) return;
          throw SimulationError(
              fmt::format("write-back of cluster {}: {} on a write of address {:#x} at {:.3f} us",
                          platform_.clusters[static_cast<std::size_t>(burst.cluster)].name, to_string(status),
                          burst.address, to_microseconds(now())));
        };
        ports_[static_cast<std::size_t>(burst.cluster)]->issue(std::move(request));
      }
    });
  }

  const spec::Platform& platform_;
  const network::Model& model_;
  lowering::Program program_;
  std::vector<lowering::Program> beside_;
  const MachineOptions& options_;
  FaultInjector faults_;
  EventQueue queue_;
  Interconnect interconnect_;
  DramController dram_;
  InterruptController interrupts_;
  cpu::CoherentCaches caches_;
  StageLine line_;
  std::vector<std::unique_ptr<UnitShare>> shares_;
  std::vector<UnitShare*> units_;    // by accelerator
  std::vector<std::size_t> points_;  // by cluster, at the start
  Recorder recorder_;
  StreamWindow gemv_window_;
  std::int64_t quantum_;
  Standstill standstill_;
  std::vector<std::unique_ptr<BusMaster>> masters_;
  std::vector<BusMaster*> ports_;
  std::vector<std::unique_ptr<Accelerator>> accelerators_;
  std::vector<std::unique_ptr<NeighbourState>> neighbours_;
  std::vector<std::unique_ptr<TileCore>> cores_;
  std::vector<cpu::CacheBurst> snooped_;
};

// In memory behind `first_free`. Cores may serve one network only.
lowering::Program lower_beside(const Neighbour& neighbour, const spec::Platform& platform,
                               std::uint64_t first_free, std::set<std::pair<int, int>>& taken) {
  constexpr std::int64_t kAlignment = 1 << 20;
  constexpr int kForEver = 1'000'000'000;
  spec::Platform rest = platform;
  rest.dram.base = static_cast<std::uint64_t>(round_up(static_cast<std::int64_t>(first_free), kAlignment));
  rest.dram.size =
      Bytes(platform.dram.size.raw() - static_cast<std::int64_t>(rest.dram.base - platform.dram.base));
  lowering::Program program = lowering::lower(neighbour.schedule, neighbour.model, rest, kForEver);
  for (const lowering::CoreProgram& core : program.cores) {
    if (taken.insert({core.cluster, core.core}).second) continue;
    throw InputError(
        {platform.file, 0, 0}, "beside",
        fmt::format("core {} of {} has another network's work already; give each network its own cores",
                    core.core, platform.clusters[static_cast<std::size_t>(core.cluster)].name));
  }
  return program;
}

std::vector<spec::StageResult> stages_of(const spec::Schedule& schedule) {
  std::vector<spec::StageResult> stages;
  for (const spec::Stage& stage : schedule.stages)
    stages.push_back({stage.first_layer, stage.last_layer, stage.resources, Picoseconds(0)});
  return stages;
}

}  // namespace

spec::RunResult simulate(const spec::Platform& platform, const network::Model& model,
                         const spec::Schedule& schedule, int images, const MachineOptions& options) {
  std::vector<std::size_t> points = operating_points(platform, options.frequency);
  install_report_handler();
  lowering::Program program = lowering::lower(schedule, model, platform, images);
  if (options.tamper) options.tamper(program);
  std::set<std::pair<int, int>> taken;
  for (const lowering::CoreProgram& core : program.cores) taken.insert({core.cluster, core.core});
  std::vector<lowering::Program> beside;
  for (const Neighbour& neighbour : options.beside) {
    const std::uint64_t first_free = beside.empty() ? program.memory_end : beside.back().memory_end;
    beside.push_back(lower_beside(neighbour, platform, first_free, taken));
  }
  Machine machine(platform, model, std::move(program), std::move(beside), std::move(points), images, options);
  const auto begin = std::chrono::steady_clock::now();
  machine.run();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  spec::RunResult result = machine.result(stages_of(schedule));
  result.planner = schedule.planner;
  result.predicted_latency = schedule.predicted_latency;
  if (result.stages.size() == 1) result.stages.front().time = result.latency;
  result.simulation.wall_s = wall.count();
  return result;
}

}  // namespace tandem::sim
