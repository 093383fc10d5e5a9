// SPDX-License-Identifier: Apache-2.0
// Measured times of network parts on a board: what a calibration of core types fits and a validation
// compares with.
#pragma once

#include <string>
#include <vector>

#include "models/core/quantity.h"

namespace tandem::spec {

struct MeasuredPart {
  std::string network;  // of the table
  int part = 0;
  std::string resource;  // "a72x2"
  Hertz frequency;
  double time_ms = 0;
  double board_power_mw = 0;  // 0: not measured
};

// A CSV with columns network, part, kind, cluster, frequency_mhz, time_ms, board_power_mw; rows of another
// kind than "compute" are left out. InputError with the row's line.
std::vector<MeasuredPart> read_measured_parts(const std::string& file);

struct NetworkParts {
  std::string name;                       // in the table
  std::string file;                       // of the network
  std::vector<std::string> first_layers;  // one a part
};

std::vector<NetworkParts> read_network_parts(const std::string& file);

}  // namespace tandem::spec
