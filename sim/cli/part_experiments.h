// SPDX-License-Identifier: Apache-2.0
// The measured parts of networks, simulated on a platform: what a calibration fits and a validation compares.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/cpu/calibration.h"
#include "models/network/model.h"
#include "models/spec/measured.h"
#include "models/spec/platform.h"

namespace tandem::cli {

// One network on one core group at one frequency.
struct Experiment {
  std::string network, resource;
  Hertz frequency;
  std::vector<spec::MeasuredPart> parts;
  double whole_ms = 0;  // measured as a whole; 0: not
};

struct MeasuredNetwork {
  spec::NetworkParts parts;
  network::Model model;
  std::vector<int> part_of_layer;  // by layer id; -1: before the first
};

struct PartExperiments {
  spec::Platform platform;
  std::map<std::string, MeasuredNetwork> networks;
  std::vector<Experiment> experiments;

  // Simulates all in child processes. By cluster: measured and simulated time of every part, and of networks
  // measured as a whole; the latter as the busiest thread's work and, what the platform's rates do not
  // explain by it, memory.
  [[nodiscard]] std::map<std::string, std::vector<cpu::Observation>> observe() const;
};

// Names are paths, or in configs/calibration. InputError when table, parts and platform do not fit together.
PartExperiments open_part_experiments(const std::string& platform, const std::string& measured,
                                      const std::string& parts);

// Adds the board's networks measured by threads of one cluster, at the highest frequency.
void add_thread_experiments(PartExperiments& experiments, const std::string& measured);

}  // namespace tandem::cli
