// SPDX-License-Identifier: Apache-2.0
// What one simulation measured, as plain data: the input of reports, comparisons and the oracle.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/core/quantity.h"
#include "models/spec/account.h"
#include "models/spec/fault.h"

namespace tandem::spec {

struct LayerResult {
  std::string name, kind;
  int image = 0;
  std::int64_t macs = 0;
  bool in_place = false;                        // no work of its own
  std::map<std::string, int> channels;          // by resource: output channels it computed
  Picoseconds start{0}, end{0};                 // since the run's start
  std::map<std::string, Picoseconds> busy;      // by resource: at the layer's own work, with its hand-over
  Picoseconds predicted{0};                     // by the planner; 0: it made no prediction
  std::map<std::string, LayerAccount> account;  // by resource that took part: cluster x cores, accelerator
  std::string refusal;                          // why no accelerator can run this convolution; empty: one can
};

struct AcceleratorResult {
  std::string name;
  std::int64_t jobs = 0;
  std::int64_t cycles = 0;                      // from doorbells to interrupts
  std::int64_t macs = 0;                        // useful: those of the layers it computed
  std::int64_t conv_cycles = 0, conv_macs = 0;  // the convolutions' part, without fully connected layers
  double utilization = 0;                       // conv_macs / (Tm * Tn * conv_cycles)
};

struct MemoryResult {
  std::int64_t read_bytes = 0, write_bytes = 0;
  double bandwidth_gbytes_per_s = 0;
  double row_hit_rate = 0;
};

struct StageResult {
  std::string first_layer, last_layer;
  std::vector<std::string> resources;
  Picoseconds time{0};  // that one image keeps it, hand-overs included
};

struct SimulationResult {
  double wall_s = 0;  // of this machine; the only figure that may differ between two runs
  std::uint64_t kernel_events = 0;
  std::uint64_t rtl_cycles = 0;
};

struct RunResult {
  std::string platform, network, precision, planner;
  std::string cpu_fidelity = "tile", accelerator_fidelity;
  int images = 0;
  Picoseconds latency{0};  // mean per image, input ready to output ready
  Picoseconds total{0};    // first input to last output
  Picoseconds period{0};   // of a pipeline: mean time from output to output in its steady state; else 0
  Picoseconds predicted_latency{0};
  Picojoules energy{0};                            // per image, board included
  std::map<std::string, Picojoules> energy_parts;  // per image, by component
  std::string output_sha256, reference_sha256;     // empty at fidelity analytic, which makes no tensors
  std::vector<LayerResult> layers;
  std::vector<StageResult> stages;
  std::vector<AcceleratorResult> accelerators;
  MemoryResult memory;
  SimulationResult simulation;
  std::vector<FaultResult> faults;  // of the run's own, in its order
  std::vector<Track> tracks;        // cores in use, accelerators, interconnect, DRAM
  Timeline timeline;                // empty unless asked for
};

// Images a second; of a pipeline in its steady state.
inline double throughput(const RunResult& result) {
  if (result.period.raw() > 0) return 1e12 / static_cast<double>(result.period.raw());
  if (result.total.raw() <= 0) return 0;
  return result.images / (static_cast<double>(result.total.raw()) * 1e-12);
}

}  // namespace tandem::spec
