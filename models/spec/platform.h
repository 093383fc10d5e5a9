// SPDX-License-Identifier: Apache-2.0
// A platform as plain immutable data, read from configs/platforms/NAME.toml. Every number's source stands
// beside it in the file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/accelerator/array.h"
#include "models/core/error.h"
#include "models/core/quantity.h"

namespace tandem::spec {

// What the library of kernels on a platform's cores does and lacks; the defaults are those of ARM Compute
// Library 21.02. Older ones pass over the data more often.
struct Library {
  bool hybrid = true;                    // has products that read the pixels as they lie
  bool winograd = true;                  // for fp32 convolutions of 3x3, stride 1
  bool reads_pixels_as_they_lie = true;  // a 1x1 convolution is a product of its input; else of its im2col
  bool writes_channels = true;           // products end up in their tensor; else col2im brings them there
  bool fused_activation = true;          // else a pass over the output of its own
  bool streams_vectors = true;  // a matrix-vector product reads its weights in order; else column by column
  bool concat_copies = false;   // joins channels by a copy; else producers write in place
};

// Throughput of one core type, from configs/cores/NAME.toml: what it does with a kernel's work
// (models/cpu/work.h) and how many bytes of memory it waits for at once.
struct CoreType {
  std::string name;                         // "a53"
  double fp32_macs_per_cycle = 1;           // of the interleaved matrix product
  double int8_macs_per_cycle = 1;           // likewise
  double move_bytes_per_cycle = 1;          // packing, im2col, pools, element-wise layers
  double transform_elements_per_cycle = 1;  // of Winograd's transformed matrices
  double depthwise_macs_per_cycle = 1;
  double gemv_macs_per_cycle = 1;         // fully connected, one image
  double special_cycles_per_element = 1;  // LRN, softmax
  struct Chooser {                        // by which the library chooses its kernel, not how fast it is
    double interleaved_macs_per_cycle = 1, prepare_bytes_per_cycle = 1, merge_bytes_per_cycle = 1;
    double hybrid_macs_per_cycle = 1;
  };
  Chooser chooser;
  Library library;  // of the platform
  Bytes l1d{32 * 1024};
  int l1d_ways = 4;
  int l1_latency = 3;  // cycles from a load to its use
  // Bytes a core has on their way at once:
  std::int64_t reads_in_flight = 256;    // of a sequential stream
  std::int64_t weights_in_flight = 256;  // of weights that the hybrid kernel reads as it needs them
  std::int64_t writes_in_flight = 256;
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
  int l2_latency = 0;                // core cycles from a load that misses L1 to its use
  std::int64_t reads_in_flight = 0;  // bytes, of all its cores at once
  std::int64_t gemv_in_flight = 0;   // of these, weights of matrix-vector products
  double pace = 1;                   // of its library's kernels, of those the core's rates were fitted to
  Picoseconds kernel_launch{0};      // to hand one kernel to several threads; the barrier is extra
  double core_dynamic_uw_per_mhz_v2 = 0;
  Milliwatts core_static{0};
  Milliwatts cluster_static{0};  // L2 and what the cores share; statics are at the highest operating point
  double stall_activity = 1;     // dynamic power of a core stalled for memory, of a computing one's
  double poll_activity = 1;      // of a core that polls or spins
  double l2_access_pj = 0;       // a line read or written
  std::uint32_t qos = 0;         // of its port, 0 to 15: higher goes first where ports meet
  Picoseconds transition{0};     // a change of the operating point: the cluster's cores stand still
};

struct Interconnect {
  Hertz clock{0};
  int width_bytes = 16;
  int request_cycles = 0;   // from a master's port to the target's
  int response_cycles = 0;  // and back
  int outstanding = 16;     // a master's bursts in flight, each direction
  double energy_pj_per_byte = 0;

  [[nodiscard]] double bytes_per_second() const {
    return static_cast<double>(width_bytes) * static_cast<double>(clock.raw());
  }
};

struct Dram {
  std::string type;  // a timing set of models/memory: "lpddr4_1066_x32"
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
  std::uint32_t qos = 0;  // of its port, as a cluster's
};

// What the runtime on the cores costs.
struct Runtime {
  Picoseconds interrupt_latency{0};       // irq line to the waiting core's next instruction
  Picoseconds barrier{0};                 // one barrier of several cores, from the last arrival
  Picoseconds thread_start{0};            // a kernel's threads start so much one after the other
  double clean_cycles_per_line = 8;       // DC CVAC over a range, line not dirty
  double invalidate_cycles_per_line = 8;  // DC IVAC
  int register_access_cycles = 40;        // a device access, besides its time on the bus
  Picoseconds poll_interval{1'000'000};   // between two looks at an accelerator's STATUS, if polling
};

struct Platform {
  std::string name;
  std::string file;                     // where it was read from, for messages
  std::map<std::string, Place> places;  // of keys that are judged only later: "dram.size"
  Library library;                      // each cluster's core type has a copy
  std::vector<Cluster> clusters;
  Interconnect interconnect;
  Dram dram;
  std::vector<Accelerator> accelerators;
  Runtime runtime;
  Milliwatts base_power{0};  // board, besides everything above
};

// By name (configs/platforms/NAME.toml) or path. Throws InputError with all problems.
// `changes`: assignments "cluster.a53.cores=2" on top of the file, see toml_reader::Document::set.
Platform read_platform(const std::string& name_or_path, const std::vector<std::string>& changes = {});
CoreType read_core_type(const std::string& name);

}  // namespace tandem::spec
