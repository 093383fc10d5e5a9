// SPDX-License-Identifier: Apache-2.0
// The closed form of the array's loops against published accelerators. Both tables lie in data/:
//
// zhang2015_alexnet_cycles.csv   C. Zhang et al., "Optimizing FPGA-based Accelerator Design for Deep
// Convolutional
//                                Neural Networks", FPGA 2015: AlexNet on 64 x 7 multipliers, 100 MHz; cycles
//                                of the authors' model for a group, milliseconds measured for both groups
// accelerator_m32p32_layers.csv  Y. Chen, G. Wu, "A Flexible Toolflow for Mapping CNN Models to High
// Performance
//                                FPGA-Based Accelerators", FPGA 2023, github.com/wkid-neu/cnn_accel: latency
//                                of every layer measured on 32 output channels x 32 output pixels a cycle,
//                                400 MHz
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/accelerator/array_loops.h"

namespace tandem::accelerator {
namespace {

using Row = std::map<std::string, std::string>;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

std::vector<Row> read_table(const std::string& name) {
  std::ifstream file(std::string(TANDEM_SOURCE_DIR) + "/tests/agreement/data/" + name);
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error("no table " + name);
  const std::vector<std::string> head = split(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = split(line);
    if (cells.size() != head.size()) throw std::runtime_error(name + ": a row of another length: " + line);
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < head.size(); ++i) row[head[i]] = cells[i];
  }
  return rows;
}

std::int64_t number(const Row& row, const std::string& key) { return std::stoll(row.at(key)); }

TEST(Published, Zhang2015IsReproducedExactly) {
  const std::vector<Row> rows = read_table("zhang2015_alexnet_cycles.csv");
  ASSERT_EQ(rows.size(), 5u);
  std::printf("%-6s %10s %10s %12s %12s\n", "layer", "cycles", "published", "both ms", "measured ms");
  for (const Row& row : rows) {
    ArrayLoops array{.out_channels = 64, .in_channels = 7};
    array.tile_fill = row.at("layer") == "1" ? 0 : 20;  // as the authors count
    const LoopShape layer{number(row, "out_channels_per_group"), number(row, "in_channels_per_group"),
                          number(row, "out_h") * number(row, "out_w"),
                          number(row, "kernel") * number(row, "kernel")};
    const std::int64_t cycles = loop_cycles(layer, array).raw();
    EXPECT_EQ(cycles, number(row, "model_cycles_per_group_tm64_tn7")) << "layer " << row.at("layer");
    const double model_ms = 2 * static_cast<double>(cycles) / 100e6 * 1e3;
    const double measured_ms = std::stod(row.at("measured_ms_two_groups_100mhz"));
    std::printf("%-6s %10lld %10s %12.3f %12.2f\n", row.at("layer").c_str(), static_cast<long long>(cycles),
                row.at("model_cycles_per_group_tm64_tn7").c_str(), model_ms, measured_ms);
    EXPECT_LT(model_ms, measured_ms);  // the form knows no memory
  }
}

// Which layers the array's multipliers bound, told by their shapes alone:
//  * one output pixel (fully connected): 31 of the 32 pixels idle, every weight is used once: the memory
//  decides;
//  * at most two groups of 32 output channels: the inputs of 32 pixels are gathered once and used by every
//  group,
//    and two groups do not hide the gathering.
struct Bound {
  bool compute = false;
  const char* why = "compute";
};

Bound bound_of(const LoopShape& layer, const ArrayLoops& array) {
  if (layer.out_pixels == 1) return {false, "memory: each weight used once"};
  if (layer.out_channels <= 2 * array.out_channels) return {false, "gathering: at most two groups"};
  return {true, "compute"};
}

TEST(Published, ComputeBoundLayersOfM32P32AreExplained) {
  constexpr double kNsPerCycle = 1e9 / 400e6;
  ArrayLoops array{.out_channels = 32, .in_channels = 1, .pixels = 32};
  array.cuts_pixels = true;
  // The line through the measured layers' cycles beyond the plain loop, over their tiles.
  array.tile_fill = 4;
  array.layer_fill = 311;
  int compute_bound = 0;
  double worst = 0;
  double worst_without_fill = 0;
  std::printf("%-8s %-8s %10s %10s %8s  %s\n", "network", "layer", "cycles", "measured", "error%",
              "bound by");
  for (const Row& row : read_table("accelerator_m32p32_layers.csv")) {
    if (row.at("type") != "Conv" && row.at("type") != "Fc") continue;
    const auto out = [&](const std::string& in, const std::string& before, const std::string& after,
                         const std::string& kernel, const std::string& stride) {
      return (number(row, in) + number(row, before) + number(row, after) - number(row, kernel)) /
                 number(row, stride) +
             1;
    };
    const LoopShape layer{number(row, "out_channels"), number(row, "in_channels"),
                          out("in_h", "pad_top", "pad_bottom", "kernel_h", "stride_h") *
                              out("in_w", "pad_left", "pad_right", "kernel_w", "stride_w"),
                          number(row, "kernel_h") * number(row, "kernel_w")};
    const double measured = static_cast<double>(number(row, "latency_ns")) / kNsPerCycle;
    const auto cycles = static_cast<double>(loop_cycles(layer, array).raw());
    const double error = 100 * (cycles - measured) / measured;
    const Bound bound = bound_of(layer, array);
    std::printf("%-8s %-8s %10.0f %10.0f %8.3f  %s\n", row.at("network").c_str(), row.at("layer").c_str(),
                cycles, measured, error, bound.why);
    if (!bound.compute) continue;
    ++compute_bound;
    worst = std::max(worst, std::abs(error));
    ArrayLoops plain = array;
    plain.tile_fill = plain.layer_fill = 0;
    const auto loop = static_cast<double>(loop_cycles(layer, plain).raw());
    worst_without_fill = std::max(worst_without_fill, 100 * std::abs(loop - measured) / measured);
  }
  std::printf("%d compute-bound layers, worst %.3f %%, without the two constants %.3f %%\n", compute_bound,
              worst, worst_without_fill);
  EXPECT_EQ(compute_bound, 15);
  EXPECT_LE(worst, 2.0);
  EXPECT_LE(worst_without_fill, 2.0);
}

}  // namespace
}  // namespace tandem::accelerator
