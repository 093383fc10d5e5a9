// SPDX-License-Identifier: Apache-2.0
// Whole networks on whole clusters, as measured on boards of which nothing finer is known.
#pragma once

#include <string>
#include <vector>

#include "models/spec/measured.h"

namespace tandem::cli {

inline constexpr const char* kThroughputs = "configs/calibration/armcl_cluster_throughput.csv";

struct ThroughputRow {
  spec::MeasuredThroughput measured;
  std::string network;   // the network file that is the measured one
  bool vectors = false;  // more than half of its parameters belong to matrix-vector products
  [[nodiscard]] double measured_ms() const { return 1e3 / measured.images_per_s; }
};

// The rows of a board, in the table's order. InputError when a network is not in `parts`.
std::vector<ThroughputRow> throughput_rows(const std::string& board, const std::string& measured,
                                           const std::string& parts);

// Simulated milliseconds an image, with `settings` (key=value) on top of the platform.
std::vector<double> simulate_throughputs(const std::vector<ThroughputRow>& rows,
                                         const std::vector<std::string>& settings);

// Fits, for each cluster of the board, how much slower its library's kernels are (`pace`, by the networks of
// convolutions) and how many bytes a core has in flight in matrix-vector products (`weights_in_flight`, by
// the others), and prints both with what remains.
int calibrate_throughput_command(const std::string& platform, const std::string& measured,
                                 const std::string& parts);

}  // namespace tandem::cli
