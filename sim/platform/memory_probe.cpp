// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/memory_probe.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "models/core/error.h"
#include "models/spec/run.h"
#include "sim/components/interconnect.h"
#include "sim/components/tile_core.h"
#include "sim/platform/parts.h"

namespace tandem::sim {
namespace {

using lowering::Command;
using lowering::Opcode;

constexpr std::uint64_t kData = 1 << 20;     // behind the memory's base; the commands lie before
constexpr std::uint64_t kInDram = 64 << 20;  // far beyond any L2
constexpr std::uint64_t kMoved = 8 << 20;
constexpr std::uint32_t kLoads = 4000;

enum Probe : std::uint32_t { warm_l1, l1, warm_l2, l2, dram, copy, fill, probes };

// Notes when each probe, told as a layer, begins and ends.
class Stopwatch : public CoreHost {
 public:
  void image_begin() override {}
  void image_end() override {}
  void layer_begin(std::uint32_t probe) override { begin_[probe] = now(); }
  void layer_end(std::uint32_t probe) override { length_[probe] = now() - begin_[probe]; }
  void accelerator_started(std::uint32_t, std::uint32_t) override {}
  void share_done(std::uint32_t, std::uint32_t) override {}
  void stage_done(std::uint32_t, Picoseconds) override {}
  void span(const CoreSpan&) override {}
  void point_changed(int, std::size_t) override {}

  [[nodiscard]] double nanoseconds(Probe probe) const {
    return static_cast<double>(length_[probe].raw()) * 1e-3;
  }

 private:
  std::array<Picoseconds, probes> begin_{}, length_{};
};

std::vector<std::uint8_t> program_for(const spec::Cluster& cluster, std::uint64_t data) {
  std::vector<std::uint8_t> bytes;
  const auto emit = [&](const Command& command) {
    const lowering::CommandWords words = lowering::encode(command);
    const std::size_t at = bytes.size();
    bytes.resize(at + lowering::kCommandBytes);
    std::memcpy(bytes.data() + at, words.data(), lowering::kCommandBytes);
  };
  const auto probe = [&](Probe which, const Command& command) {
    emit({.opcode = Opcode::layer_begin, .layer = which});
    emit(command);
    emit({.opcode = Opcode::layer_end, .layer = which});
  };
  const auto chain = [&](std::uint64_t range, std::uint32_t loads) {
    return Command{.opcode = Opcode::load_chain, .participants = loads, .address = data, .bytes = range};
  };
  // Half of L1, and half of L2 but many times L1.
  const auto in_l1 = static_cast<std::uint64_t>(cluster.core.l1d.raw()) / 2;
  const auto in_l2 = static_cast<std::uint64_t>(cluster.l2.raw()) / 2;
  const auto lines = [](std::uint64_t range) { return static_cast<std::uint32_t>(range / 64); };
  probe(warm_l1, chain(in_l1, lines(in_l1)));
  probe(l1, chain(in_l1, kLoads));
  probe(warm_l2, chain(in_l2, lines(in_l2)));
  probe(l2, chain(in_l2, kLoads));
  probe(dram, chain(kInDram, kLoads));
  probe(copy, {.opcode = Opcode::copy, .address = data, .bytes = kMoved});
  probe(fill, {.opcode = Opcode::fill, .address = data, .bytes = kMoved});
  emit({.opcode = Opcode::stop});
  return bytes;
}

}  // namespace

MemoryFigures probe_memory(const spec::Platform& of, const std::string& name, Hertz frequency) {
  spec::Platform platform = of;
  platform.accelerators.clear();
  const auto cluster = std::find_if(platform.clusters.begin(), platform.clusters.end(),
                                    [&](const spec::Cluster& own) { return own.name == name; });
  if (cluster == platform.clusters.end())
    throw InputError({platform.file, 0, 0}, name, "is no cluster of this platform");
  cluster->operating_points = {{frequency, cluster->operating_points.back().millivolts}};
  const auto index = static_cast<std::size_t>(cluster - platform.clusters.begin());

  install_report_handler();
  EventQueue queue("events");
  Interconnect interconnect("interconnect", queue, interconnect_spec(platform));
  DramController dram("dram", queue, dram_spec(platform));
  interconnect.target_port(0).bind(dram.socket);
  InterruptController interrupts("interrupts", queue, 0, platform.runtime.interrupt_latency);
  StageLine line(1, platform.runtime.barrier);
  const std::vector<UnitShare*> no_units;
  std::vector<std::unique_ptr<BusMaster>> masters;
  std::vector<BusMaster*> ports;
  for (std::size_t i = 0; i < platform.clusters.size(); ++i) {
    masters.push_back(std::make_unique<BusMaster>((platform.clusters[i].name + "_port").c_str(), queue,
                                                  cluster_port_spec(platform, i)));
    masters.back()->socket.bind(interconnect.master_port(i));
    ports.push_back(masters.back().get());
  }
  const std::uint64_t data = platform.dram.base + kData;
  cpu::CoherentCaches caches(cache_specs(platform), platform.dram.base, kData + kInDram);
  lowering::Program program;
  program.cores.push_back({static_cast<int>(index), 0, platform.dram.base, 0});
  const std::vector<std::uint8_t> commands = program_for(*cluster, data);
  std::memcpy(dram.at(platform.dram.base, static_cast<std::int64_t>(commands.size())), commands.data(),
              commands.size());
  const network::Model no_network;
  Stopwatch watch;
  const CoreSurroundings around{platform,   no_network, program, caches, ports,
                                interrupts, no_units,   line,    watch,  spec::kQuantum.raw()};
  TileCore core("core", around, program.cores.front(), 0);
  run_simulation(Picoseconds(std::int64_t{1} << 62));

  MemoryFigures figures;
  figures.l1_ns = watch.nanoseconds(l1) / kLoads;
  figures.l2_ns = watch.nanoseconds(l2) / kLoads;
  figures.dram_ns = watch.nanoseconds(Probe::dram) / kLoads;
  figures.copy_gbytes_per_s = static_cast<double>(kMoved) / watch.nanoseconds(copy);
  figures.fill_gbytes_per_s = static_cast<double>(kMoved) / watch.nanoseconds(fill);
  return figures;
}

}  // namespace tandem::sim
