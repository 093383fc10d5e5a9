// SPDX-License-Identifier: Apache-2.0
// A platform as plain immutable data, read from configs/platforms/NAME.toml. Every number's source stands
// beside it in the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/accelerator/array.h"
#include "models/core/quantity.h"

namespace tandem::spec {

// Throughput of one core type, from configs/cores/NAME.toml. The GEMM constants are those of the ARM Compute
// Library's own cycle model (see models/cpu/gemm_timing.h).
struct CoreType {
  std::string name;  // "a53"
  struct Gemm {
    double macs_per_cycle = 1;
    double prepare_bytes_per_cycle = 1;
    double merge_bytes_per_cycle = 1;
  };
  Gemm gemm_fp32, gemm_int8;
  double gemv_macs_per_cycle = 1;  // fully connected, one image
  double depthwise_macs_per_cycle = 1;
  double simple_ops_per_cycle = 1;         // element operations of pool, add, activation, copy
  double special_cycles_per_element = 40;  // LRN, softmax, batch norm through double or pow/exp
  Bytes l1d{32 * 1024};
  std::int64_t stream_bytes_in_flight = 256;  // line fills of a sequential stream in flight at once
};

struct OperatingPoint {
  Hertz frequency;
  int millivolts = 0;
};

struct Cluster {
  std::string name;  // "a53": unique in the platform
  CoreType core;
  int cores = 0;
  std::vector<OperatingPoint> operating_points;  // ascending
  Bytes l2{0};
  int l2_ways = 16;
  double core_dynamic_uw_per_mhz_v2 = 0;
  Milliwatts core_static{0};
  Milliwatts cluster_static{0};  // L2 and what the cores share; statics are at the highest operating point
  double stall_activity = 1;     // dynamic power of a core stalled for memory, of a computing one's
  double poll_activity = 1;      // of a core that polls or spins
  double l2_access_pj = 0;       // a line read or written
  Picoseconds transition{0};     // a change of the operating point: the cluster's cores stand still
};

struct Interconnect {
  Hertz clock{0};
  int width_bytes = 16;
  int request_cycles = 0;   // from a master's port to the target's
  int response_cycles = 0;  // and back
  int outstanding = 16;     // a master's bursts in flight, each direction
  double energy_pj_per_byte = 0;
};

struct Dram {
  std::string type;  // a timing set of models/memory: "lpddr4_2133_x32"
  std::uint64_t base = 0;
  Bytes size{0};
  Picoseconds controller_latency{0};  // fixed part of controller and PHY, each access
  double energy_pj_per_byte = 0;      // controller and PHY, besides the part's own commands
  Milliwatts background{0};           // likewise
};

struct Accelerator {
  std::string name;  // "accelerator0"
  accelerator::Array array;
  Hertz clock{0};
  std::uint64_t registers = 0;  // base of its 4 KiB register window
  bool coherent = false;        // its port snoops the clusters' caches
  double energy_pj_per_mac = 0;
  double buffer_access_pj = 0;  // 16 bytes to or from a buffer
  double bus_beat_pj = 0;       // a beat of its master port
  Milliwatts idle{0};
};

// What the runtime on the cores costs.
struct Runtime {
  Picoseconds interrupt_latency{0};       // irq line to the waiting core's next instruction
  Picoseconds barrier{0};                 // one barrier of several cores, from the last arrival
  double clean_cycles_per_line = 8;       // DC CVAC over a range, line not dirty
  double invalidate_cycles_per_line = 8;  // DC IVAC
  int register_access_cycles = 40;        // a device access, besides its time on the bus
  Picoseconds poll_interval{1'000'000};   // between two looks at an accelerator's STATUS, if polling
};

struct Platform {
  std::string name;
  std::string file;  // where it was read from, for messages
  std::vector<Cluster> clusters;
  Interconnect interconnect;
  Dram dram;
  std::vector<Accelerator> accelerators;
  Runtime runtime;
  Milliwatts base_power{0};  // board, besides everything above
};

// By name (configs/platforms/NAME.toml) or path. Throws InputError with all problems.
Platform read_platform(const std::string& name_or_path);
CoreType read_core_type(const std::string& name);

}  // namespace tandem::spec
