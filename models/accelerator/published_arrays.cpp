// SPDX-License-Identifier: Apache-2.0
#include "models/accelerator/published_arrays.h"

#include "models/core/csv.h"
#include "models/core/locate.h"

namespace tandem::accelerator {
namespace {

constexpr double kMost = 1e12;

// A row's whole numbers.
class RowOf {
 public:
  RowOf(const CsvFile& table, std::size_t row) : table_(table), row_(row) {}
  std::int64_t operator()(const std::string& column) const {
    return static_cast<std::int64_t>(table_.number(row_, column, 0, kMost));
  }
  [[nodiscard]] const std::string& text(const std::string& column) const { return table_.text(row_, column); }

 private:
  const CsvFile& table_;
  std::size_t row_;
};

std::int64_t output_size(std::int64_t input, std::int64_t padding, std::int64_t kernel, std::int64_t stride) {
  return (input + padding - kernel) / stride + 1;
}

// Which layers the multipliers bound:
//  * one output pixel (fully connected): 31 of the 32 pixels idle and every weight is used once;
//  * at most two groups of 32 output channels: the inputs of 32 pixels are gathered once and used by every
//    group, and two groups do not hide the gathering.
void tell_bound(PublishedLayer& layer) {
  if (layer.shape.out_pixels == 1) {
    layer.bound_by = "memory: each weight used once";
  } else if (layer.shape.out_channels <= 2 * layer.array.out_channels) {
    layer.bound_by = "gathering: at most two groups";
  } else {
    layer.bound_by = "compute";
    layer.compute_bound = true;
  }
}

}  // namespace

std::vector<PublishedLayer> zhang2015_layers() {
  const CsvFile table(resolve_config("published", "configs/published/zhang2015_alexnet_cycles.csv"));
  std::vector<PublishedLayer> layers;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const RowOf row(table, i);
    PublishedLayer& layer = layers.emplace_back();
    layer.network = "alexnet";
    layer.layer = row.text("layer");
    layer.shape = {row("out_channels_per_group"), row("in_channels_per_group"), row("out_h") * row("out_w"),
                   row("kernel") * row("kernel")};
    layer.array = {.out_channels = 64, .in_channels = 7};
    layer.array.tile_fill = layer.layer == "1" ? 0 : 20;  // as the authors count
    layer.cycles = static_cast<double>(row("model_cycles_per_group_tm64_tn7"));
    layer.compute_bound = true;
    layer.bound_by = "compute";
  }
  return layers;
}

std::vector<PublishedLayer> m32p32_layers() {
  constexpr double kCyclesPerNs = 400e6 * 1e-9;
  const CsvFile table(resolve_config("published", "configs/published/accelerator_m32p32_layers.csv"));
  std::vector<PublishedLayer> layers;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const RowOf row(table, i);
    if (row.text("type") != "Conv" && row.text("type") != "Fc") continue;
    PublishedLayer& layer = layers.emplace_back();
    layer.network = row.text("network");
    layer.layer = row.text("layer");
    const std::int64_t h =
        output_size(row("in_h"), row("pad_top") + row("pad_bottom"), row("kernel_h"), row("stride_h"));
    const std::int64_t w =
        output_size(row("in_w"), row("pad_left") + row("pad_right"), row("kernel_w"), row("stride_w"));
    layer.shape = {row("out_channels"), row("in_channels"), h * w, row("kernel_h") * row("kernel_w")};
    layer.array = {.out_channels = 32, .in_channels = 1, .pixels = 32};
    layer.array.cuts_pixels = true;
    // The line through the measured layers' cycles beyond the plain loop, over their tiles.
    layer.array.tile_fill = 4;
    layer.array.layer_fill = 311;
    layer.cycles = static_cast<double>(row("latency_ns")) * kCyclesPerNs;
    tell_bound(layer);
  }
  return layers;
}

}  // namespace tandem::accelerator
