// SPDX-License-Identifier: Apache-2.0
#include "models/spec/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "models/core/locate.h"
#include "models/spec/read_array.h"
#include "models/toml/reader.h"

namespace tandem::spec {

using toml_reader::Document;
using toml_reader::Table;

namespace {

constexpr Hertz kSlowest{1'000'000};
constexpr Hertz kFastest{10'000'000'000};
constexpr Picoseconds kNoTime{0};
constexpr Picoseconds kMillisecond{1'000'000'000};
constexpr Picoseconds kSecond{1'000'000'000'000};

CoreType::Chooser read_chooser(const Table& table) {
  CoreType::Chooser chooser;
  chooser.interleaved_macs_per_cycle = table.number("interleaved_macs_per_cycle", 0.01, 1024);
  chooser.prepare_bytes_per_cycle = table.number("prepare_bytes_per_cycle", 0.01, 1024);
  chooser.merge_bytes_per_cycle = table.number("merge_bytes_per_cycle", 0.01, 1024);
  chooser.hybrid_macs_per_cycle = table.number("hybrid_macs_per_cycle", 0.01, 1024);
  return chooser;
}

// Another version of the library runs the same kernels faster or slower.
void apply_pace(double pace, CoreType& core) {
  for (double* const rate :
       {&core.fp32_macs_per_cycle, &core.int8_macs_per_cycle, &core.move_bytes_per_cycle,
        &core.transform_elements_per_cycle, &core.depthwise_macs_per_cycle, &core.gemv_macs_per_cycle}) {
    *rate *= pace;
  }
  core.special_cycles_per_element /= pace;
}

// Names of clusters stand in assignments ("platform.cluster.a53.cores"), in core groups ("a53x4") and in
// tables.
bool is_word(const std::string& name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

Cluster read_cluster(const Table& table) {
  Cluster cluster;
  cluster.name = table.name("name");
  if (!is_word(cluster.name)) table.problem("name", "has more than letters, digits and underscores");
  const std::string core = table.path("core");
  if (!core.empty()) {
    try {
      cluster.core = read_core_type(core);
    } catch (const InputError& error) {
      table.problems_of("core", error);
    }
  }
  cluster.cores = static_cast<int>(table.integer("cores", 1, 64));
  for (const Table& point : table.tables("operating_point")) {
    cluster.operating_points.push_back({point.frequency("frequency", kSlowest, kFastest),
                                        static_cast<int>(point.integer("millivolts", 300, 2000))});
  }
  if (cluster.operating_points.empty()) {
    table.problem("operating_point", "is missing; give at least one [[cluster.operating_point]]");
    cluster.operating_points.push_back({kSlowest, 1000});
  }
  std::sort(cluster.operating_points.begin(), cluster.operating_points.end(),
            [](const OperatingPoint& a, const OperatingPoint& b) { return a.frequency < b.frequency; });
  const auto same = std::adjacent_find(
      cluster.operating_points.begin(), cluster.operating_points.end(),
      [](const OperatingPoint& a, const OperatingPoint& b) { return a.frequency == b.frequency; });
  if (same != cluster.operating_points.end()) {
    table.problem("operating_point", fmt::format("has {} MHz twice; points differ in frequency",
                                                 static_cast<double>(same->frequency.raw()) * 1e-6));
  }
  cluster.l2 = table.size("l2", Bytes(16 * 1024), Bytes(std::int64_t{64} << 20));
  cluster.l2_ways = static_cast<int>(table.integer("l2_ways", 1, 64));
  const std::int64_t way_lines = cluster.l2.raw() / 64 / std::max(1, cluster.l2_ways);
  if (way_lines < 1 || (way_lines & (way_lines - 1)) != 0) {
    table.problem(
        "l2", fmt::format("gives {} lines a way; the size over ways and 64-byte lines must be a power of two",
                          way_lines));
  }
  cluster.l2_latency = static_cast<int>(table.integer("l2_latency", 0, 1000));
  cluster.reads_in_flight = table.size("reads_in_flight", Bytes(64), Bytes(1 << 20)).raw();
  cluster.gemv_in_flight =
      table.size_or("gemv_in_flight", Bytes(cluster.reads_in_flight), Bytes(64), Bytes(1 << 20)).raw();
  cluster.pace = table.number_or("pace", 1, 0.01, 100);
  apply_pace(cluster.pace, cluster.core);
  cluster.core.weights_in_flight =
      table.size_or("weights_in_flight", Bytes(cluster.core.weights_in_flight), Bytes(64), Bytes(65536))
          .raw();
  cluster.kernel_launch = table.time_or("kernel_launch", kNoTime, kNoTime, kMillisecond);
  cluster.core_dynamic_uw_per_mhz_v2 = table.number("core_dynamic_uw_per_mhz_v2", 0, 1e5);
  cluster.core_static = table.power_or("core_static", Milliwatts(0));
  cluster.cluster_static = table.power_or("cluster_static", Milliwatts(0));
  cluster.stall_activity = table.number_or("stall_activity", 1, 0, 1);
  cluster.poll_activity = table.number_or("poll_activity", 1, 0, 1);
  cluster.l2_access_pj = table.number_or("l2_access_pj", 0, 0, 1e5);
  cluster.qos = static_cast<std::uint32_t>(table.integer_or("qos", 0, 0, 15));
  cluster.transition = table.time_or("transition", kNoTime, kNoTime, kSecond);
  return cluster;
}

Accelerator read_accelerator(const Table& table, int index) {
  Accelerator unit;
  unit.name = fmt::format("accelerator{}", index);
  unit.array = read_array(table, "array");
  unit.clock = table.frequency("clock", kSlowest, kFastest);
  unit.registers = table.address("registers");
  if (unit.registers % 4096 != 0) table.problem("registers", "is not a multiple of 4096");
  unit.coherent = table.boolean_or("coherent", false);
  unit.energy_pj_per_mac = table.number("energy_pj_per_mac", 0, 1e4);
  unit.buffer_access_pj = table.number_or("buffer_access_pj", 0, 0, 1e4);
  unit.bus_beat_pj = table.number_or("bus_beat_pj", 0, 0, 1e5);
  unit.idle = table.power_or("idle", Milliwatts(0));
  unit.qos = static_cast<std::uint32_t>(table.integer_or("qos", 0, 0, 15));
  return unit;
}

Interconnect read_interconnect(const Table& table) {
  Interconnect bus;
  bus.clock = table.frequency("clock", kSlowest, kFastest);
  bus.width_bytes = static_cast<int>(table.integer("width_bytes", 4, 128));
  if ((bus.width_bytes & (bus.width_bytes - 1)) != 0) table.problem("width_bytes", "is not a power of two");
  bus.request_cycles = static_cast<int>(table.integer("request_cycles", 0, 1000));
  bus.response_cycles = static_cast<int>(table.integer("response_cycles", 0, 1000));
  bus.outstanding = static_cast<int>(table.integer("outstanding", 1, 256));
  bus.energy_pj_per_byte = table.number("energy_pj_per_byte", 0, 1e4);
  return bus;
}

Dram read_dram(const Table& table) {
  Dram dram;
  dram.type = table.string("type");
  dram.base = table.address("base");
  if (dram.base % 4096 != 0) table.problem("base", "is not a multiple of 4096");
  dram.size = table.size("size", Bytes(1 << 20), Bytes(std::int64_t{64} << 30));
  dram.controller_latency = table.time("controller_latency", kNoTime, kMillisecond);
  dram.energy_pj_per_byte = table.number_or("energy_pj_per_byte", 0, 0, 1e5);
  dram.background = table.power_or("background", Milliwatts(0));
  return dram;
}

Library read_library(const Table& table) {
  Library library;
  library.hybrid = table.boolean_or("hybrid", library.hybrid);
  library.winograd = table.boolean_or("winograd", library.winograd);
  library.reads_pixels_as_they_lie =
      table.boolean_or("reads_pixels_as_they_lie", library.reads_pixels_as_they_lie);
  library.writes_channels = table.boolean_or("writes_channels", library.writes_channels);
  library.fused_activation = table.boolean_or("fused_activation", library.fused_activation);
  library.streams_vectors = table.boolean_or("streams_vectors", library.streams_vectors);
  library.concat_copies = table.boolean_or("concat_copies", library.concat_copies);
  return library;
}

Runtime read_runtime(const Table& table) {
  Runtime runtime;
  runtime.interrupt_latency = table.time("interrupt_latency", kNoTime, kMillisecond);
  runtime.barrier = table.time("barrier", kNoTime, kMillisecond);
  runtime.thread_start = table.time_or("thread_start", kNoTime, kNoTime, kMillisecond);
  runtime.clean_cycles_per_line = table.number("clean_cycles_per_line", 0, 1e4);
  runtime.invalidate_cycles_per_line = table.number("invalidate_cycles_per_line", 0, 1e4);
  runtime.register_access_cycles = static_cast<int>(table.integer("register_access_cycles", 0, 100000));
  runtime.poll_interval =
      table.time_or("poll_interval", runtime.poll_interval, Picoseconds(1'000), kMillisecond);
  return runtime;
}

// A range of addresses, where the file gives one.
struct Window {
  std::string name;
  std::uint64_t base, size;
  [[nodiscard]] std::uint64_t last() const { return base + (size - 1); }
};

void check_memory_map(const Table& root, const std::vector<Window>& windows) {
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const Window& b = windows[i];
    if (b.last() < b.base) {
      root.problem("", fmt::format("{} at {:#x} ends beyond 64 bits of address", b.name, b.base));
      continue;
    }
    for (std::size_t j = 0; j < i; ++j) {
      const Window& a = windows[j];
      if (a.base <= b.last() && b.base <= a.last()) {
        root.problem("", fmt::format("the memory map is not unique: {} at {:#x} overlaps {} at {:#x}", b.name,
                                     b.base, a.name, a.base));
      }
    }
  }
}

}  // namespace

CoreType read_core_type(const std::string& name) {
  const Document document = Document::parse_file(resolve_config("cores", name));
  const Table root = document.root();
  CoreType core;
  core.name = root.name("name");
  core.fp32_macs_per_cycle = root.number("fp32_macs_per_cycle", 0.01, 1024);
  core.int8_macs_per_cycle = root.number("int8_macs_per_cycle", 0.01, 1024);
  core.move_bytes_per_cycle = root.number("move_bytes_per_cycle", 0.001, 1024);
  core.transform_elements_per_cycle = root.number("transform_elements_per_cycle", 0.001, 1024);
  core.depthwise_macs_per_cycle = root.number("depthwise_macs_per_cycle", 0.001, 1024);
  core.gemv_macs_per_cycle = root.number("gemv_macs_per_cycle", 0.01, 1024);
  core.chooser = read_chooser(root.table("chooser"));
  core.special_cycles_per_element = root.number("special_cycles_per_element", 0.01, 10000);
  core.l1d = root.size("l1d", Bytes(1024), Bytes(1 << 20));
  core.l1d_ways = static_cast<int>(root.integer("l1d_ways", 1, 64));
  const std::int64_t way_lines = core.l1d.raw() / 64 / std::max(1, core.l1d_ways);
  if (way_lines < 1 || (way_lines & (way_lines - 1)) != 0)
    root.problem("l1d", "over ways and 64-byte lines must be a power of two");
  core.l1_latency = static_cast<int>(root.integer("l1_latency", 1, 100));
  core.reads_in_flight = root.size("reads_in_flight", Bytes(64), Bytes(65536)).raw();
  core.writes_in_flight = root.size("writes_in_flight", Bytes(64), Bytes(65536)).raw();
  core.weights_in_flight = root.size("weights_in_flight", Bytes(64), Bytes(65536)).raw();
  document.finish();
  return core;
}

Platform read_platform(const std::string& name_or_path, const std::vector<std::string>& changes) {
  Platform platform;
  platform.file = resolve_config("platforms", name_or_path);
  Document document = Document::parse_file(platform.file);
  for (const std::string& change : changes) document.set(change);
  const Table root = document.root();
  platform.name = root.name("name");
  // Every component has an energy of its own name.
  std::set<std::string> names = {"interconnect", "dram", "board"};
  for (std::size_t unit = 0; unit < root.tables("accelerator").size(); ++unit)
    names.insert(fmt::format("accelerator{}", unit));
  for (const Table& table : root.tables("cluster")) {
    platform.clusters.push_back(read_cluster(table));
    const std::string& name = platform.clusters.back().name;
    for (const std::string& component : {name, name + "_l2"}) {
      if (!names.insert(component).second)
        table.problem("name", "is not unique: there is another \"" + component + "\"");
    }
  }
  if (platform.clusters.empty()) root.problem("cluster", "is missing; give at least one [[cluster]]");
  if (root.has("library")) platform.library = read_library(root.table("library"));
  for (Cluster& cluster : platform.clusters) cluster.core.library = platform.library;
  platform.interconnect = read_interconnect(root.table("interconnect"));
  std::vector<Window> windows;
  const Table dram = root.table("dram");
  for (const char* key : {"type", "size"}) platform.places[std::string("dram.") + key] = dram.place(key);
  platform.dram = read_dram(dram);
  if (dram.has("base") && dram.has("size")) {
    windows.push_back({"dram", platform.dram.base, static_cast<std::uint64_t>(platform.dram.size.raw())});
  }
  for (const Table& table : root.tables("accelerator")) {
    platform.accelerators.push_back(read_accelerator(table, static_cast<int>(platform.accelerators.size())));
    const Accelerator& unit = platform.accelerators.back();
    if (table.has("registers")) windows.push_back({unit.name, unit.registers, 4096});
  }
  platform.runtime = read_runtime(root.table("runtime"));
  platform.base_power = root.power_or("base_power", Milliwatts(0));
  check_memory_map(root, windows);
  document.finish();
  return platform;
}

}  // namespace tandem::spec
