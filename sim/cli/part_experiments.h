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

  // Simulates all in child processes. By core group: measured and simulated time of every part, the latter as
  // the busiest thread's work and, what the platform's rates do not explain by it, memory.
  [[nodiscard]] std::map<std::string, std::vector<cpu::Observation>> observe() const;
};

// Names are paths, or in configs/calibration. InputError when table, parts and platform do not fit together.
PartExperiments open_part_experiments(const std::string& platform, const std::string& measured,
                                      const std::string& parts);

}  // namespace tandem::cli
