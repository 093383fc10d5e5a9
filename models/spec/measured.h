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

// A whole network by threads: b of the big cluster and s of the little one, on one board.
struct MeasuredThreads {
  std::string board, network;
  int big = 0, little = 0;
  double time_ms = 0;
};

// A CSV with columns board, network, threads ("b2", "s4", "b4+s2"), time_ms. InputError with the row's line.
std::vector<MeasuredThreads> read_measured_threads(const std::string& file);

// A whole network on all cores of one cluster.
struct MeasuredThroughput {
  std::string board, network, resource;
  Hertz frequency;
  double images_per_s = 0;
};

// A CSV with columns board, network, cluster, frequency_mhz, images_per_s. InputError with the row's line.
std::vector<MeasuredThroughput> read_measured_throughput(const std::string& file);

struct NetworkParts {
  std::string name;                       // in the table
  std::string file;                       // of the network
  std::vector<std::string> first_layers;  // one a part
};

std::vector<NetworkParts> read_network_parts(const std::string& file);

}  // namespace tandem::spec
